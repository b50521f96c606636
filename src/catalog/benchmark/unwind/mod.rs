//! Benchmarks of exits and traps, and of an exit's dependence on guest frames, re-entries, threads and loaded code.
mod way;

pub(crate) use way::{ALL as RETURN_LATENCY, LATENCY, RETURNED, WHOLE};
pub use way::{
    DYNAMIC, DYNAMIC_ENV, DYNAMIC_PREBUILT, DYNAMIC_PREBUILT_RETURN, INDIRECT, RUNTIME_ERROR, START, TYPED, TYPED_ENV,
    TYPED_PREBUILT, TYPED_PREBUILT_RETURN, WAYS, Way,
};

use super::{Benchmark, native};

/// The native baselines that `unwind/typed` may consist of. Each backend lists its parts. The rest is the time of the exit
/// minus the sum of the parts, at the same number of host frames if a part depends on it. The rest may be negative, because
/// exit and parts are measured separately.
pub static BREAKDOWN: &[&Benchmark] = &[&native::COROUTINE, &native::BACKTRACE, &native::ERROR];

/// The smallest number of host frames, and a realistic number.
const BOTH_DEPTHS: &[u64] = &[1, 50];
/// Numbers of host frames that show how the cost of an exit grows.
const EACH_DEPTH: &[u64] = &[1, 8, 50, 512];

const GUEST_FRAMES: &[u64] = &[1, 8, 64, 512, 4096];

/// The timed part of a trap.
macro_rules! trap {
    ($does:literal) => {
        concat!("a typed call of a guest that ", $does, ", to its trap code in the caller")
    };
}

benchmarks![
    UNREACHABLE("unwind/unreachable", trap!("executes `unreachable`")).below_host_frames(BOTH_DEPTHS).in_quick_set(),
    DIVISION_BY_ZERO("unwind/division-by-zero", trap!("divides by zero")).below_host_frames(BOTH_DEPTHS),
    OVERFLOW("unwind/integer-overflow", trap!("divides the least integer by -1")).below_host_frames(BOTH_DEPTHS),
    MEMORY_BOUNDS("unwind/memory-bounds", trap!("reads out of the bounds of its memory"))
        .below_host_frames(BOTH_DEPTHS),
    TABLE_BOUNDS(
        "unwind/table-bounds",
        "a typed call of a guest that calls an element out of its table's bounds, to its trap code",
    )
    .below_host_frames(BOTH_DEPTHS),
    NULL_CALL("unwind/null-call", trap!("calls an empty element of its table")).below_host_frames(BOTH_DEPTHS),
    BAD_SIGNATURE("unwind/bad-signature", trap!("calls a function of another type through its table"))
        .below_host_frames(BOTH_DEPTHS),
    BAD_CONVERSION("unwind/bad-conversion", trap!("converts a NaN to an integer")).below_host_frames(BOTH_DEPTHS),
    STACK_OVERFLOW("unwind/stack-overflow", trap!("recurses until its stack of 1 MiB is exhausted"))
        .below_host_frames(BOTH_DEPTHS),
    METERING(
        "unwind/metering",
        "a typed call of a metered guest with one point left, until the caller has queried that points ran out; \
         setting the points is not timed, two reads of the clock are",
    )
    .below_host_frames(BOTH_DEPTHS),
    PANIC(
        "unwind/panic",
        "a typed call of a guest whose host function panics, until the caller has caught and downcast the payload; a \
         panic hook that returns at once and two reads of the clock are timed",
    )
    .below_host_frames(BOTH_DEPTHS)
    .native_baseline(&native::PANIC),
    INTERRUPT(
        "unwind/interrupt",
        "from just before another thread requests the interrupt of a guest in an endless loop to the call's return; \
         two reads of the clock, one per thread, are timed",
    )
    .below_host_frames(BOTH_DEPTHS)
    .parallel(),
    GUEST_DEPTH("unwind/guest-depth", "as `unwind/typed`, from below so many frames of the guest")
        .over("guest frames", GUEST_FRAMES, &[])
        .native_baseline(&native::ERROR),
    GUEST_DEPTH_LATENCY(
        "unwind/guest-depth-leave",
        "as `unwind/typed-leave`, from below so many frames of the guest: the way back alone",
    )
    .over("guest frames", GUEST_FRAMES, &[])
    .native_baseline(&native::CLOCK),
    GUEST_DEPTH_PREBUILT(
        "unwind/guest-depth-prebuilt",
        "as `unwind/typed-prebuilt`, from below so many frames of the guest",
    )
    .over("guest frames", GUEST_FRAMES, &[])
    .native_baseline(&native::RESULT),
    // An engine may record each frame in a backtrace.
    GUEST_DEPTH_UNREACHABLE(
        "unwind/guest-depth-unreachable",
        "as `unwind/unreachable`, from below so many frames of the guest",
    )
    .over("guest frames", GUEST_FRAMES, &[]),
    REENTRIES(
        "unwind/reentries",
        "a typed call of a guest that calls a host function that calls the guest, and so on; an `Err(ExitCode)` in the \
         innermost; its way out through every level, and the downcast by value in the outermost caller",
    )
    .over("re-entries", &[20, 50, 100, 200], &[]),
    // Capturing a backtrace takes a lock of the process.
    THREADS(
        "unwind/threads",
        "as `unwind/typed`, on so many threads at once, each with a store of its own: all start at a barrier, and the \
         time from the first start to the last end is divided by the exits of all threads; exits per second in all are \
         its inverse",
    )
    .over("threads", &[1, 2, 4, 8], &[])
    .parallel()
    .concurrently(&TYPED.whole),
    // Each backtrace searches all registered code.
    MODULES(
        "unwind/modules",
        "as `unwind/typed`, with so many modules registered besides: one artifact, deserialised that often on one \
         engine",
    )
    .over("modules", &[1, 8, 64, 512], &[4096]),
    // One compiler registers each function separately.
    FUNCTIONS(
        "unwind/functions",
        "as `unwind/typed`, with one generated module of so many functions registered besides, which does not run",
    )
    .over("functions", &[1, 16, 64], &[512]),
];
