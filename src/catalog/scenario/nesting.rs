//! Host, guest, host, guest, host: what an exit does on its way through several calls.
use super::Scenario;

/// All the way.
pub static EVERY_LEVEL: Scenario = Scenario::by_family(
    "nesting/every-level",
    "an exit travels through host and guest by turns, when each host function hands it on",
    &[
        "host at level 1 gets: exited early with exit code: 7",
        "host at level 2 gets: exited early with exit code: 7",
        "host at level 3 gets: exited early with exit code: 7",
        "the caller's error, by value: exit code 7",
        "guest: entered 4 times, returned 0 times",
    ],
);

/// Half of the way.
pub static CAUGHT: Scenario = Scenario::by_family(
    "nesting/caught-in-the-middle",
    "a host function in the middle catches the exit of the guest below it, and the guest above goes on",
    &[
        "the caller gets: returned 109",
        "guest: entered 4 times, returned 2 times",
        "1000 times more: caught 1000; guest: entered 4004 times, returned 2002 times",
    ],
);

/// What wrapping hides.
pub static WRAPPED: Scenario = Scenario::by_family(
    "nesting/wrapped",
    "a host function that wraps the exit in an error of its own hides it from a downcast, not from `source`",
    &[
        "is it an exit code: false, is it the wrapper: true",
        "down its sources: the wrapper of level 2, an error of the engine's, exit code 7",
        "by value: the wrapper of level 2, and what it holds: exit code 7",
    ],
);

/// One exit becomes another.
pub static DIFFERENT_CODES: Scenario = Scenario::by_family(
    "nesting/different-codes",
    "two levels exit with codes of their own, and each caller gets the one that was raised below it",
    &[
        "host at level 1 gets: exited early with exit code: 7",
        "host at level 2 gets: exited early with exit code: 7",
        "host at level 3 gets: exited early with exit code: 12",
        "the caller's error, by value: exit code 13",
    ],
);

/// A guest that hosts another.
pub static ANOTHER_STORE: Scenario = Scenario::by_family(
    "nesting/another-store",
    "a host function runs a guest in a store of its own, whose exit ends that guest alone",
    &[
        "the inner guest: exited early with exit code: 1",
        "the outer guest: exited early with exit code: 2",
        "the inner guest: exited early with exit code: 3",
        "the outer guest: exited early with exit code: 4",
        "the outer guest: returned 7",
    ],
);

pub(crate) static ALL: &[&Scenario] = &[&EVERY_LEVEL, &CAUGHT, &WRAPPED, &DIFFERENT_CODES, &ANOTHER_STORE];
