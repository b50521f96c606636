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

pub(super) static ALL: &[&Scenario] = &[&EARLY_EXIT];
