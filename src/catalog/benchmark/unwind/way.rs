//! Three benchmarks per way to exit: the whole call, the exit's latency, and the same call without an exit.
use super::{BOTH_DEPTHS, EACH_DEPTH};
use crate::catalog::benchmark::{Benchmark, native};

/// A way to exit, with three benchmarks of the same code.
///
/// With one guest frame, `latency` is the difference between `whole` and `returned`. With several guest frames it is not,
/// because `returned` includes the return through each frame.
pub struct Way {
    /// The whole call, until the caller has the exit code.
    pub whole: Benchmark,
    /// The latency: the last part of the call, from the host's error to the caller.
    pub latency: Benchmark,
    /// The same call, in which the host function returns.
    pub returned: Benchmark,
}

impl Way {
    /// Sets the numbers of host frames of the whole call.
    const fn below_host_frames(self, host_frames: &'static [u64]) -> Self {
        Self { whole: self.whole.below_host_frames(host_frames), ..self }
    }

    /// Adds the whole call to the quick set.
    const fn in_quick_set(self) -> Self {
        Self { whole: self.whole.in_quick_set(), ..self }
    }

    /// Adds all three benchmarks to the quick set.
    const fn all_in_quick_set(self) -> Self {
        Self {
            whole: self.whole.in_quick_set(),
            latency: self.latency.in_quick_set(),
            returned: self.returned.in_quick_set(),
        }
    }
}

/// A way by its id, its call, and the error that the host function returns. If the error is `prebuilt`, the host function returns
/// a clone, which the caller downcasts by reference.
macro_rules! way {
    ($id:literal, $call:literal, prebuilt) => {
        way!($id, $call, "a clone of a prebuilt engine error", "the downcast by reference", &native::RESULT)
    };
    ($id:literal, $call:literal, $error:literal) => {
        way!($id, $call, $error, "the downcast by value", &native::ERROR)
    };
    ($id:literal, $call:literal, $error:literal, $caught:literal, $native_baseline:expr) => {
        Way {
            whole: Benchmark::by_family(
                concat!("unwind/", $id),
                concat!("from ", $call, ", which returns ", $error, ", to ", $caught, " in the caller"),
            )
            .below_host_frames(BOTH_DEPTHS)
            .native_baseline($native_baseline),
            latency: Benchmark::by_family(
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
            .native_baseline(&native::CLOCK),
            returned: Benchmark::by_family(
                concat!("call/", $id, "-ok"),
                concat!("the same call as `unwind/", $id, "`, but the host function and the guest return"),
            )
            .native_baseline(&native::CALL),
        }
    };
}

/// Defines the ways to exit, their list, and the lists of their benchmarks.
macro_rules! ways {
    ($($name:ident($id:literal, $call:literal, $error:tt $(,)?) $(.$method:ident($($value:expr),*))*),* $(,)?) => {
        $(
            #[doc = concat!("The exit from ", $call, ".")]
            pub static $name: Way = way!($id, $call, $error)$(.$method($($value),*))*;
        )*
        /// Every way to exit.
        pub static WAYS: &[&Way] = &[$(&$name),*];
        pub(crate) static WHOLE: &[&Benchmark] = &[$(&$name.whole),*];
        pub(crate) static LATENCY: &[&Benchmark] = &[$(&$name.latency),*];
        pub(crate) static RETURNED: &[&Benchmark] = &[$(&$name.returned),*];
    };
}

ways![
    TYPED("typed", "a typed call to a typed host function", "`Err(ExitCode)`")
        .below_host_frames(EACH_DEPTH)
        .all_in_quick_set(),
    TYPED_ENV("typed-env", "a typed call to a typed host function with an environment", "`Err(ExitCode)`"),
    // The signature of the host function allows only the engine's error type.
    DYNAMIC("dynamic", "a typed call to a dynamic host function", "an engine error that holds an `ExitCode`")
        .below_host_frames(EACH_DEPTH)
        .in_quick_set(),
    DYNAMIC_ENV(
        "dynamic-env",
        "a typed call to a dynamic host function with an environment",
        "an engine error that holds an `ExitCode`",
    ),
    // The host function creates the engine's error itself, which captures a backtrace.
    RUNTIME_ERROR(
        "runtime-error",
        "a typed call to a typed host function",
        "a new engine error that holds an `ExitCode`",
    ),
    // A clone captures no backtrace.
    TYPED_PREBUILT("typed-prebuilt", "a typed call to a typed host function", prebuilt)
        .below_host_frames(EACH_DEPTH)
        .in_quick_set(),
    DYNAMIC_PREBUILT("dynamic-prebuilt", "a typed call to a dynamic host function", prebuilt),
    // Instantiation fails.
    START(
        "start-function",
        "an instantiation, in a prepared store with prepared imports, timed by two reads of the clock, to a typed host \
         function that the start function calls",
        "`Err(ExitCode)`",
    ),
    INDIRECT(
        "indirect",
        "a typed call to a typed host function that the guest calls through its table",
        "`Err(ExitCode)`",
    ),
];

// The latency of a return, for comparison with the latency of the prebuilt exit. A prebuilt exit costs about as much as a
// return, so the difference between `whole` and `returned` cannot show the exit's cost.
benchmarks![
    TYPED_PREBUILT_RETURN(
        "call/typed-prebuilt-return",
        "from just before the host function of `call/typed-prebuilt-ok` returns to the result in the caller; up to two \
         reads of the clock (`floor/clock`) are timed, the call's way to the host function is not",
    )
    .native_baseline(&native::CLOCK),
    DYNAMIC_PREBUILT_RETURN(
        "call/dynamic-prebuilt-return",
        "from just before the host function of `call/dynamic-prebuilt-ok` returns to the result in the caller; up to \
         two reads of the clock (`floor/clock`) are timed, the call's way to the host function is not",
    )
    .native_baseline(&native::CLOCK),
];
