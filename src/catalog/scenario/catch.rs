//! Scenarios of catching: the operations on the error in the caller, and the error's lifetime.
use super::Scenario;

/// Downcast by value.
pub static DOWNCAST: Scenario = Scenario::by_family(
    "catch/downcast",
    "`downcast` returns the error by value, with all its fields",
    &["by value: code 7, because the disk is full", "its text is where the host function put it: true"],
);

/// Downcast by reference.
pub static DOWNCAST_REF: Scenario = Scenario::by_family(
    "catch/downcast-ref",
    "`downcast_ref` borrows the error any number of times and leaves it intact",
    &["by reference: 7", "as a type that it is not: nothing", "by reference again: 7", "then by value: 7"],
);

/// The type test.
pub static IS: Scenario = Scenario::by_family(
    "catch/is",
    "`is` recognizes the error's type; a trap is not a host error",
    &["an exit is an ExitCode: true, another error: false", "a trap is an ExitCode: false, another error: false"],
);

/// The error's source.
pub static SOURCE: Scenario = Scenario::by_family(
    "catch/source",
    "`source` returns the host's error itself, so a walk of the error chain finds it, even in a wrapped clone",
    &[
        "the source of an exit: exit code 7",
        "what is behind that: nothing",
        "found in the chain of a wrapped clone: exit code 7",
        "the source of a trap: nothing",
    ],
);

/// Downcast by value while a clone exists.
pub static CLONED: Scenario = Scenario::by_family(
    "catch/clone",
    "`downcast` refuses an error that has a clone, hands it back intact, and succeeds once the clone is dropped",
    &[
        "by value, while a clone lives: refused",
        "what was handed back, by reference: 7",
        "the clone, by value: refused",
        "what was handed back, by reference: 7",
        "by value, once the other is gone: 7",
    ],
);

/// Downcast to a wrong type.
pub static WRONG_TYPE: Scenario = Scenario::by_family(
    "catch/wrong-type",
    "`downcast` to a wrong type hands the error back intact, and the right type still succeeds",
    &["as a fmt::Error: refused", "its message, before and after: 7 and 7", "as an ExitCode: 7"],
);

/// The error moves to another thread.
pub static OTHER_THREAD: Scenario = Scenario::by_family(
    "catch/other-thread",
    "the error moves to another thread, which downcasts it without the store",
    &["on another thread true: by reference 7, by value 7"],
);

/// A clone of the error moves to another thread.
pub static CLONE_ON_OTHER_THREAD: Scenario = Scenario::by_family(
    "catch/clone-on-other-thread",
    "another thread reads a clone of the error, while the error stays on its thread",
    &["a clone on another thread true: by reference 8", "here: 8"],
);

/// The error outlives the engine.
pub static OUTLIVES: Scenario = Scenario::by_family(
    "catch/outlives-everything",
    "the error stays intact after instance, store, module and engine are dropped",
    &["typed: stores alive 1", "typed: stores alive 0, displays as before true, by value 7"],
);

/// An error with a backtrace of the guest outlives the engine.
pub static OUTLIVES_ON_THE_SPOT: Scenario = Scenario::by_family(
    "catch/on-the-spot-outlives-everything",
    "an error created in a typed host function, with a backtrace, stays intact after store, module and engine are dropped",
    &["on the spot: stores alive 1", "on the spot: stores alive 0, displays as before true, by value 7"],
);

/// The text of the error.
pub static DISPLAY: Scenario = Scenario::by_family(
    "catch/display",
    "the engine's error displays the host's error, then one line per frame of its backtrace",
    &[
        "typed: message `7`, displays `RuntimeError: 7`, then a line a frame true",
        "dynamic: message `7`, displays `RuntimeError: 7`, then a line a frame true",
        "on the spot: message `7`, displays `RuntimeError: 7`, then a line a frame true",
        "debug: RuntimeError {[..]ExitCode(7)[..]",
    ],
);

/// An exit has no trap code.
pub static NO_TRAP_CODE: Scenario = Scenario::by_family(
    "catch/no-trap-code",
    "an exit has no trap code, a trap has one; neither is an exception",
    &["an exit: trap code none, an exception false", "a trap: trap code unreachable, an exception false"],
);

/// The host's error is an `anyhow::Error`, and host functions add contexts.
pub static ANYHOW: Scenario = Scenario::by_family(
    "catch/anyhow",
    "an exit in an `anyhow::Error`, to which host functions add contexts midway, is found by `is`, `downcast_ref` and `downcast`",
    &[
        "raised: is true, downcast_ref 7, downcast 7; displays `7`",
        "through 3 levels: is true, downcast_ref 7, downcast 7; displays `at level 3: at level 2: at level 1: 7`",
        "a trap through 3 levels: trapped: integer divide by zero",
    ],
);

/// Contexts added to the engine's error.
pub static CONTEXT: Scenario = Scenario::by_family(
    "catch/context",
    "an exit below contexts of the engine's error is found by `is`, `downcast_ref` and `downcast`",
    &[
        "an anyhow::Error with a context: is true, downcast_ref 7, downcast 7; displays `in the host: 7`",
        "through 3 levels: is true, downcast_ref 7, downcast 7; displays `at level 3: at level 2: at level 1: 7`",
        "a trap through 3 levels: is an exit false, trapped: integer divide by zero",
    ],
);

/// An `anyhow::Error` as a boxed error.
pub static BOXED: Scenario = Scenario::by_family(
    "catch/boxed-anyhow",
    "an `anyhow::Error` that becomes the engine's error by `into` hides its type from `downcast`; reallocated it does not",
    &[
        "by into: is false, downcast_ref none; displays `7`",
        "reallocated: is true, downcast_ref 7, downcast 7; displays `7`",
        "reallocated, with a context: is false, downcast_ref none; its source: exit code 7",
    ],
);

/// A call with the wrong number or types of arguments.
pub static WRONG_ARGUMENTS: Scenario = Scenario::by_family(
    "catch/wrong-arguments",
    "a host function that calls the guest with wrong arguments gets an error of the engine: neither an exit nor a panic",
    &[
        "too few: an error of the engine",
        "too many: an error of the engine",
        "of another type: an error of the engine",
        "the right ones: exited early with exit code: 5",
    ],
);

/// A dynamic host function that returns a value of the wrong type.
pub static WRONG_RESULT: Scenario = Scenario::by_family(
    "catch/wrong-result",
    "a dynamic host function that returns a value of another type is an error of the engine: neither an exit nor a panic",
    &[
        "an i64 for an i32: an error of the engine",
        "the right one: returned 10",
        "then: exited early with exit code: 6",
    ],
);

pub(crate) static ALL: &[&Scenario] = &[
    &DOWNCAST,
    &DOWNCAST_REF,
    &IS,
    &SOURCE,
    &CLONED,
    &WRONG_TYPE,
    &OTHER_THREAD,
    &CLONE_ON_OTHER_THREAD,
    &OUTLIVES,
    &OUTLIVES_ON_THE_SPOT,
    &DISPLAY,
    &NO_TRAP_CODE,
    &ANYHOW,
    &CONTEXT,
    &BOXED,
    &WRONG_ARGUMENTS,
    &WRONG_RESULT,
];
