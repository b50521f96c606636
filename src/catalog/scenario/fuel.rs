//! Scenarios of guests that consume fuel for the instructions they execute. The costs differ between engines.
scenarios![
    RUNS_OUT(
        "fuel/runs-out",
        "running out of fuel has its own trap code, distinct from `unreachable`",
        &["stop(): trapped: unreachable", "count(10): returned 10", "count(1000000): trapped: out of fuel"],
    ),
    REFUEL(
        "fuel/refuel",
        "an instance without fuel traps until it is refuelled, then runs and exits normally",
        &[
            "count(1000000): trapped: out of fuel",
            "count(1000): trapped: out of fuel",
            "refuelled",
            "count(1000): returned 1000",
            "count_and_exit(1, 7): exited early with exit code: 7",
        ],
    ),
    HOST_CHARGES(
        "fuel/host-charges",
        "a host function charges fuel for its work, and ends a guest that has too little",
        &["be_charged(2): returned 2", "be_charged(9): exited early with exit code: 402", "charged 3 times"],
    ),
    AFTER_EXIT(
        "fuel/after-exit",
        "an exit consumes the same fuel each time",
        &[
            "count_and_exit(10, 1): exited early with exit code: 1",
            "count_and_exit(10, 2): exited early with exit code: 2",
            "count_and_exit(100, 3): exited early with exit code: 3",
            "the second cost what the first did: true",
            "ninety turns more cost something each: true",
        ],
    ),
];
