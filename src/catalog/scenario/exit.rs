//! Ways to exit: every kind of host function, called directly and through a table.
use super::Scenario;

/// What every way is asked for: the ends of the range, the largest that a shell passes on, and both sides of the
/// sign that an engine may see in it.
pub const CODES: [u32; 6] = [0, 1, 255, i32::MAX as u32, i32::MIN as u32, u32::MAX];

/// The one code that the host functions here let pass, to show that they can return too.
pub const LET_PASS: u32 = 13;

/// What must come, whichever the way.
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

/// Two scenarios a way: called directly, and through `call_indirect`.
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
        pub(crate) static ALL: &[&Scenario] = &[$(&$direct, &$indirect,)* &START, &START_CLONE, &CLONE, &MIXED_STORES, &MIXED_NESTED];
    };
}

ways! {
    "typed", TYPED, TYPED_INDIRECT: "a typed host function returns the error";
    "typed-env", TYPED_ENV, TYPED_ENV_INDIRECT: "a typed host function with an environment returns the error";
    "dynamic", DYNAMIC, DYNAMIC_INDIRECT: "a dynamic host function returns the error";
    "dynamic-env", DYNAMIC_ENV, DYNAMIC_ENV_INDIRECT: "a dynamic host function with an environment returns the error";
    "on-the-spot", ON_THE_SPOT, ON_THE_SPOT_INDIRECT: "a typed host function makes the engine's own error on the spot";
    "typed-clone", TYPED_CLONE, TYPED_CLONE_INDIRECT:
        "a typed host function returns a clone of an error made beforehand, one for each code";
    "dynamic-clone", DYNAMIC_CLONE, DYNAMIC_CLONE_INDIRECT:
        "a dynamic host function returns a clone of an error made beforehand, one for each code";
    "typed-sentinel", TYPED_SENTINEL, TYPED_SENTINEL_INDIRECT:
        "a typed host function returns a clone of one error, and leaves the code in its environment";
    "dynamic-sentinel", DYNAMIC_SENTINEL, DYNAMIC_SENTINEL_INDIRECT:
        "a dynamic host function returns a clone of one error, and leaves the code in its environment";
}

/// From the start function: there is no instance yet.
pub static START: Scenario = Scenario::by_family(
    "exit/start",
    "the start function exits: the error comes back from instantiating",
    &[
        "typed: 0, 1, 255, 2147483647, 2147483648, 4294967295",
        "dynamic: 0, 1, 255, 2147483647, 2147483648, 4294967295",
        "let pass, it leaves 13",
    ],
);

/// The cheap way out of it.
pub static START_CLONE: Scenario = Scenario::by_family(
    "exit/start-clone",
    "the start function exits with a clone of an error made beforehand",
    &["a clone: 0, 1, 255, 2147483647, 2147483648, 4294967295", "let pass, it leaves 13"],
);

/// Why a clone is cheap.
pub static CLONE: Scenario = Scenario::by_family(
    "exit/clone-is-the-same",
    "a clone of an error made beforehand arrives as that very error, with the trace of where it was made",
    &["typed: the same error true, frames in its trace 0", "dynamic: the same error true, frames in its trace 0"],
);

/// How a cheap exit loses its code: another store.
pub static MIXED_STORES: Scenario = Scenario::by_family(
    "exit/mixed-up-stores",
    "two stores exit with 1 and 2, then the codes are read: one atomic shared by both has only the last",
    &["one atomic for both: 2 and 2", "each store's own environment: 1 and 2", "an error for each code: 1 and 2"],
);

/// How a cheap exit loses its code: a nested call.
pub static MIXED_NESTED: Scenario = Scenario::by_family(
    "exit/mixed-up-nested",
    "on its way out with 1, the host calls the guest to clean up, which exits with 2: a code put before that is lost",
    &[
        "one atomic: put before it, 2; put after it, 1",
        "the store's own environment: put before it, 2; put after it, 1",
        "an error for each code: put before it, 1; put after it, 1",
    ],
);
