//! The scenarios and benchmarks as data: what each entry shows or times, and the expected output.
pub mod benchmark;
pub mod scenario;
