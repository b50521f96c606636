//! The scenarios and benchmarks as data: identifiers, descriptions and expected output.
pub mod benchmark;
pub mod mechanism;
pub mod scenario;
