//! Benchmarks of stopping a guest: the time from the request until the caller has the reason.
//!
//! A timeout must cover the slowest stop, not the typical one. So the report has times of single stops besides the batches.
use super::Benchmark;

const fn stop(id: &'static str, inside: &'static str) -> Benchmark {
    Benchmark::by_family(id, inside)
}

/// The budget of a tight loop runs out.
pub static BUDGET_LOOP: Benchmark = stop(
    "stop/budget-loop",
    "from the host taking all but one unit of the guest's fuel or points to the caller knowing that it ran out, for a guest \
     that goes on with a tight loop; two reads of the clock are timed",
);

/// The budget of a deep recursion runs out.
pub static BUDGET_RECURSION: Benchmark =
    stop("stop/budget-recursion", "the same for a guest that is 1,000 frames deep in a recursion");

/// Another thread stops a tight loop.
pub static INTERRUPT_LOOP: Benchmark = stop(
    "stop/interrupt-loop",
    "from just before another thread ends the epoch or interrupts the guest, 100 us into a tight loop, to the caller knowing \
     the reason; a request that the engine loses is made again after 20 ms, and the time counts from the first",
)
.parallel();

/// Another thread stops a deep recursion.
pub static INTERRUPT_RECURSION: Benchmark =
    stop("stop/interrupt-recursion", "the same for a guest that goes down a recursion of 1,000 frames and up again")
        .parallel();

/// Another thread stops a guest during a host function.
pub static INTERRUPT_HOST: Benchmark = stop(
    "stop/interrupt-host",
    "the same for a guest that is inside a host function, which returns as soon as the request is made: no mechanism cuts a \
     host function short",
)
.parallel();

/// A deadline passes in a loop that calls the host.
pub static DEADLINE_LOOP: Benchmark = stop(
    "stop/deadline-loop",
    "from the deadline, 100 us into a loop that calls the host in each turn, to the caller holding the error of the host \
     function that looks at the clock",
);

/// A deadline passes in a deep recursion.
pub static DEADLINE_RECURSION: Benchmark = stop(
    "stop/deadline-recursion",
    "the same for a guest that calls the host at the bottom of a recursion of 1,000 frames only",
);

/// Every benchmark of this theme.
pub static ALL: &[&Benchmark] = &[
    &BUDGET_LOOP,
    &BUDGET_RECURSION,
    &INTERRUPT_LOOP,
    &INTERRUPT_RECURSION,
    &INTERRUPT_HOST,
    &DEADLINE_LOOP,
    &DEADLINE_RECURSION,
];

/// The metric of `stop/budget-*`: the number of steps past the budget in code without a branch.
pub const STRAIGHT_PAST: &str = "straight steps past the budget";
/// The metric of `stop/budget-*`: the number of loop iterations past the budget.
pub const TURNS_PAST: &str = "loop turns past the budget";
