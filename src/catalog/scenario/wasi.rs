//! Scenarios of WASI commands, in which every program ends with an exit.
scenarios![
    PROC_EXIT(
        "wasi/proc-exit",
        "`_start` calls `proc_exit`, implemented by an early exit, and the host gets the code",
        &["asked for 3: arrived as an error; status 3", "asked for 255: arrived as an error; status 255"],
    ),
    PROC_EXIT_ZERO(
        "wasi/proc-exit-zero",
        "`proc_exit(0)` is a success, although it arrives as an error",
        &["asked for 0: arrived as an error; status 0"],
    ),
    START_RETURNS(
        "wasi/start-returns",
        "a `_start` that returns without an exit is a success",
        &["asked for -1: returned; status 0"],
    ),
    PROC_EXIT_COMES_BACK(
        "wasi/proc-exit-comes-back",
        "a `proc_exit` that returns leads to a trap, because compilers put `unreachable` after it",
        &["asked for 3: arrived as an error; no status: trapped: unreachable"],
    ),
];
