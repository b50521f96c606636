//! One benchmark per way to exit: the whole call, and the latency from the error to the caller.
use super::{BOTH_DEPTHS, EACH_DEPTH};
use crate::catalog::benchmark::{Benchmark, floor};

/// A way for a host function to end its guest, as three benchmarks of the same code.
///
/// Below one guest frame, `whole` and `returned` must differ by `leaving`; deeper it is another quantity.
pub struct Way {
    /// The whole call.
    pub whole: Benchmark,
    /// Its last part, timed directly: from the host's error to the caller.
    pub leaving: Benchmark,
    /// The same call, told by its argument to return.
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
                    "` makes its error to ",
                    $caught,
                    " in the caller; up to two reads of the clock (`floor/clock`) are in it, and the way there is not"
                ),
            )
            .below_host_frames(BOTH_DEPTHS)
            .above(&floor::CLOCK),
            returned: Benchmark::by_family(
                concat!("call/", $id, "-ok"),
                concat!("the same as `unwind/", $id, "`, but told to return: the guest goes on and returns too"),
            )
            .above(&floor::CALL),
        }
    };
}

/// An exit like any other.
pub static TYPED: Way = {
    let way = way!(
        "typed", "a typed call to a typed host function", error "`Err(ExitCode)`", caught "the downcast by value",
        below EACH_DEPTH, above &floor::ERROR
    );
    Way { whole: way.whole.headline(), leaving: way.leaving.headline(), returned: way.returned.headline() }
};

/// With an environment.
pub static TYPED_ENV: Way = way!(
    "typed-env", "a typed call to a typed host function with an environment", error "`Err(ExitCode)`",
    caught "the downcast by value", below BOTH_DEPTHS, above &floor::ERROR
);

/// With types known at run time only. What it returns is a `RuntimeError`: there is no other error for it.
pub static DYNAMIC: Way = {
    let way = way!(
        "dynamic", "a typed call to a dynamic host function", error "an error of the engine's that holds an `ExitCode`",
        caught "the downcast by value", below EACH_DEPTH, above &floor::ERROR
    );
    Way { whole: way.whole.headline(), ..way }
};

/// Both.
pub static DYNAMIC_ENV: Way = way!(
    "dynamic-env", "a typed call to a dynamic host function with an environment",
    error "an error of the engine's that holds an `ExitCode`", caught "the downcast by value",
    below BOTH_DEPTHS, above &floor::ERROR
);

/// A typed host function that makes the engine's error itself, and so has it look at the guest's stack.
pub static RUNTIME_ERROR: Way = way!(
    "runtime-error", "a typed call to a typed host function",
    error "an error of the engine's, made on the spot, that holds an `ExitCode`", caught "the downcast by value",
    below BOTH_DEPTHS, above &floor::ERROR
);

/// The cheap exit: nobody looks at any stack.
pub static TYPED_PREBUILT: Way = {
    let way = way!(
        "typed-prebuilt", "a typed call to a typed host function",
        error "a clone of an error of the engine's that was made beforehand", caught "the downcast by reference",
        below EACH_DEPTH, above &floor::RESULT
    );
    Way { whole: way.whole.headline(), ..way }
};

/// The cheap exit, with types known at run time only.
pub static DYNAMIC_PREBUILT: Way = way!(
    "dynamic-prebuilt", "a typed call to a dynamic host function",
    error "a clone of an error of the engine's that was made beforehand", caught "the downcast by reference",
    below BOTH_DEPTHS, above &floor::RESULT
);

/// From a start function: the guest never becomes an instance.
pub static START: Way = way!(
    "start-function",
    "an instantiation, in a store and with imports made before, timed by two reads of the clock, to a typed host \
     function that the start function calls",
    error "`Err(ExitCode)`", caught "the downcast by value", below BOTH_DEPTHS, above &floor::ERROR
);

/// Through a table.
pub static INDIRECT: Way = way!(
    "indirect", "a typed call to a typed host function that the guest calls through its table",
    error "`Err(ExitCode)`", caught "the downcast by value", below BOTH_DEPTHS, above &floor::ERROR
);

/// Its counterpart that leaves nothing: where an exit is as cheap as this, the difference to a call that returns is not
/// what leaving costs, since that call pays for its own way back.
pub static TYPED_PREBUILT_RETURN: Benchmark = Benchmark::by_family(
    "call/typed-prebuilt-return",
    "from just before the host function of `call/typed-prebuilt-ok` returns to the result in the caller; up to two reads of \
     the clock (`floor/clock`) are in it, and the way there is not",
)
.above(&floor::CLOCK);

/// The same with types known at run time only.
pub static DYNAMIC_PREBUILT_RETURN: Benchmark = Benchmark::by_family(
    "call/dynamic-prebuilt-return",
    "from just before the host function of `call/dynamic-prebuilt-ok` returns to the result in the caller; up to two reads \
     of the clock (`floor/clock`) are in it, and the way there is not",
)
.above(&floor::CLOCK);

/// All ways.
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
