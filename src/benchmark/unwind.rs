//! What leaving costs.
use super::{Benchmark, floor};

/// An exit like any other, as a whole call.
pub static TYPED: Benchmark = Benchmark::by_family(
    "unwind/typed",
    "a typed call, the guest's call of a typed host function, its `Err(ExitCode)`, and the downcast by value \
     in the caller",
)
.below_host_frames(&[1, 8, 50, 512])
.above(&floor::ERROR)
.headline();

/// Exits beside exits: what they share is a lock.
pub static BESIDE: Benchmark = Benchmark::by_family(
    "unwind/beside-threads",
    "as `unwind/typed`, while other threads, confirmed running before the clock starts, exit from stores of their own",
)
.over("threads", &[0, 1, 2, 4, 8, 16], &[])
.beside(&TYPED);

pub(super) static ALL: &[&Benchmark] = &[&TYPED, &BESIDE];
