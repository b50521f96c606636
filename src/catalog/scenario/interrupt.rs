//! Guests that are stopped from outside: by a deadline that an import looks at, and by a request from another thread.
use super::Scenario;

/// Needs nothing of the engine but the early exit.
pub static DEADLINE_IN_IMPORT: Scenario = Scenario::by_family(
    "interrupt/deadline-in-import",
    "a guest that calls the host is stopped by a deadline that the host looks at",
    &[
        "poll() within 30 ms: exited early with exit code: 124; not before its time",
        "poll() within 10 ms: exited early with exit code: 124; not before its time",
        "once() within 10000 ms: returned",
    ],
);

/// What a guest that calls nobody takes.
pub static LOOP_OF_ARITHMETIC: Scenario = Scenario::by_family(
    "interrupt/loop-of-arithmetic",
    "an endless loop is stopped from another thread, and its instance goes on",
    &[
        "count(0): trapped: interrupted; asked to: yes",
        "count(0): trapped: interrupted; asked to: yes",
        "once(): exited early with exit code: 1; asked to: no",
    ],
);

/// The same where each turn touches memory.
pub static LOOP_WITH_MEMORY: Scenario = Scenario::by_family(
    "interrupt/loop-with-memory",
    "an endless loop of loads and stores is stopped, and reported as stopped",
    &[
        "churn(0): stopped 20 times; asked to: yes",
        "once(): exited early with exit code: 1; asked to: no",
        "reported as trapped: interrupted, 20 times",
    ],
);

/// What an embedder does about it.
pub static FLAG_OF_ONES_OWN: Scenario = Scenario::by_family(
    "interrupt/flag-of-ones-own",
    "whatever the engine reports, a flag of the host's own tells who stopped the guest",
    &[
        "load(65536): trapped: out of bounds memory access; asked to: no",
        "churn(0): trapped: [..]; asked to: yes",
        "load(65536): trapped: out of bounds memory access; asked to: no",
    ],
);

/// A request that finds nobody.
pub static BEFORE_THE_CALL: Scenario = Scenario::by_family(
    "interrupt/before-the-call",
    "a request before the call is lost: whoever asks must ask again",
    &["once(): returned; asked to: yes", "once(): exited early with exit code: 1; asked to: yes"],
);

/// The host function's own end comes first.
pub static WHILE_THE_HOST_EXITS: Scenario = Scenario::by_family(
    "interrupt/while-the-host-exits",
    "a request while a host function returns its error does not replace the error",
    &["once(): exited early with exit code: 1; asked to: yes", "once(): exited early with exit code: 2; asked to: no"],
);

/// Host code is not interrupted; the guest that it returns to is.
pub static WHILE_THE_HOST_WORKS: Scenario = Scenario::by_family(
    "interrupt/while-the-host-works",
    "a request while a host function works stops the guest as soon as that returns",
    &["asked, and still at work", "once(): trapped: interrupted; asked to: yes", "once(): returned; asked to: no"],
);

/// A request that comes too late.
pub static AFTER_THE_CALL: Scenario = Scenario::by_family(
    "interrupt/after-the-call",
    "a request after the call does not stop the next one",
    &[
        "once(): exited early with exit code: 1; asked to: no",
        "once(): exited early with exit code: 2; asked to: yes",
        "once(): exited early with exit code: 2; asked to: no",
    ],
);

pub(crate) static ALL: &[&Scenario] = &[
    &DEADLINE_IN_IMPORT,
    &LOOP_OF_ARITHMETIC,
    &LOOP_WITH_MEMORY,
    &FLAG_OF_ONES_OWN,
    &BEFORE_THE_CALL,
    &WHILE_THE_HOST_EXITS,
    &WHILE_THE_HOST_WORKS,
    &AFTER_THE_CALL,
];
