//! Runs any module on any backend: stub imports, and the steps from the module's bytes to the outcome of a call.
//!
//! The guest has no access to files, clock, network or environment. [`Stubs`] implement its imported functions; other imports
//! are created with the declared type.
mod benchmarks;
pub mod disagreement;
mod exit_at;
pub(crate) mod exported_state;
mod job;
pub mod render;
pub mod result;
pub mod runner;
mod source;
mod stubs;

pub use benchmarks::MeasuredModule;
pub use exit_at::ExitAt;
pub use job::{Done, ModuleJob, ModuleSession, Step, StepOutput};
pub use source::Source;
pub use stubs::{ImportCalls, Stubs};
