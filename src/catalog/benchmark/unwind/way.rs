//! Three benchmarks per way to exit: the whole call, the exit's latency, and the same call without an exit.
use super::{BOTH_DEPTHS, EACH_DEPTH};
use crate::catalog::benchmark::{Benchmark, floor};

/// A way to exit, with three benchmarks of the same code.
///
/// With one guest frame, `leaving` is the difference between `whole` and `returned`. With several guest frames it is not,
/// because `returned` includes the return through each frame.
pub struct Way {
    /// The whole call, until the caller has the exit code.
    pub whole: Benchmark,
    /// The latency: the last part of the call, from the host's error to the caller.
    pub leaving: Benchmark,
    /// The same call, in which the host function returns.
    pub returned: Benchmark,
}

macro_rules! way {
    ($id:literal, $call:literal, error $error:literal, caught $caught:literal, below $frames:expr, above $floor:expr) => {
        Way {
            whole: Benchmark::by_family(
                concat!("unwind/", $id),
                concat!("from ", $call, ", which returns ", $error, ", to ", $caught, " in the caller"),
            )
            .below_host_frames($frames)
            .above($floor),
            leaving: Benchmark::by_family(
                concat!("unwind/", $id, "-leave"),
                concat!(
                    "from just before the host function of `unwind/",
                    $id,
                    "` creates its error to ",
                    $caught,
                    " in the caller; up to two reads of the clock (`floor/clock`) are timed, \
                     the call's way to the host function is not"
                ),
            )
            .below_host_frames(BOTH_DEPTHS)
            .above(&floor::CLOCK),
            returned: Benchmark::by_family(
                concat!("call/", $id, "-ok"),
                concat!("the same call as `unwind/", $id, "`, but the host function and the guest return"),
            )
            .above(&floor::CALL),
        }
    };
}

/// A typed host function.
pub static TYPED: Way = {
    let way = way!(
        "typed", "a typed call to a typed host function", error "`Err(ExitCode)`", caught "the downcast by value",
        below EACH_DEPTH, above &floor::ERROR
    );
    Way { whole: way.whole.headline(), leaving: way.leaving.headline(), returned: way.returned.headline() }
};

/// A typed host function with an environment.
pub static TYPED_ENV: Way = way!(
    "typed-env", "a typed call to a typed host function with an environment", error "`Err(ExitCode)`",
    caught "the downcast by value", below BOTH_DEPTHS, above &floor::ERROR
);

/// A dynamic host function, whose signature allows only the engine's error type.
pub static DYNAMIC: Way = {
    let way = way!(
        "dynamic", "a typed call to a dynamic host function", error "an engine error that holds an `ExitCode`",
        caught "the downcast by value", below EACH_DEPTH, above &floor::ERROR
    );
    Way { whole: way.whole.headline(), ..way }
};

/// A dynamic host function with an environment.
pub static DYNAMIC_ENV: Way = way!(
    "dynamic-env", "a typed call to a dynamic host function with an environment",
    error "an engine error that holds an `ExitCode`", caught "the downcast by value",
    below BOTH_DEPTHS, above &floor::ERROR
);

/// A typed host function that creates the engine's error itself, which captures a backtrace.
pub static RUNTIME_ERROR: Way = way!(
    "runtime-error", "a typed call to a typed host function",
    error "a new engine error that holds an `ExitCode`", caught "the downcast by value",
    below BOTH_DEPTHS, above &floor::ERROR
);

/// A typed host function that clones a prebuilt error, which captures no backtrace.
pub static TYPED_PREBUILT: Way = {
    let way = way!(
        "typed-prebuilt", "a typed call to a typed host function",
        error "a clone of a prebuilt engine error", caught "the downcast by reference",
        below EACH_DEPTH, above &floor::RESULT
    );
    Way { whole: way.whole.headline(), ..way }
};

/// A dynamic host function that clones a prebuilt error.
pub static DYNAMIC_PREBUILT: Way = way!(
    "dynamic-prebuilt", "a typed call to a dynamic host function",
    error "a clone of a prebuilt engine error", caught "the downcast by reference",
    below BOTH_DEPTHS, above &floor::RESULT
);

/// A host function called by a start function, so that instantiation fails.
pub static START: Way = way!(
    "start-function",
    "an instantiation, in a prepared store with prepared imports, timed by two reads of the clock, to a typed host \
     function that the start function calls",
    error "`Err(ExitCode)`", caught "the downcast by value", below BOTH_DEPTHS, above &floor::ERROR
);

/// A typed host function called through a table.
pub static INDIRECT: Way = way!(
    "indirect", "a typed call to a typed host function that the guest calls through its table",
    error "`Err(ExitCode)`", caught "the downcast by value", below BOTH_DEPTHS, above &floor::ERROR
);

/// The latency of a return, for comparison with the latency of the prebuilt exit. A prebuilt exit costs about as much
/// as a return, so the difference between `whole` and `returned` cannot show the exit's cost.
pub static TYPED_PREBUILT_RETURN: Benchmark = Benchmark::by_family(
    "call/typed-prebuilt-return",
    "from just before the host function of `call/typed-prebuilt-ok` returns to the result in the caller; up to two reads \
     of the clock (`floor/clock`) are timed, the call's way to the host function is not",
)
.above(&floor::CLOCK);

/// The latency of a return from a dynamic host function.
pub static DYNAMIC_PREBUILT_RETURN: Benchmark = Benchmark::by_family(
    "call/dynamic-prebuilt-return",
    "from just before the host function of `call/dynamic-prebuilt-ok` returns to the result in the caller; up to two reads \
     of the clock (`floor/clock`) are timed, the call's way to the host function is not",
)
.above(&floor::CLOCK);

/// Every way to exit.
pub static WAYS: &[&Way] = &[
    &TYPED,
    &TYPED_ENV,
    &DYNAMIC,
    &DYNAMIC_ENV,
    &RUNTIME_ERROR,
    &TYPED_PREBUILT,
    &DYNAMIC_PREBUILT,
    &START,
    &INDIRECT,
];

macro_rules! each {
    ($part:ident) => {
        &[
            &TYPED.$part,
            &TYPED_ENV.$part,
            &DYNAMIC.$part,
            &DYNAMIC_ENV.$part,
            &RUNTIME_ERROR.$part,
            &TYPED_PREBUILT.$part,
            &DYNAMIC_PREBUILT.$part,
            &START.$part,
            &INDIRECT.$part,
        ]
    };
}

pub(crate) static WHOLE: &[&Benchmark] = each!(whole);
pub(crate) static LEAVING: &[&Benchmark] = each!(leaving);
pub(crate) static RETURNING: &[&Benchmark] = &[&TYPED_PREBUILT_RETURN, &DYNAMIC_PREBUILT_RETURN];
pub(crate) static RETURNED: &[&Benchmark] = each!(returned);
