//! Scenarios of resumable calls: a host function ends the guest with an error, and the host may let it continue.
use super::Scenario;

/// A guest that continues after its exit.
pub static EXIT: Scenario = Scenario::by_family(
    "resume/exit",
    "a resumable call gives the host the exit code, and continues with the results that the host gives",
    &[
        "suspended: exit code 5",
        "resumed with 100: returned 105",
        "suspended: exit code 6",
        "resumed with a value of another type: an error of the engine",
        "then: exited early with exit code: 7",
    ],
);

/// Other calls while a call is suspended.
pub static OTHER_CALLS: Scenario = Scenario::by_family(
    "resume/other-calls",
    "while a call is suspended the instance exits and returns, and 999 suspended calls can be dropped",
    &[
        "suspended: exit code 5",
        "another call: exited early with exit code: 6",
        "resumed with 100: returned 105",
        "999 suspended and dropped, then: exited early with exit code: 7",
        "times that the guest went on: 1",
    ],
);

/// A trap in a resumable call.
pub static TRAP: Scenario = Scenario::by_family(
    "resume/trap",
    "a trap in a resumable call is a trap: there is nothing to resume",
    &["trapped: unreachable", "then suspended: exit code 5"],
);

/// A guest that continues after a refuel.
pub static OUT_OF_FUEL: Scenario = Scenario::by_family(
    "resume/out-of-fuel",
    "a resumable call that runs out of fuel continues once it is refuelled, and exits",
    &["suspended: out of fuel", "refuelled: suspended: exit code 7", "resumed: returned 100000"],
);

pub(crate) static ALL: &[&Scenario] = &[&EXIT, &OTHER_CALLS, &TRAP, &OUT_OF_FUEL];
