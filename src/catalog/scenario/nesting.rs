//! Scenarios of exits through several nested calls: host, guest, host, guest, host.
scenarios![
    EVERY_LEVEL(
        "nesting/every-level",
        "an exit unwinds alternating host and guest frames if each host function returns it",
        &[
            "host at level 1 gets: exited early with exit code: 7",
            "host at level 2 gets: exited early with exit code: 7",
            "host at level 3 gets: exited early with exit code: 7",
            "the caller's error, by value: exit code 7",
            "guest: entered 4 times, returned 0 times",
        ],
    ),
    CAUGHT(
        "nesting/caught-in-the-middle",
        "a host function catches the exit of the guest below it, and the guest above continues",
        &[
            "the caller gets: returned 109",
            "guest: entered 4 times, returned 2 times",
            "1000 times more: caught 1000; guest: entered 4004 times, returned 2002 times",
        ],
    ),
    WRAPPED(
        "nesting/wrapped",
        "a host function that wraps the exit in its own error hides the exit from a downcast, but not from `source`",
        &[
            "is it an exit code: false, is it the wrapper: true",
            "down its sources: the wrapper of level 2, an error of the engine's, exit code 7",
            "by value: the wrapper of level 2, and what it holds: exit code 7",
        ],
    ),
    DIFFERENT_CODES(
        "nesting/different-codes",
        "two levels exit with different codes, and each caller gets the code raised below it",
        &[
            "host at level 1 gets: exited early with exit code: 7",
            "host at level 2 gets: exited early with exit code: 7",
            "host at level 3 gets: exited early with exit code: 12",
            "the caller's error, by value: exit code 13",
        ],
    ),
    ANOTHER_STORE(
        "nesting/another-store",
        "a host function runs a guest in its own store, whose exit ends only that guest",
        &[
            "the inner guest: exited early with exit code: 1",
            "the outer guest: exited early with exit code: 2",
            "the inner guest: exited early with exit code: 3",
            "the outer guest: exited early with exit code: 4",
            "the outer guest: returned 7",
        ],
    ),
];
