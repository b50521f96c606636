//! Commands in the style of WASI, where an exit is how every program ends.
use super::Scenario;

/// What most commands do.
pub static PROC_EXIT: Scenario = Scenario::by_family(
    "wasi/proc-exit",
    "`_start` calls `proc_exit`, stubbed by an early exit, and the host has its code",
    &["asked for 3: arrived as an error; status 3", "asked for 255: arrived as an error; status 255"],
);

/// What a host that takes every error for a failure gets wrong.
pub static PROC_EXIT_ZERO: Scenario = Scenario::by_family(
    "wasi/proc-exit-zero",
    "`proc_exit(0)` is a success, and arrives as an error all the same",
    &["asked for 0: arrived as an error; status 0"],
);

/// The other way to succeed.
pub static START_RETURNS: Scenario = Scenario::by_family(
    "wasi/start-returns",
    "a `_start` that returns without any exit is a success too",
    &["asked for -1: returned; status 0"],
);

/// What happens to a host whose `proc_exit` does not end the guest.
pub static PROC_EXIT_COMES_BACK: Scenario = Scenario::by_family(
    "wasi/proc-exit-comes-back",
    "a `proc_exit` that comes back is a trap: compilers put `unreachable` after it",
    &["asked for 3: arrived as an error; no status: trapped: unreachable"],
);

pub(crate) static ALL: &[&Scenario] = &[&PROC_EXIT, &PROC_EXIT_ZERO, &START_RETURNS, &PROC_EXIT_COMES_BACK];
