//! Differential fuzzing: random modules on several backends, and where these disagree.
pub mod campaign;
pub mod feature_set;
pub mod fuzz_worker;
pub mod generate;
pub mod minimize;
pub mod module;
pub mod observation;
pub mod oracle;
pub mod render;
pub mod result;
pub mod seed;
pub mod shape;
