//! Scenarios of errors that a guest can or cannot catch.
scenarios![
    CATCH_ALL(
        "guest/catch-all",
        "a guest's `catch_all` catches the guest's exception, but not the host's exit",
        &[
            "its own exception, below `catch_all`: returned -1",
            "an exit, below `catch_all`: exited early with exit code: 5",
            "not asked to exit: returned 7",
        ],
    ),
    HOST_EXCEPTION(
        "guest/host-exception",
        "a host error that holds a guest exception is thrown into the guest, which can catch it",
        &[
            "caught by its tag: returned 13",
            "caught by `catch_all`: returned -1",
            "not caught: trapped: uncaught exception",
            "it is an exception: true, with the payload [I32(15)], and an exit code: false",
            "asked to exit after it: exited early with exit code: 5",
        ],
    ),
    EXCEPTION_HANDED_ON(
        "guest/exception-handed-on",
        "a guest's exception crosses the host if the host returns it unchanged, but not if the host wraps it",
        &[
            "the host gets: trapped: uncaught exception",
            "handed on, the guest above: returned 13",
            "wrapped, the guest above did not catch it: the host's own error",
            "it was made from an exception: true",
        ],
    ),
];
