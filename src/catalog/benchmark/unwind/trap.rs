//! Benchmarks of guests that end without an early exit: traps, panics and interrupts.
use super::BOTH_DEPTHS;
use crate::catalog::benchmark::{Benchmark, floor};

const fn trap(id: &'static str, inside: &'static str) -> Benchmark {
    Benchmark::by_family(id, inside).below_host_frames(BOTH_DEPTHS)
}

/// An `unreachable` instruction.
pub static UNREACHABLE: Benchmark =
    trap("unwind/unreachable", "a typed call of a guest that executes `unreachable`, to its trap code in the caller")
        .headline();

/// An integer division by zero, which the hardware detects.
pub static DIVISION_BY_ZERO: Benchmark =
    trap("unwind/division-by-zero", "a typed call of a guest that divides by zero, to its trap code in the caller");

/// An integer division whose quotient does not fit.
pub static OVERFLOW: Benchmark = trap(
    "unwind/integer-overflow",
    "a typed call of a guest that divides the least integer by -1, to its trap code in the caller",
);

/// An access out of the memory's bounds.
pub static MEMORY_BOUNDS: Benchmark = trap(
    "unwind/memory-bounds",
    "a typed call of a guest that reads out of the bounds of its memory, to its trap code in the caller",
);

/// A call out of the table's bounds.
pub static TABLE_BOUNDS: Benchmark = trap(
    "unwind/table-bounds",
    "a typed call of a guest that calls an element out of its table's bounds, to its trap code",
);

/// A call of an empty table element.
pub static NULL_CALL: Benchmark = trap(
    "unwind/null-call",
    "a typed call of a guest that calls an empty element of its table, to its trap code in the caller",
);

/// An indirect call of a function of another type.
pub static BAD_SIGNATURE: Benchmark = trap(
    "unwind/bad-signature",
    "a typed call of a guest that calls a function of another type through its table, to its trap code in the caller",
);

/// A conversion of a NaN to an integer.
pub static BAD_CONVERSION: Benchmark = trap(
    "unwind/bad-conversion",
    "a typed call of a guest that converts a NaN to an integer, to its trap code in the caller",
);

/// Endless recursion.
pub static STACK_OVERFLOW: Benchmark = trap(
    "unwind/stack-overflow",
    "a typed call of a guest that recurses until its stack of 1 MiB is exhausted, to its trap code in the caller",
);

/// Metering points that run out.
pub static METERING: Benchmark = trap(
    "unwind/metering",
    "a typed call of a metered guest with one point left, until the caller has queried that points ran out; setting the \
     points is not timed, two reads of the clock are",
);

/// A panic in a host function.
pub static PANIC: Benchmark = trap(
    "unwind/panic",
    "a typed call of a guest whose host function panics, until the caller has caught and downcast the payload; a panic \
     hook that returns at once and two reads of the clock are timed",
)
.above(&floor::PANIC);

/// An interrupt from another thread.
pub static INTERRUPT: Benchmark = trap(
    "unwind/interrupt",
    "from just before another thread requests the interrupt of a guest in an endless loop to the call's return; two reads \
     of the clock, one per thread, are timed",
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
