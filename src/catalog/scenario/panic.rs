//! Scenarios of panics in host functions: a panic leaves the call as a panic, not as an exit.
scenarios![
    PAYLOAD(
        "panic/payload",
        "a panic in a host function leaves the call with its original payload",
        &[
            "typed, a message: panicked: no code but 5",
            "typed, a value: a panic with exit code 6",
            "dynamic, a message: panicked: no code but 5",
            "dynamic, a value: a panic with exit code 6",
        ],
    ),
    AFTERWARDS(
        "panic/afterwards",
        "after a panic in a host function the same instance exits and returns normally, a thousand times",
        &[
            "panicked: asked to, 1 dropped in the host function",
            "exited early with exit code: 5",
            "returned 7",
            "1000 times by turns: 1000 panicked, 1000 exited, 1000 returned, 1001 dropped in the host function",
        ],
    ),
    THROUGH_EVERY_LEVEL(
        "panic/through-every-level",
        "a panic unwinds alternating host and guest frames, or is caught in between and becomes an exit",
        &[
            "not caught: panicked: at the bottom",
            "guest: entered 4 times, returned 0 times",
            "caught at level 2: exited early with exit code: 12",
            "guest: entered 8 times, returned 0 times",
        ],
    ),
];
