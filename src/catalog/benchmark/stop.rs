//! Benchmarks of stopping a guest: the time from the request until the caller has the reason.
//!
//! A timeout must cover the slowest stop, not the typical one. So the report has times of single stops besides the batches.
benchmarks![
    BUDGET_LOOP(
        "stop/budget-loop",
        "from the host taking all but one unit of the guest's fuel or points to the caller knowing that it ran out, \
         for a guest that goes on with a tight loop; two reads of the clock are timed",
    ),
    BUDGET_RECURSION("stop/budget-recursion", "the same for a guest that is 1,000 frames deep in a recursion"),
    INTERRUPT_LOOP(
        "stop/interrupt-loop",
        "from just before another thread ends the epoch or interrupts the guest, 100 us into a tight loop, to the \
         caller knowing the reason; a request that the engine loses is made again after 20 ms, and the time counts \
         from the first",
    )
    .parallel(),
    INTERRUPT_RECURSION(
        "stop/interrupt-recursion",
        "the same for a guest that goes down a recursion of 1,000 frames and up again"
    )
    .parallel(),
    INTERRUPT_HOST(
        "stop/interrupt-host",
        "the same for a guest that is inside a host function, which returns as soon as the request is made: no \
         mechanism cuts a host function short",
    )
    .parallel(),
    DEADLINE_LOOP(
        "stop/deadline-loop",
        "from the deadline, 100 us into a loop that calls the host in each turn, to the caller holding the error of \
         the host function that looks at the clock",
    ),
    DEADLINE_RECURSION(
        "stop/deadline-recursion",
        "the same for a guest that calls the host at the bottom of a recursion of 1,000 frames only",
    ),
];

/// The metric of `stop/budget-*`: the number of steps past the budget in code without a branch.
pub const STRAIGHT_PAST: &str = "straight steps past the budget";
/// The metric of `stop/budget-*`: the number of loop iterations past the budget.
pub const TURNS_PAST: &str = "loop turns past the budget";
