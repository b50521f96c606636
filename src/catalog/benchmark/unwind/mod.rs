//! What leaving costs.
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

/// What an exit like any other, `unwind/typed`, may be made of: each backend says which of these are part of its own.
/// The rest is the difference to the sum of those, each at the same host depth where it has one. It may come out
/// negative, since they are timed apart.
pub static BREAKDOWN: &[&Benchmark] = &[&floor::COROUTINE, &floor::BACKTRACE, &floor::ERROR];

pub(crate) use sweep::ALL as SWEEPS;
pub(crate) use trap::ALL as TRAPS;
pub(crate) use way::{LEAVING, RETURNED, RETURNING, WHOLE};

/// The least depth, and one as in a real host.
const BOTH_DEPTHS: &[u64] = &[1, 50];
/// How an exit grows with the host's stack.
const EACH_DEPTH: &[u64] = &[1, 8, 50, 512];
