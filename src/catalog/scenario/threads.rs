//! Many guests that exit at once, each on a thread of its own.
use super::Scenario;

/// One engine and one module for all of them.
pub static ONE_ENGINE: Scenario = Scenario::by_family(
    "threads/one-engine",
    "eight stores on one engine exit at once, and no code comes to another",
    &["8 threads, 200 rounds: 1600 exits with the thread's own code", "astray: none"],
);

/// An engine for each, and each compiles at the same time.
pub static ENGINE_EACH: Scenario = Scenario::by_family(
    "threads/engine-each",
    "eight engines compile and exit at once, and no code comes to another",
    &["8 threads, 200 rounds: 1600 exits with the thread's own code", "astray: none"],
);

pub(crate) static ALL: &[&Scenario] = &[&ONE_ENGINE, &ENGINE_EACH];
