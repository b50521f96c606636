//! Scenarios of the state after an exit: in the guest, in the host, and in the store.
scenarios![
    FOOTPRINTS(
        "after/footprints",
        "the guest's side effects before the exit persist, and the code after the call does not run",
        &[
            "exited early with exit code: 5",
            "memory at 0: 7, in the page it grew: 8, after the call: 0",
            "globals: 1 before the call, 0 after it",
            "memory: 2 pages, in the table: the guest's own function",
            "not asked to exit, it returned 7",
            "memory after the call: 7, globals: 2 before the call, 1 after it",
        ],
    ),
    CALL_AGAIN(
        "after/call-again",
        "one instance alternates between exits and returns, thousands of times, with a different code each time",
        &["of 10000 calls 5000 exited with the code they were given, 5000 returned"],
    ),
    DESTRUCTORS(
        "after/destructors",
        "destructors run once: in the host function's frame, then in the caller's, then in the dropped store",
        &[
            "typed function",
            "dropped: a local of the host function",
            "dropped: a local of the caller",
            "exited early with exit code: 5",
            "dropped with the store: the data of the environment, what the host function captured",
            "dynamic function",
            "dropped: a local of the host function",
            "dropped: a local of the caller",
            "exited early with exit code: 5",
            "dropped with the store: the data of the environment, what the host function captured",
        ],
    ),
    PAYLOAD(
        "after/payload-dropped-once",
        "the host's error lives until its last owner is dropped, and is dropped once",
        &[
            "typed: alive in the error, 0 dropped; downcast by value, 0 dropped; gone, 1 dropped",
            "dynamic: alive in the error, 0 dropped; downcast by value, 0 dropped; gone, 1 dropped",
            "1000 exits whose error nobody looked at: 1000 dropped",
            "1000 failed downcasts to another type: 1000 dropped",
        ],
    ),
    PAYLOAD_OF_CLONES(
        "after/payload-of-clones-dropped-once",
        "the host's error lives as long as any clone of the engine's error, and is dropped once",
        &[
            "typed: alive in a clone, 0 dropped; both gone, 1 dropped",
            "dynamic: alive in a clone, 0 dropped; both gone, 1 dropped",
        ],
    ),
    FUNCTION_ENV(
        "after/function-env",
        "the environment keeps the changes of a host function that returns an error",
        &[
            "exited early with exit code: 5",
            "it noted: [5]",
            "exited early with exit code: 6",
            "it noted: [5, 6]",
            "returned 7",
            "it noted: [0]",
        ],
    ),
];
