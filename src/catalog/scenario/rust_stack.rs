//! Scenarios of the shadow stack that Rust and C guests keep in their memory, and that an exit does not unwind.
scenarios![
    RUNS_OUT(
        "rust-stack/runs-out",
        "each exit of a Rust guest loses its frames on the shadow stack, until the guest traps instead of exiting",
        &[
            "4 frames, returned 130560, the stack pointer fell by 0",
            "4 frames, exited early with exit code: 5, the stack pointer fell by 1024",
            "exit 65 trapped: out of bounds memory access",
            "of 1000 exits 64 came back, 936 trapped",
        ],
    ),
    PUT_BACK(
        "rust-stack/put-back",
        "a Rust guest can exit any number of times if the host restores its stack pointer after each exit",
        &[
            "of 100000 exits 100000 came back, 0 trapped",
            "not asked to exit, it returned 130560",
            "not put back: of 100 exits 64 came back, 36 trapped",
            "put back, it exited early with exit code: 5",
        ],
    )
    .within_seconds(30),
    NEW_INSTANCE(
        "rust-stack/new-instance",
        "a new instance has a full stack of its own, next to a Rust guest that has used up its stack",
        &[
            "first instance: of 100 exits 64 came back, 36 trapped",
            "second instance: of 100 exits 64 came back, 36 trapped",
            "1000 instances, an exit each: 1000 came back, 0 trapped",
        ],
    ),
];
