//! Scenarios of exits from async calls: host functions that are futures, and calls that are dropped while they wait.

/// The transcript of a host function that waits once before it exits or returns: two polls for each of the six codes.
const AFTER_WAITING: &[&str] = &[
    "direct: 0, 1, 255, 2147483647, 2147483648, 4294967295; polls: 12",
    "times that the guest went on: 0",
    "let pass, it returns 26; polls: 2",
    "indirect: 0, 1, 255, 2147483647, 2147483648, 4294967295; polls: 12",
    "times that the guest went on: 1",
    "let pass, it returns 26; polls: 2",
];

scenarios![
    TYPED("async/typed", "an async typed host function waits, then returns the error", AFTER_WAITING),
    TYPED_ENV(
        "async/typed-env",
        "an async typed host function with an environment waits, then returns the error",
        AFTER_WAITING,
    ),
    DYNAMIC("async/dynamic", "an async dynamic host function waits, then returns the error", AFTER_WAITING),
    DYNAMIC_ENV(
        "async/dynamic-env",
        "an async dynamic host function with an environment waits, then returns the error",
        AFTER_WAITING,
    ),
    PLAIN(
        "async/plain",
        "a synchronous host function returns the error from an async call",
        &[
            "direct: 0, 1, 255, 2147483647, 2147483648, 4294967295; polls: 6",
            "times that the guest went on: 0",
            "let pass, it returns 26; polls: 1",
            "indirect: 0, 1, 255, 2147483647, 2147483648, 4294967295; polls: 6",
            "times that the guest went on: 1",
            "let pass, it returns 26; polls: 1",
        ],
    ),
    CALLED_PLAINLY(
        "async/called-plainly",
        "in a synchronous call, an async host function can exit but not wait: waiting traps, without an exit code",
        &[
            "without waiting: exit code 7",
            "waiting: trapped by `[..]async[..]`, an ExitCode false",
            "without waiting: exit code 8",
        ],
    ),
    IN_TURN(
        "async/in-turn",
        "two calls of one instance wait at once; they end in reverse order, or one is dropped: each call gets its own \
         code",
        &[
            "polled in turn: 1 waits, 2 waits, 2 exits with 2, 1 exits with 1",
            "the first dropped: 1 waits, 2 waits, 2 exits with 2",
            "times that the guest went on: 0",
        ],
    ),
    DROPPED(
        "async/dropped",
        "a time-out drops a call that waits: the call's future is destroyed, and the store stays usable",
        &[
            "never polled: entered 0, destroyed 0",
            "polled, it waits: entered 1, destroyed 0",
            "dropped: entered 1, destroyed 1",
            "a hundred more: entered 101, destroyed 101",
            "times that the guest went on: 0",
            "the next call: exit code 7",
            "let pass, it returns 26",
            "times that the guest went on: 1",
            "the store is given back: true",
        ],
    ),
];
