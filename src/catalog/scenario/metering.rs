//! Scenarios of guests that consume points for the instructions they execute: exhaustion, and the points left after an exit.
scenarios![
    EXHAUSTED_OR_UNREACHABLE(
        "metering/exhausted-or-unreachable",
        "running out of points is reported as `unreachable`; only the points left tell the two apart",
        &[
            "stop(): trapped: unreachable; 1000 points left",
            "count(10): returned 10; 916 points left",
            "count(1000000): trapped: unreachable; exhausted",
        ],
    ),
    REFUEL(
        "metering/refuel",
        "an exhausted instance traps until it is refuelled, then runs and exits normally",
        &[
            "count(1000): trapped: unreachable; exhausted",
            "count(1): trapped: unreachable; exhausted",
            "refuelled",
            "count(1000): returned 1000; 1996 points left",
            "count_and_exit(1, 7): exited early with exit code: 7; 1979 points left",
        ],
    ),
    HOST_CHARGES(
        "metering/host-charges",
        "a host function charges points for its work, and ends a guest that has too few",
        &[
            "be_charged(2): returned 2; 378 points left",
            "be_charged(9): exited early with exit code: 402; 67 points left",
            "charged 3 times",
        ],
    ),
    // Compiler optimizations must not change the number of points.
    POINTS_AFTER_EXIT(
        "metering/points-after-exit",
        "an exit costs the same points each time, on every backend",
        &[
            "count_and_exit(10, 1): exited early with exit code: 1; 9911 points left",
            "count_and_exit(10, 2): exited early with exit code: 2; 9822 points left",
            "count_and_exit(100, 3): exited early with exit code: 3; 9013 points left",
        ],
    ),
];
