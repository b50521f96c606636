//! Scenarios of catching: the operations on the error in the caller, and the error's lifetime.
scenarios![
    DOWNCAST(
        "catch/downcast",
        "`downcast` returns the error by value, with all its fields",
        &["by value: code 7, because the disk is full", "its text is where the host function put it: true"],
    ),
    DOWNCAST_REF(
        "catch/downcast-ref",
        "`downcast_ref` borrows the error any number of times and leaves it intact",
        &["by reference: 7", "as a type that it is not: nothing", "by reference again: 7", "then by value: 7"],
    ),
    IS(
        "catch/is",
        "`is` recognizes the error's type; a trap is not a host error",
        &["an exit is an ExitCode: true, another error: false", "a trap is an ExitCode: false, another error: false"],
    ),
    SOURCE(
        "catch/source",
        "`source` returns the host's error itself, so a walk of the error chain finds it, even in a wrapped clone",
        &[
            "the source of an exit: exit code 7",
            "what is behind that: nothing",
            "found in the chain of a wrapped clone: exit code 7",
            "the source of a trap: nothing",
        ],
    ),
    CLONED(
        "catch/clone",
        "`downcast` refuses an error that has a clone, hands it back intact, and succeeds once the clone is dropped",
        &[
            "by value, while a clone lives: refused",
            "what was handed back, by reference: 7",
            "the clone, by value: refused",
            "what was handed back, by reference: 7",
            "by value, once the other is gone: 7",
        ],
    ),
    WRONG_TYPE(
        "catch/wrong-type",
        "`downcast` to a wrong type hands the error back intact, and the right type still succeeds",
        &["as a fmt::Error: refused", "its message, before and after: 7 and 7", "as an ExitCode: 7"],
    ),
    OTHER_THREAD(
        "catch/other-thread",
        "the error moves to another thread, which downcasts it without the store",
        &["on another thread true: by reference 7, by value 7"],
    ),
    CLONE_ON_OTHER_THREAD(
        "catch/clone-on-other-thread",
        "another thread reads a clone of the error, while the error stays on its thread",
        &["a clone on another thread true: by reference 8", "here: 8"],
    ),
    OUTLIVES(
        "catch/outlives-everything",
        "the error stays intact after instance, store, module and engine are dropped",
        &["typed: stores alive 1", "typed: stores alive 0, displays as before true, by value 7"],
    ),
    OUTLIVES_ON_THE_SPOT(
        "catch/on-the-spot-outlives-everything",
        "an error created in a typed host function, with a backtrace, stays intact after store, module and engine are \
         dropped",
        &["on the spot: stores alive 1", "on the spot: stores alive 0, displays as before true, by value 7"],
    ),
    DISPLAY(
        "catch/display",
        "the engine's error displays the host's error, then one line per frame of its backtrace",
        &[
            "typed: message `7`, displays `RuntimeError: 7`, then a line a frame true",
            "dynamic: message `7`, displays `RuntimeError: 7`, then a line a frame true",
            "on the spot: message `7`, displays `RuntimeError: 7`, then a line a frame true",
            "debug: RuntimeError {[..]ExitCode(7)[..]",
        ],
    ),
    NO_TRAP_CODE(
        "catch/no-trap-code",
        "an exit has no trap code, a trap has one; neither is an exception",
        &["an exit: trap code none, an exception false", "a trap: trap code unreachable, an exception false"],
    ),
    ANYHOW(
        "catch/anyhow",
        "an exit in an `anyhow::Error`, to which host functions add contexts midway, is found by `is`, `downcast_ref` \
         and `downcast`",
        &[
            "raised: is true, downcast_ref 7, downcast 7; displays `7`",
            "through 3 levels: is true, downcast_ref 7, downcast 7; displays `at level 3: at level 2: at level 1: 7`",
            "a trap through 3 levels: trapped: integer divide by zero",
        ],
    ),
    CONTEXT(
        "catch/context",
        "an exit below contexts of the engine's error is found by `is`, `downcast_ref` and `downcast`",
        &[
            "an anyhow::Error with a context: is true, downcast_ref 7, downcast 7; displays `in the host: 7`",
            "through 3 levels: is true, downcast_ref 7, downcast 7; displays `at level 3: at level 2: at level 1: 7`",
            "a trap through 3 levels: is an exit false, trapped: integer divide by zero",
        ],
    ),
    BOXED(
        "catch/boxed-anyhow",
        "an `anyhow::Error` that becomes the engine's error by `into` hides its type from `downcast`; reallocated it \
         does not",
        &[
            "by into: is false, downcast_ref none; displays `7`",
            "reallocated: is true, downcast_ref 7, downcast 7; displays `7`",
            "reallocated, with a context: is false, downcast_ref none; its source: exit code 7",
        ],
    ),
    WRONG_ARGUMENTS(
        "catch/wrong-arguments",
        "a host function that calls the guest with wrong arguments gets an error of the engine: neither an exit nor a \
         panic",
        &[
            "too few: an error of the engine",
            "too many: an error of the engine",
            "of another type: an error of the engine",
            "the right ones: exited early with exit code: 5",
        ],
    ),
    WRONG_RESULT(
        "catch/wrong-result",
        "a dynamic host function that returns a value of another type is an error of the engine: neither an exit nor a \
         panic",
        &[
            "an i64 for an i32: an error of the engine",
            "the right one: returned 10",
            "then: exited early with exit code: 6",
        ],
    ),
];
