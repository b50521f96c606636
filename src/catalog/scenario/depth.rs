//! Scenarios of exits below many frames.
scenarios![
    // The timeout is long, because wasmtime with `backtrace=all` records about four million frames.
    GUEST_FRAMES(
        "depth/guest-frames",
        "an exit below 4,096 guest frames unwinds all of them, any number of times",
        &[
            "exited early with exit code: 5",
            "guest functions: 4096 entered, 0 returned",
            "not asked to exit: returned 4096",
            "guest functions: 8192 entered, 4096 returned",
            "1000 times more: 1000 exited",
            "guest functions: 4104192 entered, 4096 returned",
        ],
    )
    .within_seconds(60),
    RE_ENTRIES(
        "depth/re-entries",
        "an exit below 200 calls from host to guest to host unwinds all of them",
        &[
            "exited early with exit code: 5",
            "handed on by host functions: 200 times",
            "guest: entered 201 times, returned 0 times",
            "not asked to exit: returned 201",
            "guest: entered 402 times, returned 201 times",
        ],
    ),
    STACK_END(
        "depth/stack-end",
        "an exit in each of the last 64 frames before the stack ends is an exit, and one frame more is a trap",
        &[
            "a frame more than there is room for: trapped: call stack exhausted",
            "the last 64 frames: 64 exited, 64 returned",
            "wrong: none",
        ],
    )
    .within_seconds(30),
];
