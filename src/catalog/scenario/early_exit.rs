//! The main scenario, and two scenarios from Wasmer's documentation.
use super::Scenario;

/// The beginning of the last line; the exit code follows.
pub const EXITED_WITH: &str = "Exited early with exit code: ";

/// The early exit example of Wasmer's documentation.
pub static EARLY_EXIT: Scenario = Scenario::by_family(
    "early-exit",
    "a host function's error ends the guest, and the caller gets it back by downcast",
    &["Compiling module...", "Instantiating module...", "Calling `run` function...", "Exited early with exit code: 1"],
);

/// The example of Wasmer's runtime 0.13: a guest written in Rust, and an error without fields.
pub static INTERRUPT_EXECUTION: Scenario = Scenario::by_family(
    "interrupt-execution",
    "an error without fields stops a guest written in Rust",
    &["interrupt_execution called!", "Error from exit_early: interrupted", "Success!"],
);

/// The example of Wasmer's Go package: a dynamic host function, and an error with a message.
pub static DYNAMIC_EXIT: Scenario = Scenario::by_family(
    "dynamic-exit",
    "a dynamic host function, which takes a slice of values, ends the guest in the same way",
    &["Compiling module...", "Instantiating module...", "Calling `run` function...", "Exited early with: exit code: 1"],
);

pub(crate) static ALL: &[&Scenario] = &[&EARLY_EXIT, &INTERRUPT_EXECUTION, &DYNAMIC_EXIT];
