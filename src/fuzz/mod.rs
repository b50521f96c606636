//! Differential fuzzing: random modules on several backends, and where these disagree.
//!
//! All randomness of a module comes from its [`ModuleSeed`](seed::ModuleSeed), a few numbers: one line names a module,
//! every process generates it again, and the minimizer shrinks it by removing choices.
pub mod campaign;
pub mod feature_set;
pub mod fuzz_worker;
pub mod generate;
pub mod minimize;
pub mod observation;
pub mod oracle;
pub mod render;
pub mod result;
mod rewrite;
pub mod seed;
pub mod shape;
