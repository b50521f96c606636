//! Differential fuzzing: random modules on several backends, and the mismatches between their observations.
//!
//! A module is generated from its [`ModuleSeed`](seed::ModuleSeed), a few numbers. So one line names a module, every
//! process can generate it again, and reducing the seed's entropy minimizes it.
pub mod campaign;
pub mod feature_set;
pub mod fuzz_worker;
pub mod generate;
pub mod observation;
pub mod oracle;
pub mod render;
pub mod result;
mod rewrite;
pub mod seed;
pub mod shape;
pub mod trial;
