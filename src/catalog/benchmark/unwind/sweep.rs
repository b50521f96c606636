//! How leaving grows with what lies around it.
use super::way::TYPED;
use crate::catalog::benchmark::{Benchmark, floor};

const GUEST_FRAMES: &[u64] = &[1, 8, 64, 512, 4096];

/// Guest frames, for an exit like any other.
pub static GUEST_DEPTH: Benchmark =
    Benchmark::by_family("unwind/guest-depth", "as `unwind/typed`, from below so many frames of the guest")
        .over("guest frames", GUEST_FRAMES, &[])
        .above(&floor::ERROR);

/// Guest frames, and of that exit only the way back: what is left of the other is the way down.
pub static GUEST_DEPTH_LEAVE: Benchmark = Benchmark::by_family(
    "unwind/guest-depth-leave",
    "as `unwind/typed-leave`, from below so many frames of the guest: the way back alone",
)
.over("guest frames", GUEST_FRAMES, &[])
.above(&floor::CLOCK);

/// Guest frames, for the cheap exit.
pub static GUEST_DEPTH_PREBUILT: Benchmark = Benchmark::by_family(
    "unwind/guest-depth-prebuilt",
    "as `unwind/typed-prebuilt`, from below so many frames of the guest",
)
.over("guest frames", GUEST_FRAMES, &[])
.above(&floor::RESULT);

/// Guest frames, for a trap, whose trace holds each of them.
pub static GUEST_DEPTH_UNREACHABLE: Benchmark = Benchmark::by_family(
    "unwind/guest-depth-unreachable",
    "as `unwind/unreachable`, from below so many frames of the guest",
)
.over("guest frames", GUEST_FRAMES, &[]);

/// Calls from host to guest to host.
pub static REENTRIES: Benchmark = Benchmark::by_family(
    "unwind/reentries",
    "a typed call of a guest that calls a host function that calls the guest, and so on; an `Err(ExitCode)` in the \
     innermost; its way out through every level, and the downcast by value in the outermost caller",
)
.over("re-entries", &[20, 50, 100, 200], &[]);

/// Exits on several threads at once: what they share is a lock.
pub static THREADS: Benchmark = Benchmark::by_family(
    "unwind/threads",
    "as `unwind/typed`, on so many threads at once, each with a store of its own: all start at a barrier, and the time from \
     the first start to the last end is divided by the exits of all threads; exits per second in all are its inverse",
)
.over("threads", &[1, 2, 4, 8], &[])
.parallel()
.concurrently(&TYPED.whole);

/// Code that does not run, but is there: each backtrace looks for its frames in all of it.
pub static MODULES: Benchmark = Benchmark::by_family(
    "unwind/modules",
    "as `unwind/typed`, with so many modules registered besides: one artifact, deserialised that often on one engine",
)
.over("modules", &[1, 8, 64, 512], &[4096]);

/// Functions of one module, of which one compiler registers each by itself.
pub static FUNCTIONS: Benchmark = Benchmark::by_family(
    "unwind/functions",
    "as `unwind/typed`, with one generated module of so many functions registered besides, which does not run",
)
.over("functions", &[1, 16, 64], &[512]);

pub(crate) static ALL: &[&Benchmark] = &[
    &GUEST_DEPTH,
    &GUEST_DEPTH_LEAVE,
    &GUEST_DEPTH_PREBUILT,
    &GUEST_DEPTH_UNREACHABLE,
    &REENTRIES,
    &THREADS,
    &MODULES,
    &FUNCTIONS,
];
