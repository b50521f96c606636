//! Scenarios of errors that a guest can or cannot catch.
use super::Scenario;

/// A guest cannot catch an exit.
pub static CATCH_ALL: Scenario = Scenario::by_family(
    "guest/catch-all",
    "a guest's `catch_all` catches the guest's exception, but not the host's exit",
    &[
        "its own exception, below `catch_all`: returned -1",
        "an exit, below `catch_all`: exited early with exit code: 5",
        "not asked to exit: returned 7",
    ],
);

/// A guest can catch an exception of the host.
pub static HOST_EXCEPTION: Scenario = Scenario::by_family(
    "guest/host-exception",
    "a host error that holds a guest exception is thrown into the guest, which can catch it",
    &[
        "caught by its tag: returned 13",
        "caught by `catch_all`: returned -1",
        "not caught: trapped: uncaught exception",
        "it is an exception: true, with the payload [I32(15)], and an exit code: false",
        "asked to exit after it: exited early with exit code: 5",
    ],
);

/// An exception that passes from one guest to another.
pub static EXCEPTION_HANDED_ON: Scenario = Scenario::by_family(
    "guest/exception-handed-on",
    "a guest's exception crosses the host if the host returns it unchanged, but not if the host wraps it",
    &[
        "the host gets: trapped: uncaught exception",
        "handed on, the guest above: returned 13",
        "wrapped, the guest above did not catch it: the host's own error",
        "it was made from an exception: true",
    ],
);

pub(crate) static ALL: &[&Scenario] = &[&CATCH_ALL, &HOST_EXCEPTION, &EXCEPTION_HANDED_ON];
