//! Long runs: thousands of exits per second, and what the process still holds afterwards.
pub mod exceptions;
pub mod render;
pub mod result;
pub mod runner;
pub mod workload;
