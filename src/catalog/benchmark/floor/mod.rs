//! Native baselines: the same work without WebAssembly. They run in each variant's worker. An engine that is compiled in loads
//! the module of `unwind/typed` first, because registered code slows every backtrace.
mod exit;
mod kernel;

pub use exit::{BACKTRACE, COROUTINE, ERROR, PANIC, RESULT};
pub use kernel::{FIB, FLOAT, HASH, NESTED, PARSE, SWEEP, TIGHT, float, hash, nested, parse, swept, tight};

use std::hint::black_box;
use std::time::Instant;

use super::Benchmark;
use crate::engine::embedding::Prepared;

/// The empty timed loop.
pub static EMPTY: Benchmark = Benchmark::floor("floor/empty", "an empty timed loop", |_| {
    Ok(Prepared::repeat(|| (), |()| true, |()| String::new()))
})
.headline();

/// Two reads of the clock, as in benchmarks that time each iteration.
pub static CLOCK: Benchmark = Benchmark::floor("floor/clock", "two consecutive reads of the clock", |_| {
    Ok(Prepared::repeat(
        || (Instant::now(), Instant::now()),
        |(earlier, later)| earlier <= later,
        |_| "the clock went backwards".into(),
    ))
})
.headline();

/// A call that the compiler can neither inline nor evaluate.
pub static CALL: Benchmark =
    Benchmark::floor("floor/call", "a call through a function pointer that adds two numbers, and its return", |_| {
        fn add(a: i32, b: i32) -> i32 {
            a.wrapping_add(b)
        }
        let function: fn(i32, i32) -> i32 = black_box(add);
        Ok(Prepared::repeat(move || function(black_box(1), 7), |sum| *sum == 8, |sum| format!("returned {sum}")))
    })
    .headline();

pub(crate) static ALL: &[&Benchmark] = &[
    &EMPTY, &CLOCK, &CALL, &RESULT, &ERROR, &PANIC, &COROUTINE, &BACKTRACE, &FIB, &SWEEP, &HASH, &TIGHT, &NESTED,
    &FLOAT, &PARSE,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::benchmark::BenchmarkKind;

    #[test]
    fn every_native_baseline_prepares_and_returns_the_expected_result() {
        for floor in ALL {
            let BenchmarkKind::Anywhere(prepare) = floor.prepared else {
                panic!("{} is not a native baseline", floor.id)
            };
            prepare(1).unwrap().batch(3).unwrap();
        }
    }
}
