//! Soak tests: thousands of exits per second, and the resources that the process holds afterwards.
pub mod exceptions;
pub mod render;
pub mod result;
pub mod runner;
pub mod workload;
