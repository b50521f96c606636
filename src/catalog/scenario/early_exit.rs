//! The main scenario, and two scenarios from Wasmer's documentation.

/// The beginning of the last line; the exit code follows.
pub const EXITED_WITH: &str = "Exited early with exit code: ";

scenarios![
    // The early exit example of Wasmer's documentation.
    EARLY_EXIT(
        "early-exit",
        "a host function's error ends the guest, and the caller gets it back by downcast",
        &[
            "Compiling module...",
            "Instantiating module...",
            "Calling `run` function...",
            "Exited early with exit code: 1",
        ],
    ),
    // The example of Wasmer's runtime 0.13: a guest written in Rust, and an error without fields.
    INTERRUPT_EXECUTION(
        "interrupt-execution",
        "an error without fields stops a guest written in Rust",
        &["interrupt_execution called!", "Error from exit_early: interrupted", "Success!"],
    ),
    // The example of Wasmer's Go package: a dynamic host function, and an error with a message.
    DYNAMIC_EXIT(
        "dynamic-exit",
        "a dynamic host function, which takes a slice of values, ends the guest in the same way",
        &[
            "Compiling module...",
            "Instantiating module...",
            "Calling `run` function...",
            "Exited early with: exit code: 1",
        ],
    ),
];
