//! Scenarios of memory growth over thousands of repetitions. Each scenario starts in a fresh worker, because memory freed
//! by other scenarios would hide the growth.
scenarios![
    EXITS(
        "soak/exits",
        "100,000 exits of one instance do not grow memory",
        &["100000 exits with the code that was raised", "resident memory grew by less than 1 MiB"],
    )
    .within_seconds(30)
    .alone(),
    INSTANCES_IN_ONE_STORE(
        "soak/instances-in-one-store",
        "10,000 instances in one store keep their memory until the store is dropped",
        &[
            "in one store: 10000 exits with the code that was raised",
            "resident memory grew by 0.25 to 8 KiB an instance",
            "in three more, each dropped before the next: 30000 exits with the code that was raised",
            "resident memory grew by less than 4 MiB",
        ],
    )
    .within_seconds(30)
    .alone(),
    STORE_PER_INSTANCE(
        "soak/store-per-instance",
        "10,000 instances with one store each do not grow memory",
        &["10000 exits with the code that was raised", "resident memory grew by less than 1 MiB"],
    )
    .within_seconds(30)
    .alone(),
    // The modules are the smallest that have code, because LLVM takes some ms for each.
    COMPILES_ON_ONE_ENGINE(
        "soak/compiles-on-one-engine",
        "the code of 1,000 modules stays in memory until the engine is dropped",
        &[
            "before: exited early with exit code: 1",
            "1000 modules compiled and dropped: resident memory grew by 4 to 64 KiB a module",
            "after: exited early with exit code: 2",
            "the engine dropped: 4 KiB a module came back, or more",
        ],
    )
    .within_seconds(60)
    .alone(),
];
