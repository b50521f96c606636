//! A comparison harness for WebAssembly backends.
//!
//! A guest calls a host function, the host function returns an error, the guest is ended, and the caller gets its own
//! [`ExitCode`](exit_code::ExitCode) back by downcast. Does that hold on every backend, in every way a host can do
//! it? What does it cost? Which backend should one take?
//!
//! # The house
//! Data flows one way, top to bottom; a room may call those below it, never those above.
//!
//! - [`cli`] the command line; its doc comments are the manual
//! - [`command`] one thin file a verb
//! - [`report`] draws records: tables, Markdown, rows, charts, a page; what is said before them: answers, break-even
//! - [`harness`] worker processes: protocol, worker, supervisor, verdicts
//! - [`record`] what came out, as data: read, validated, gathered, written whole
//! - [`backend`] the registry, settings, known divergences, and a folder an engine family
//! - [`module`] any module on any backend: stubs, and the steps of `run FILE`
//! - [`scenario`] what must hold: the catalogue
//! - [`benchmark`] what it costs: the catalogue
//! - [`embedding`] the seam: what every engine can be asked
//! - [`statistics`] pure numbers
//! - [`guest`] the guests that come with the program
//! - [`exit_code`] the error that is raised and must come back
//! - `near` names that are near to one that is none
//! - `resident` how much memory a process holds

pub mod backend;
pub mod benchmark;
pub mod cli;
pub mod command;
pub mod embedding;
pub mod exit_code;
pub mod guest;
pub mod harness;
pub mod module;
mod near;
pub mod record;
pub mod report;
mod resident;
pub mod scenario;
pub mod statistics;
