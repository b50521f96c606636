//! Benchmarks of calls that return: host to guest, guest to host, and reentrant.
use super::native;

benchmarks![
    TYPED("call/typed", "one typed call of an export that adds its i32 parameters, and its return")
        .over("parameters", &[0, 2, 20], &[])
        .native_baseline(&native::CALL)
        .in_quick_set(),
    DYNAMIC(
        "call/dynamic",
        "one dynamic call of the export with two parameters, with a slice of values, and the boxed slice that it \
         returns",
    )
    .native_baseline(&native::CALL),
    HOST_TYPED(
        "call/host-typed",
        "one call of a typed host function by a loop in the guest, including the loop and its addition; all iterations \
         of a batch share one call of the guest",
    )
    .native_baseline(&native::CALL)
    .in_quick_set(),
    HOST_TYPED_ENV(
        "call/host-typed-env",
        "as `call/host-typed`, but the host function also increments a counter in its environment",
    )
    .native_baseline(&native::CALL),
    HOST_DYNAMIC(
        "call/host-dynamic",
        "as `call/host-typed`, but the host function takes a slice of values and returns a vector of values",
    )
    .native_baseline(&native::CALL),
    HOST_DEADLINE(
        "call/host-deadline",
        "as `call/host-typed`, but the host function first compares the clock with a deadline, and would end the guest",
    )
    .native_baseline(&native::CALL),
    REENTRY(
        "call/reentry",
        "a typed call of a guest that calls a host function that calls the guest again, and the three returns",
    )
    .native_baseline(&native::CALL),
];
