//! Scenarios of guests stopped by a deadline that an import checks, by a request from another thread, or by an epoch callback.
use super::Scenario;

/// A deadline that uses only the early exit.
pub static DEADLINE_IN_IMPORT: Scenario = Scenario::by_family(
    "interrupt/deadline-in-import",
    "a guest that calls the host is stopped by a deadline that the host function checks",
    &[
        "poll() within 30 ms: exited early with exit code: 124; not before its time",
        "poll() within 10 ms: exited early with exit code: 124; not before its time",
        "once() within 10000 ms: returned",
    ],
);

/// An endless loop without calls.
pub static LOOP_OF_ARITHMETIC: Scenario = Scenario::by_family(
    "interrupt/loop-of-arithmetic",
    "another thread stops an endless loop, and the instance stays usable",
    &[
        "count(0): trapped: interrupted; asked to: yes",
        "count(0): trapped: interrupted; asked to: yes",
        "once(): exited early with exit code: 1; asked to: no",
    ],
);

/// An endless loop that accesses memory.
pub static LOOP_WITH_MEMORY: Scenario = Scenario::by_family(
    "interrupt/loop-with-memory",
    "an endless loop of loads and stores is stopped and reported as interrupted",
    &[
        "churn(0): stopped 20 times; asked to: yes",
        "once(): exited early with exit code: 1; asked to: no",
        "reported as trapped: interrupted, 20 times",
    ],
);

/// A flag of the host identifies the cause.
pub static FLAG_OF_ONES_OWN: Scenario = Scenario::by_family(
    "interrupt/flag-of-ones-own",
    "a flag set by the host shows whether the host stopped the guest, regardless of the engine's error",
    &[
        "load(65536): trapped: out of bounds memory access; asked to: no",
        "churn(0): trapped: [..]; asked to: yes",
        "load(65536): trapped: out of bounds memory access; asked to: no",
    ],
);

/// A request before the call.
pub static BEFORE_THE_CALL: Scenario = Scenario::by_family(
    "interrupt/before-the-call",
    "a request before the call has no effect: the host must request again",
    &["once(): returned; asked to: yes", "once(): exited early with exit code: 1; asked to: yes"],
);

/// A request during an exit.
pub static WHILE_THE_HOST_EXITS: Scenario = Scenario::by_family(
    "interrupt/while-the-host-exits",
    "a request while a host function returns its error does not replace the error",
    &["once(): exited early with exit code: 1; asked to: yes", "once(): exited early with exit code: 2; asked to: no"],
);

/// A request during a host function.
pub static WHILE_THE_HOST_WORKS: Scenario = Scenario::by_family(
    "interrupt/while-the-host-works",
    "a request during a host function stops the guest as soon as the function returns",
    &["asked, and still at work", "once(): trapped: interrupted; asked to: yes", "once(): returned; asked to: no"],
);

/// A request after the call.
pub static AFTER_THE_CALL: Scenario = Scenario::by_family(
    "interrupt/after-the-call",
    "a request after the call does not stop the next call",
    &[
        "once(): exited early with exit code: 1; asked to: no",
        "once(): exited early with exit code: 2; asked to: yes",
        "once(): exited early with exit code: 2; asked to: no",
    ],
);

/// An exit raised by the callback at the end of an epoch.
pub static EPOCH_CALLBACK: Scenario = Scenario::by_family(
    "interrupt/epoch-callback",
    "the callback at the end of an epoch lets an endless loop continue twice, then ends it with an exit code",
    &[
        "count(0): exited early with exit code: 3",
        "once(): returned",
        "count(0): exited early with exit code: 6",
        "an epoch that the callback panics at: panicked: asked to",
        "once(): returned",
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
    &EPOCH_CALLBACK,
];
