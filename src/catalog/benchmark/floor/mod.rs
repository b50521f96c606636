//! Floors: what the hardware and the language take for the same work, with no WebAssembly in it. They are measured
//! inside each subject's worker with the module of `unwind/typed` loaded, since registered code slows every backtrace.
mod exit;
mod kernel;

pub use exit::{BACKTRACE, COROUTINE, ERROR, PANIC, RESULT};
pub use kernel::{FIB, HASH, SWEEP, hash, swept};

use std::hint::black_box;
use std::time::Instant;

use super::Benchmark;
use crate::engine::embedding::Prepared;

/// The sampler itself.
pub static EMPTY: Benchmark = Benchmark::floor("floor/empty", "nothing: what the timed loop itself takes", |_| {
    Ok(Prepared::repeat(|| (), |()| true, |()| String::new()))
})
.headline();

/// What a benchmark pays that holds the clock itself.
pub static CLOCK: Benchmark = Benchmark::floor("floor/clock", "two reads of the clock, one after the other", |_| {
    Ok(Prepared::repeat(
        || (Instant::now(), Instant::now()),
        |(earlier, later)| earlier <= later,
        |_| "the clock went backwards".into(),
    ))
})
.headline();

/// A call that the compiler cannot see through.
pub static CALL: Benchmark = Benchmark::floor(
    "floor/call",
    "a call through a function pointer, which adds two numbers up, and the return",
    |_| {
        fn add(a: i32, b: i32) -> i32 {
            a.wrapping_add(b)
        }
        let function: fn(i32, i32) -> i32 = black_box(add);
        Ok(Prepared::repeat(move || function(black_box(1), 7), |sum| *sum == 8, |sum| format!("returned {sum}")))
    },
)
.headline();

pub(crate) static ALL: &[&Benchmark] =
    &[&EMPTY, &CLOCK, &CALL, &RESULT, &ERROR, &PANIC, &COROUTINE, &BACKTRACE, &FIB, &SWEEP, &HASH];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::benchmark::BenchmarkKind;

    #[test]
    fn every_floor_runs_anywhere_and_ends_as_it_must() {
        for floor in ALL {
            let BenchmarkKind::Anywhere(prepare) = floor.prepared else { panic!("{} needs a family", floor.id) };
            prepare(1).unwrap().batch(3).unwrap();
        }
    }
}
