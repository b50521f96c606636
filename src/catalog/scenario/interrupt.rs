//! Scenarios of guests stopped by a deadline that an import checks, by a request from another thread, or by an epoch callback.
scenarios![
    DEADLINE_IN_IMPORT(
        "interrupt/deadline-in-import",
        "a guest that calls the host is stopped by a deadline that the host function checks",
        &[
            "poll() within 30 ms: exited early with exit code: 124; not before its time",
            "poll() within 10 ms: exited early with exit code: 124; not before its time",
            "once() within 10000 ms: returned",
        ],
    ),
    LOOP_OF_ARITHMETIC(
        "interrupt/loop-of-arithmetic",
        "another thread stops an endless loop, and the instance stays usable",
        &[
            "count(0): trapped: interrupted; asked to: yes",
            "count(0): trapped: interrupted; asked to: yes",
            "once(): exited early with exit code: 1; asked to: no",
        ],
    ),
    LOOP_WITH_MEMORY(
        "interrupt/loop-with-memory",
        "an endless loop of loads and stores is stopped and reported as interrupted",
        &[
            "churn(0): stopped 20 times; asked to: yes",
            "once(): exited early with exit code: 1; asked to: no",
            "reported as trapped: interrupted, 20 times",
        ],
    ),
    FLAG_OF_ONES_OWN(
        "interrupt/flag-of-ones-own",
        "a flag set by the host shows whether the host stopped the guest, regardless of the engine's error",
        &[
            "load(65536): trapped: out of bounds memory access; asked to: no",
            "churn(0): trapped: [..]; asked to: yes",
            "load(65536): trapped: out of bounds memory access; asked to: no",
        ],
    ),
    BEFORE_THE_CALL(
        "interrupt/before-the-call",
        "a request before the call has no effect: the host must request again",
        &["once(): returned; asked to: yes", "once(): exited early with exit code: 1; asked to: yes"],
    ),
    WHILE_THE_HOST_EXITS(
        "interrupt/while-the-host-exits",
        "a request while a host function returns its error does not replace the error",
        &[
            "once(): exited early with exit code: 1; asked to: yes",
            "once(): exited early with exit code: 2; asked to: no",
        ],
    ),
    WHILE_THE_HOST_WORKS(
        "interrupt/while-the-host-works",
        "a request during a host function stops the guest as soon as the function returns",
        &["asked, and still at work", "once(): trapped: interrupted; asked to: yes", "once(): returned; asked to: no"],
    ),
    AFTER_THE_CALL(
        "interrupt/after-the-call",
        "a request after the call does not stop the next call",
        &[
            "once(): exited early with exit code: 1; asked to: no",
            "once(): exited early with exit code: 2; asked to: yes",
            "once(): exited early with exit code: 2; asked to: no",
        ],
    ),
    EPOCH_CALLBACK(
        "interrupt/epoch-callback",
        "the callback at the end of an epoch lets an endless loop continue twice, then ends it with an exit code",
        &[
            "count(0): exited early with exit code: 3",
            "once(): returned",
            "count(0): exited early with exit code: 6",
            "an epoch that the callback panics at: panicked: asked to",
            "once(): returned",
        ],
    ),
];
