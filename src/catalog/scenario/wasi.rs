//! Scenarios of WASI commands, in which every program ends with an exit.
use super::Scenario;

/// A command that calls `proc_exit`.
pub static PROC_EXIT: Scenario = Scenario::by_family(
    "wasi/proc-exit",
    "`_start` calls `proc_exit`, implemented by an early exit, and the host gets the code",
    &["asked for 3: arrived as an error; status 3", "asked for 255: arrived as an error; status 255"],
);

/// A successful `proc_exit`.
pub static PROC_EXIT_ZERO: Scenario = Scenario::by_family(
    "wasi/proc-exit-zero",
    "`proc_exit(0)` is a success, although it arrives as an error",
    &["asked for 0: arrived as an error; status 0"],
);

/// A command that returns.
pub static START_RETURNS: Scenario = Scenario::by_family(
    "wasi/start-returns",
    "a `_start` that returns without an exit is a success",
    &["asked for -1: returned; status 0"],
);

/// A `proc_exit` that does not end the guest.
pub static PROC_EXIT_COMES_BACK: Scenario = Scenario::by_family(
    "wasi/proc-exit-comes-back",
    "a `proc_exit` that returns leads to a trap, because compilers put `unreachable` after it",
    &["asked for 3: arrived as an error; no status: trapped: unreachable"],
);

pub(crate) static ALL: &[&Scenario] = &[&PROC_EXIT, &PROC_EXIT_ZERO, &START_RETURNS, &PROC_EXIT_COMES_BACK];
