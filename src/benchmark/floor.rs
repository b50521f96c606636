//! Floors: what the hardware and the language take for the same work, with no WebAssembly in it. They are measured
//! inside each subject's worker with its modules loaded, since registered code slows every backtrace.
use std::hint::black_box;

use anyhow::Result;

use super::Benchmark;
use crate::embedding::Prepared;
use crate::exit_code::ExitCode;

/// The sampler itself.
pub static EMPTY: Benchmark =
    Benchmark::floor("floor/empty", "nothing: what the timed loop itself takes", |_| Ok(empty()));

/// The error, without leaving anything.
pub static ERROR: Benchmark = Benchmark::floor(
    "floor/error-value",
    "an `ExitCode` boxed, returned through a function pointer, downcast by value and freed",
    |_| Ok(error_value()),
)
.headline();

pub(super) static ALL: &[&Benchmark] = &[&EMPTY, &ERROR];

fn empty() -> Prepared {
    Prepared::repeat(|| (), |()| true, |()| String::new())
}

fn error_value() -> Prepared {
    type HostError = Box<dyn std::error::Error + Send + Sync>;
    fn early_exit(code: u32) -> Result<u32, HostError> {
        if code == 0 { Ok(0) } else { Err(Box::new(ExitCode(code))) }
    }
    let host: fn(u32) -> Result<u32, HostError> = black_box(early_exit);
    let call = move || host(black_box(1)).map_err(|error| error.downcast::<ExitCode>());
    Prepared::repeat(
        call,
        |result| matches!(result, Err(Ok(code)) if **code == ExitCode(1)),
        |result| format!("{result:?}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::benchmark::By;

    #[test]
    fn every_floor_runs_anywhere_and_ends_as_it_must() {
        for floor in ALL {
            let By::Anywhere(prepare) = floor.prepared else { panic!("{} needs a family", floor.id) };
            prepare(1).unwrap().batch(3).unwrap();
        }
    }
}
