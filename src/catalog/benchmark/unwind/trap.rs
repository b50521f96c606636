//! Guests that end without asking for it.
use super::BOTH_DEPTHS;
use crate::catalog::benchmark::{Benchmark, floor};

const fn trap(id: &'static str, inside: &'static str) -> Benchmark {
    Benchmark::by_family(id, inside).below_host_frames(BOTH_DEPTHS)
}

/// The guest gives up.
pub static UNREACHABLE: Benchmark =
    trap("unwind/unreachable", "a typed call of a guest that runs into `unreachable`, to its trap code in the caller")
        .headline();

/// The hardware notices.
pub static DIVISION_BY_ZERO: Benchmark =
    trap("unwind/division-by-zero", "a typed call of a guest that divides by zero, to its trap code in the caller");

/// The quotient does not fit.
pub static OVERFLOW: Benchmark = trap(
    "unwind/integer-overflow",
    "a typed call of a guest that divides the least integer by -1, to its trap code in the caller",
);

/// Beyond the memory.
pub static MEMORY_BOUNDS: Benchmark = trap(
    "unwind/memory-bounds",
    "a typed call of a guest that reads beyond its memory, to its trap code in the caller",
);

/// Beyond the table.
pub static TABLE_BOUNDS: Benchmark =
    trap("unwind/table-bounds", "a typed call of a guest that calls beyond its table, to its trap code in the caller");

/// A place in the table that holds nothing.
pub static NULL_CALL: Benchmark = trap(
    "unwind/null-call",
    "a typed call of a guest that calls a place in its table that is empty, to its trap code in the caller",
);

/// A function of another type.
pub static BAD_SIGNATURE: Benchmark = trap(
    "unwind/bad-signature",
    "a typed call of a guest that calls a function of another type through its table, to its trap code in the caller",
);

/// No number.
pub static BAD_CONVERSION: Benchmark = trap(
    "unwind/bad-conversion",
    "a typed call of a guest that converts a NaN to an integer, to its trap code in the caller",
);

/// Too deep.
pub static STACK_OVERFLOW: Benchmark = trap(
    "unwind/stack-overflow",
    "a typed call of a guest that recurses until its stack of 1 MiB is used up, to its trap code in the caller",
);

/// Out of points.
pub static METERING: Benchmark = trap(
    "unwind/metering",
    "a typed call of a metered guest with one point left, to the caller having asked whether points ran out; \
     giving it that point is not inside, two reads of the clock are",
);

/// The host itself fails.
pub static PANIC: Benchmark = trap(
    "unwind/panic",
    "a typed call of a guest whose host function panics, to the payload caught and downcast in the caller; a panic \
     hook that returns at once is inside, one that prints would add to it; so are two reads of the clock",
)
.above(&floor::PANIC);

/// Somebody else ends it.
pub static INTERRUPT: Benchmark = trap(
    "unwind/interrupt",
    "from just before another thread asks for the interrupt of a guest that is known to run an endless loop to the \
     call's return; two reads of the clock, one on each thread, are inside",
)
.parallel();

pub(crate) static ALL: &[&Benchmark] = &[
    &UNREACHABLE,
    &DIVISION_BY_ZERO,
    &OVERFLOW,
    &MEMORY_BOUNDS,
    &TABLE_BOUNDS,
    &NULL_CALL,
    &BAD_SIGNATURE,
    &BAD_CONVERSION,
    &STACK_OVERFLOW,
    &METERING,
    &PANIC,
    &INTERRUPT,
];
