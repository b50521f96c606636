//! Ways to catch: what the caller can do with the error, and for how long.
use super::Scenario;

/// The error is the caller's own again.
pub static DOWNCAST: Scenario = Scenario::by_family(
    "catch/downcast",
    "`downcast` gives the error back by value, with all that is in it",
    &["by value: code 7, because the disk is full", "its text is where the host function put it: true"],
);

/// The error can be looked at, again and again.
pub static DOWNCAST_REF: Scenario = Scenario::by_family(
    "catch/downcast-ref",
    "`downcast_ref` looks at the error as often as one likes, and leaves it whole",
    &["by reference: 7", "as a type that it is not: nothing", "by reference again: 7", "then by value: 7"],
);

/// The error can be asked for its type.
pub static IS: Scenario = Scenario::by_family(
    "catch/is",
    "`is` knows the error by its type; a trap is none of ours",
    &["an exit is an ExitCode: true, another error: false", "a trap is an ExitCode: false, another error: false"],
);

/// The error is a source.
pub static SOURCE: Scenario = Scenario::by_family(
    "catch/source",
    "`source` is the host's error itself: whoever walks the chain of causes finds it, even in a clone that was wrapped",
    &[
        "the source of an exit: exit code 7",
        "what is behind that: nothing",
        "found in the chain of a wrapped clone: exit code 7",
        "the source of a trap: nothing",
    ],
);

/// By value takes the only one.
pub static CLONED: Scenario = Scenario::by_family(
    "catch/clone",
    "an error that has a clone cannot be had by value, loses nothing by the attempt, and can once the clone is gone",
    &[
        "by value, while a clone lives: refused",
        "what was handed back, by reference: 7",
        "the clone, by value: refused",
        "what was handed back, by reference: 7",
        "by value, once the other is gone: 7",
    ],
);

/// A wrong guess costs nothing.
pub static WRONG_TYPE: Scenario = Scenario::by_family(
    "catch/wrong-type",
    "`downcast` to a wrong type hands the error back whole, and the right type still finds it",
    &["as a fmt::Error: refused", "its message, before and after: 7 and 7", "as an ExitCode: 7"],
);

/// The error may leave its thread.
pub static OTHER_THREAD: Scenario = Scenario::by_family(
    "catch/other-thread",
    "the error goes to another thread and is downcast there, where its store cannot follow",
    &["on another thread true: by reference 7, by value 7"],
);

/// So may a clone of it.
pub static CLONE_ON_OTHER_THREAD: Scenario = Scenario::by_family(
    "catch/clone-on-other-thread",
    "a clone of the error is looked at on another thread, while the error stays here",
    &["a clone on another thread true: by reference 8", "here: 8"],
);

/// The error may outlive all.
pub static OUTLIVES: Scenario = Scenario::by_family(
    "catch/outlives-everything",
    "the error is whole when instance, store, module and engine are gone",
    &["typed: stores alive 1", "typed: stores alive 0, displays as before true, by value 7"],
);

/// With a trace of the guest, too.
pub static OUTLIVES_ON_THE_SPOT: Scenario = Scenario::by_family(
    "catch/on-the-spot-outlives-everything",
    "an error that a typed host function made on the spot is whole when all that it looked at is gone",
    &["on the spot: stores alive 1", "on the spot: stores alive 0, displays as before true, by value 7"],
);

/// What a log would show.
pub static DISPLAY: Scenario = Scenario::by_family(
    "catch/display",
    "the engine's error displays the host's, and one more line for each frame of its trace",
    &[
        "typed: message `7`, displays `RuntimeError: 7`, then a line a frame true",
        "dynamic: message `7`, displays `RuntimeError: 7`, then a line a frame true",
        "on the spot: message `7`, displays `RuntimeError: 7`, then a line a frame true",
        "debug: RuntimeError {[..]ExitCode(7)[..]",
    ],
);

/// An exit is no trap.
pub static NO_TRAP_CODE: Scenario = Scenario::by_family(
    "catch/no-trap-code",
    "an exit has no trap code, where a trap has one; neither is an exception",
    &["an exit: trap code none, an exception false", "a trap: trap code unreachable, an exception false"],
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
];
