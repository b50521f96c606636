//! The main job, and the two pages that it descends from.
use super::Scenario;

/// What the last line begins with; the code follows.
pub const EXITED_WITH: &str = "Exited early with exit code: ";

/// The example of the documentation.
pub static EARLY_EXIT: Scenario = Scenario::by_family(
    "early-exit",
    "a host function's error ends the guest, and the caller gets it back by downcast",
    &["Compiling module...", "Instantiating module...", "Calling `run` function...", "Exited early with exit code: 1"],
);

/// The page of Wasmer's runtime 0.13: a guest written in Rust, and an error with nothing in it.
pub static INTERRUPT_EXECUTION: Scenario = Scenario::by_family(
    "interrupt-execution",
    "an error with nothing in it stops a guest written in Rust as well",
    &["interrupt_execution called!", "Error from exit_early: interrupted", "Success!"],
);

/// The page for Go: an untyped function that is handed values, and an error that says more than a number.
pub static DYNAMIC_EXIT: Scenario = Scenario::by_family(
    "dynamic-exit",
    "an untyped host function with a slice of values ends the guest in the same way",
    &["Compiling module...", "Instantiating module...", "Calling `run` function...", "Exited early with: exit code: 1"],
);

pub(crate) static ALL: &[&Scenario] = &[&EARLY_EXIT, &INTERRUPT_EXECUTION, &DYNAMIC_EXIT];
