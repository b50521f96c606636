//! The scenarios and benchmarks as data: identifiers, descriptions and expected output.
pub mod benchmark;
pub mod scenario;
