//! Calls that nobody leaves early: host to guest, guest to host, and both ways at once.
use super::{Benchmark, floor};

/// Host to guest, the types known to the compiler.
pub static TYPED: Benchmark =
    Benchmark::by_family("call/typed", "one typed call of an export that adds its i32 parameters up, and the return")
        .over("parameters", &[0, 2, 20], &[])
        .above(&floor::CALL)
        .headline();

/// Host to guest, the types known at run time only.
pub static DYNAMIC: Benchmark = Benchmark::by_family(
    "call/dynamic",
    "one call of the export with two parameters, with a slice of values, and the boxed slice that comes back",
)
.above(&floor::CALL);

/// Guest to host.
pub static HOST_TYPED: Benchmark = Benchmark::by_family(
    "call/host-typed",
    "one call of a typed host function by a loop in the guest, with the loop and the addition around it; the call of \
     the guest is shared by all iterations of a batch",
)
.above(&floor::CALL)
.headline();

/// Guest to host, which looks at something of its own.
pub static HOST_TYPED_ENV: Benchmark = Benchmark::by_family(
    "call/host-typed-env",
    "as `call/host-typed`, of a host function that also counts in its environment",
)
.above(&floor::CALL);

/// Guest to host, the types known at run time only.
pub static HOST_DYNAMIC: Benchmark = Benchmark::by_family(
    "call/host-dynamic",
    "as `call/host-typed`, of a host function that takes a slice of values and returns a vector of them",
)
.above(&floor::CALL);

/// Host, guest, host, guest, and all the way back.
pub static REENTRY: Benchmark = Benchmark::by_family(
    "call/reentry",
    "a typed call of a guest that calls a host function that calls the guest again, and the three returns",
)
.above(&floor::CALL);

pub(crate) static ALL: &[&Benchmark] = &[&TYPED, &DYNAMIC, &HOST_TYPED, &HOST_TYPED_ENV, &HOST_DYNAMIC, &REENTRY];
