//! Benchmarks of exits and traps.
mod sweep;
mod trap;
mod way;

pub use sweep::{
    FUNCTIONS, GUEST_DEPTH, GUEST_DEPTH_LEAVE, GUEST_DEPTH_PREBUILT, GUEST_DEPTH_UNREACHABLE, MODULES, REENTRIES,
    THREADS,
};
pub use trap::{
    BAD_CONVERSION, BAD_SIGNATURE, DIVISION_BY_ZERO, INTERRUPT, MEMORY_BOUNDS, METERING, NULL_CALL, OVERFLOW, PANIC,
    STACK_OVERFLOW, TABLE_BOUNDS, UNREACHABLE,
};
pub use way::{
    DYNAMIC, DYNAMIC_ENV, DYNAMIC_PREBUILT, DYNAMIC_PREBUILT_RETURN, INDIRECT, RUNTIME_ERROR, START, TYPED, TYPED_ENV,
    TYPED_PREBUILT, TYPED_PREBUILT_RETURN, WAYS, Way,
};

use super::{Benchmark, floor};

/// The native baselines that `unwind/typed` may consist of. Each backend lists its parts. The rest is the time of the exit
/// minus the sum of the parts, at the same number of host frames if a part depends on it. The rest may be negative, because
/// exit and parts are measured separately.
pub static BREAKDOWN: &[&Benchmark] = &[&floor::COROUTINE, &floor::BACKTRACE, &floor::ERROR];

pub(crate) use sweep::ALL as SWEEPS;
pub(crate) use trap::ALL as TRAPS;
pub(crate) use way::{LEAVING, RETURNED, RETURNING, WHOLE};

/// The smallest number of host frames, and a realistic number.
const BOTH_DEPTHS: &[u64] = &[1, 50];
/// Numbers of host frames that show how the cost of an exit grows.
const EACH_DEPTH: &[u64] = &[1, 8, 50, 512];
