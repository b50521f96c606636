//! Scenarios of ways to exit: every kind of host function, called directly and through a table.
use super::Scenario;

/// The exit codes that the scenarios use: both ends of the range, the largest code that a shell reports, and both sides of the
/// sign bit.
pub const CODES: [u32; 6] = [0, 1, 255, i32::MAX as u32, i32::MIN as u32, u32::MAX];

/// The code at which the host functions return instead of exiting.
pub const LET_PASS: u32 = 13;

/// The transcript of every way to exit.
const EVERY_CODE: &[&str] = &[
    "asked for 0: exit code 0",
    "asked for 1: exit code 1",
    "asked for 255: exit code 255",
    "asked for 2147483647: exit code 2147483647",
    "asked for 2147483648: exit code 2147483648",
    "asked for 4294967295: exit code 4294967295",
    "times that the guest went on: 0",
    "let pass, it returns 26",
    "times that the guest went on: 1",
];

/// Two scenarios per way to exit: called directly, and through `call_indirect`.
macro_rules! ways {
    ($($id:literal, $direct:ident, $indirect:ident: $shows:literal;)*) => {
        $(
            #[doc = $shows]
            pub static $direct: Scenario = Scenario::by_family(concat!("exit/", $id), $shows, EVERY_CODE);
            #[doc = concat!($shows, ", called through a table")]
            pub static $indirect: Scenario = Scenario::by_family(
                concat!("exit/", $id, "-indirect"),
                concat!($shows, ", called through a table"),
                EVERY_CODE,
            );
        )*
        pub(crate) static WAYS: &[&Scenario] = &[$(&$direct, &$indirect),*];
    };
}

ways! {
    "typed", TYPED, TYPED_INDIRECT: "a typed host function returns the error";
    "typed-env", TYPED_ENV, TYPED_ENV_INDIRECT: "a typed host function with an environment returns the error";
    "dynamic", DYNAMIC, DYNAMIC_INDIRECT: "a dynamic host function returns the error";
    "dynamic-env", DYNAMIC_ENV, DYNAMIC_ENV_INDIRECT: "a dynamic host function with an environment returns the error";
    "on-the-spot", ON_THE_SPOT, ON_THE_SPOT_INDIRECT: "a typed host function creates a new engine error";
    "typed-clone", TYPED_CLONE, TYPED_CLONE_INDIRECT:
        "a typed host function returns a clone of an error made beforehand, one for each code";
    "dynamic-clone", DYNAMIC_CLONE, DYNAMIC_CLONE_INDIRECT:
        "a dynamic host function returns a clone of an error made beforehand, one for each code";
    "typed-sentinel", TYPED_SENTINEL, TYPED_SENTINEL_INDIRECT:
        "a typed host function returns a clone of one error, and leaves the code in its environment";
    "dynamic-sentinel", DYNAMIC_SENTINEL, DYNAMIC_SENTINEL_INDIRECT:
        "a dynamic host function returns a clone of one error, and leaves the code in its environment";
}

scenarios![
    START(
        "exit/start",
        "the start function exits: instantiation returns the error",
        &[
            "typed: 0, 1, 255, 2147483647, 2147483648, 4294967295",
            "dynamic: 0, 1, 255, 2147483647, 2147483648, 4294967295",
            "let pass, it leaves 13",
        ],
    ),
    START_CLONE(
        "exit/start-clone",
        "the start function exits with a clone of a prebuilt error",
        &["a clone: 0, 1, 255, 2147483647, 2147483648, 4294967295", "let pass, it leaves 13"],
    ),
    START_FILLS_TABLE(
        "exit/start-fills-table",
        "a start function fills the table of another instance and exits: the functions in the table stay callable",
        &[
            "instantiation: exited early with exit code: 7",
            "set by a segment: returned 108",
            "set by the start function: returned 109",
            "100 times more: exited 100 times, 200 calls returned what they must",
            "with the modules dropped: returned 203",
        ],
    ),
    ONE_RESULT(
        "exit/one-result",
        "a typed host function with no result, or one of any number type, exits and returns",
        &["5 host functions: 5 exited, 5 returned their values", "wrong: none"],
    ),
    SEVERAL_RESULTS(
        "exit/several-results",
        "a typed host function with several results of different sizes exits and returns",
        &["22 host functions: 22 exited, 22 returned their values", "wrong: none"],
    ),
    CLONE(
        "exit/clone-is-the-same",
        "a clone of a prebuilt error arrives as the same error, with the backtrace of its creation",
        &["typed: the same error true, frames in its trace 0", "dynamic: the same error true, frames in its trace 0"],
    ),
    MIXED_STORES(
        "exit/mixed-up-stores",
        "two stores exit with 1 and 2, then the codes are read: an atomic shared by both has only the last code",
        &["one atomic for both: 2 and 2", "each store's own environment: 1 and 2", "an error for each code: 1 and 2"],
    ),
    MIXED_NESTED(
        "exit/mixed-up-nested",
        "during an exit with 1, the host calls the guest for cleanup, which exits with 2: a code stored before that is \
         lost",
        &[
            "one atomic: put before it, 2; put after it, 1",
            "the store's own environment: put before it, 2; put after it, 1",
            "an error for each code: put before it, 1; put after it, 1",
        ],
    ),
];
