//! Benchmarks of calls that return: host to guest, guest to host, and reentrant.
use super::{Benchmark, floor};

/// A call from host to guest with types known at compile time.
pub static TYPED: Benchmark =
    Benchmark::by_family("call/typed", "one typed call of an export that adds its i32 parameters, and its return")
        .over("parameters", &[0, 2, 20], &[])
        .above(&floor::CALL)
        .headline();

/// A call from host to guest with types known at run time only.
pub static DYNAMIC: Benchmark = Benchmark::by_family(
    "call/dynamic",
    "one dynamic call of the export with two parameters, with a slice of values, and the boxed slice that it returns",
)
.above(&floor::CALL);

/// A call from guest to host.
pub static HOST_TYPED: Benchmark = Benchmark::by_family(
    "call/host-typed",
    "one call of a typed host function by a loop in the guest, including the loop and its addition; all iterations of a \
     batch share one call of the guest",
)
.above(&floor::CALL)
.headline();

/// A call from guest to host that accesses the function's environment.
pub static HOST_TYPED_ENV: Benchmark = Benchmark::by_family(
    "call/host-typed-env",
    "as `call/host-typed`, but the host function also increments a counter in its environment",
)
.above(&floor::CALL);

/// A call from guest to host with types known at run time only.
pub static HOST_DYNAMIC: Benchmark = Benchmark::by_family(
    "call/host-dynamic",
    "as `call/host-typed`, but the host function takes a slice of values and returns a vector of values",
)
.above(&floor::CALL);

/// A call from guest to host that compares the clock with a deadline.
pub static HOST_DEADLINE: Benchmark = Benchmark::by_family(
    "call/host-deadline",
    "as `call/host-typed`, but the host function first compares the clock with a deadline, and would end the guest",
)
.above(&floor::CALL);

/// A reentrant call: host, guest, host, guest.
pub static REENTRY: Benchmark = Benchmark::by_family(
    "call/reentry",
    "a typed call of a guest that calls a host function that calls the guest again, and the three returns",
)
.above(&floor::CALL);

pub(crate) static ALL: &[&Benchmark] =
    &[&TYPED, &DYNAMIC, &HOST_TYPED, &HOST_TYPED_ENV, &HOST_DYNAMIC, &HOST_DEADLINE, &REENTRY];
