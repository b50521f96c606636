//! Guests that pay fuel, which the engine counts, for what they execute. What costs how much is each engine's own.
use super::Scenario;

/// Running out has a name of its own.
pub static RUNS_OUT: Scenario = Scenario::by_family(
    "fuel/runs-out",
    "running out of fuel is a trap of its own, and not `unreachable`",
    &["stop(): trapped: unreachable", "count(10): returned 10", "count(1000000): trapped: out of fuel"],
);

/// Nothing is lost by running out: given fuel again, the same instance goes on.
pub static REFUEL: Scenario = Scenario::by_family(
    "fuel/refuel",
    "an instance without fuel stays so until it is refuelled, then runs and exits as ever",
    &[
        "count(1000000): trapped: out of fuel",
        "count(1000): trapped: out of fuel",
        "refuelled",
        "count(1000): returned 1000",
        "count_and_exit(1, 7): exited early with exit code: 7",
    ],
);

/// A host function that takes fuel itself, and ends a guest that cannot pay.
pub static HOST_CHARGES: Scenario = Scenario::by_family(
    "fuel/host-charges",
    "a host function charges for its work, and ends the guest that cannot pay",
    &["be_charged(2): returned 2", "be_charged(9): exited early with exit code: 402", "charged 3 times"],
);

/// The count is part of what a guest computes.
pub static AFTER_EXIT: Scenario = Scenario::by_family(
    "fuel/after-exit",
    "an exit costs a guest the same fuel each time",
    &[
        "count_and_exit(10, 1): exited early with exit code: 1",
        "count_and_exit(10, 2): exited early with exit code: 2",
        "count_and_exit(100, 3): exited early with exit code: 3",
        "the second cost what the first did: true",
        "ninety turns more cost something each: true",
    ],
);

pub(crate) static ALL: &[&Scenario] = &[&RUNS_OUT, &REFUEL, &HOST_CHARGES, &AFTER_EXIT];
