//! Tests and benchmarks how WebAssembly engines handle a host function that aborts the guest.
//!
//! A guest calls a host function, the host function returns an error, the guest ends, and the caller gets its own
//! [`ExitCode`](exit_code::ExitCode) back by downcast. Does that hold on every backend, in every way a host can do it,
//! and how long does it take?
//!
//! # Structure
//! A module uses those below it; `CONTRIBUTING.md` lists the exceptions.
//!
//! - [`command`] one thin file per subcommand
//! - [`cli`] the command line; its doc comments are the manual
//! - [`output`] renders results: terminal tables, Markdown, CSV, HTML page, charts, GitHub annotations
//! - [`analysis`] from results to decisions: estimates, comparison, best backend, break-even, breakdown, warnings
//! - [`check`] runs scenarios on variants and computes the verdicts
//! - [`sampling`] the paired sampler: experiment, pilot, plan, launches; benchmark thread, CPU affinity, instruction counts
//! - [`run_module`] a user's module on any backend: job, stubs, benchmarks, result, rendering
//! - [`fuzz`], [`spec`], [`soak`] random modules; the scripts of the specification; long runs
//! - [`worker`] worker processes: protocol, supervisor, server
//! - [`results`] the JSON documents: schema, validation, journal, merging
//! - [`engine`] registry, backend options, known issues, the any-module interface, and one folder per engine
//! - [`catalog`] scenarios and benchmarks as data
//! - [`statistics`] pure numbers
//! - [`guest`] the embedded guests and the generators
//! - [`exit_code`] the error that a host function raises and the caller must get back
//! - [`units`] numbers with their units, as text
//! - [`interruption`] Ctrl-C and SIGTERM
//! - `escape` control characters in text from outside
//! - `lists` pairs grouped by key, and the first names of many
//! - `parallel` work on several threads
//! - `suggest` suggestions for misspelled names
//! - `process_stats` a process's memory, open files and threads
//! - `valgrind` what this program does under valgrind: client requests, fixed seeds, a heap without holes

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
