//! Scenarios of resumable calls: a host function ends the guest with an error, and the host may let it continue.
scenarios![
    EXIT(
        "resume/exit",
        "a resumable call gives the host the exit code, and continues with the results that the host gives",
        &[
            "suspended: exit code 5",
            "resumed with 100: returned 105",
            "suspended: exit code 6",
            "resumed with a value of another type: an error of the engine",
            "then: exited early with exit code: 7",
        ],
    ),
    OTHER_CALLS(
        "resume/other-calls",
        "while a call is suspended the instance exits and returns, and 999 suspended calls can be dropped",
        &[
            "suspended: exit code 5",
            "another call: exited early with exit code: 6",
            "resumed with 100: returned 105",
            "999 suspended and dropped, then: exited early with exit code: 7",
            "times that the guest went on: 1",
        ],
    ),
    TRAP(
        "resume/trap",
        "a trap in a resumable call is a trap: there is nothing to resume",
        &["trapped: unreachable", "then suspended: exit code 5"],
    ),
    OUT_OF_FUEL(
        "resume/out-of-fuel",
        "a resumable call that runs out of fuel continues once it is refuelled, and exits",
        &["suspended: out of fuel", "refuelled: suspended: exit code 7", "resumed: returned 100000"],
    ),
];
