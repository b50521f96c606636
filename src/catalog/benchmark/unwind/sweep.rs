//! Benchmarks of an exit's dependence on guest frames, re-entries, threads and loaded code.
use super::way::TYPED;
use crate::catalog::benchmark::{Benchmark, floor};

const GUEST_FRAMES: &[u64] = &[1, 8, 64, 512, 4096];

/// An exit of a typed host function, by guest frames.
pub static GUEST_DEPTH: Benchmark =
    Benchmark::by_family("unwind/guest-depth", "as `unwind/typed`, from below so many frames of the guest")
        .over("guest frames", GUEST_FRAMES, &[])
        .above(&floor::ERROR);

/// The latency of the exit of `unwind/guest-depth`. The calls before the host function's error are not timed.
pub static GUEST_DEPTH_LEAVE: Benchmark = Benchmark::by_family(
    "unwind/guest-depth-leave",
    "as `unwind/typed-leave`, from below so many frames of the guest: the way back alone",
)
.over("guest frames", GUEST_FRAMES, &[])
.above(&floor::CLOCK);

/// An exit with a prebuilt error, by guest frames.
pub static GUEST_DEPTH_PREBUILT: Benchmark = Benchmark::by_family(
    "unwind/guest-depth-prebuilt",
    "as `unwind/typed-prebuilt`, from below so many frames of the guest",
)
.over("guest frames", GUEST_FRAMES, &[])
.above(&floor::RESULT);

/// A trap, by guest frames, because an engine may record each frame in a backtrace.
pub static GUEST_DEPTH_UNREACHABLE: Benchmark = Benchmark::by_family(
    "unwind/guest-depth-unreachable",
    "as `unwind/unreachable`, from below so many frames of the guest",
)
.over("guest frames", GUEST_FRAMES, &[]);

/// An exit through nested calls from host to guest to host.
pub static REENTRIES: Benchmark = Benchmark::by_family(
    "unwind/reentries",
    "a typed call of a guest that calls a host function that calls the guest, and so on; an `Err(ExitCode)` in the \
     innermost; its way out through every level, and the downcast by value in the outermost caller",
)
.over("re-entries", &[20, 50, 100, 200], &[]);

/// Exits on several threads at once, because capturing a backtrace takes a lock of the process.
pub static THREADS: Benchmark = Benchmark::by_family(
    "unwind/threads",
    "as `unwind/typed`, on so many threads at once, each with a store of its own: all start at a barrier, and the time from \
     the first start to the last end is divided by the exits of all threads; exits per second in all are its inverse",
)
.over("threads", &[1, 2, 4, 8], &[])
.parallel()
.concurrently(&TYPED.whole);

/// Exits while other modules are loaded, because each backtrace searches all registered code.
pub static MODULES: Benchmark = Benchmark::by_family(
    "unwind/modules",
    "as `unwind/typed`, with so many modules registered besides: one artifact, deserialised that often on one engine",
)
.over("modules", &[1, 8, 64, 512], &[4096]);

/// Exits while a module of many functions is loaded, because one compiler registers each function separately.
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
