//! Native baselines: the same work without WebAssembly. They run in each variant's worker. An engine that is compiled in loads
//! the module of `unwind/typed` first, because registered code slows every backtrace.
mod exit;
mod kernel;

pub(super) use exit::ALL as EXITS;
pub use exit::{BACKTRACE, COROUTINE, ERROR, PANIC, RESULT};
pub(super) use kernel::ALL as KERNELS;
pub use kernel::{FIB, FLOAT, HASH, NESTED, PARSE, SWEEP, TIGHT, float, hash, nested, parse, swept, tight};

use std::hint::black_box;
use std::time::Instant;

use crate::engine::embedding::Prepared;

benchmarks![
    EMPTY("floor/empty", "an empty timed loop")
        .without_engine(|_| Ok(Prepared::repeat(|| (), |()| true, |()| String::new())))
        .in_quick_set(),
    // As in benchmarks that time each iteration.
    CLOCK("floor/clock", "two consecutive reads of the clock")
        .without_engine(|_| {
            Ok(Prepared::repeat(
                || (Instant::now(), Instant::now()),
                |(earlier, later)| earlier <= later,
                |_| "the clock went backwards".into(),
            ))
        })
        .in_quick_set(),
    // The compiler can neither inline nor evaluate this call.
    CALL("floor/call", "a call through a function pointer that adds two numbers, and its return")
        .without_engine(|_| {
            fn add(a: i32, b: i32) -> i32 {
                a.wrapping_add(b)
            }
            let function: fn(i32, i32) -> i32 = black_box(add);
            Ok(Prepared::repeat(move || function(black_box(1), 7), |sum| *sum == 8, |sum| format!("returned {sum}")))
        })
        .in_quick_set(),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::benchmark::BenchmarkKind;

    #[test]
    fn every_native_baseline_prepares_and_returns_the_expected_result() {
        for baseline in [ALL, EXITS, KERNELS].concat() {
            let BenchmarkKind::NativeBaseline(prepare) = baseline.prepared else {
                panic!("{} is not a native baseline", baseline.id)
            };
            prepare(1).unwrap().batch(3).unwrap();
        }
    }
}
