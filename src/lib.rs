//! Tests and benchmarks how WebAssembly engines handle a host function that aborts the guest.
//!
//! A guest calls a host function, the host function returns an error, the guest ends, and the caller gets its own
//! [`ExitCode`](exit_code::ExitCode) back by downcast. Does that hold on every backend, in every way a host can do it,
//! and how long does it take?
//!
//! `CONTRIBUTING.md` describes the modules and their order.

pub mod analysis;
pub mod catalog;
pub mod check;
pub mod cli;
pub mod command;
pub mod engine;
mod escape;
pub mod exit_code;
pub mod fuzz;
pub mod guest;
pub mod interruption;
mod lists;
pub mod output;
mod parallel;
mod process_stats;
pub mod results;
pub mod run_module;
pub mod sampling;
pub mod soak;
pub mod spec;
pub mod statistics;
mod suggest;
pub mod units;
mod valgrind;
pub mod worker;
