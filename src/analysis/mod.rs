//! Decisions from results: estimates, comparisons, the best backend, the break-even point, warnings.
pub mod best_backend;
pub mod break_even;
pub mod breakdown;
pub mod changed_verdicts;
pub mod comparison;
pub mod count_comparison;
pub mod estimates;
pub mod history;
pub mod instruction_count;
pub mod report_pair;
pub mod run_correction;
pub mod stopping;
pub(crate) mod time_and_count;
pub mod warnings;
