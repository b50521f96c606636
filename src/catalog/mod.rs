//! The scenarios and benchmarks as data: what each one shows, and what it must give.
pub mod benchmark;
pub mod scenario;
