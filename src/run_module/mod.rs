//! Any module on any backend, in words that no engine owns: what it imports and exports, what its imports are met with,
//! and the steps from its bytes to how a call of it ended.
//!
//! Nothing real is reachable from such a guest: no files, no clock, no network, no environment. Its functions are
//! answered by [`Stubs`], and everything else that it imports is made of the declared type.
mod benchmarks;
pub mod exception_soak;
pub(crate) mod exported_state;
mod import_calls;
mod interface;
mod invocation;
mod job;
pub mod render;
pub mod result;
pub mod runner;
mod source;
mod stubs;

pub use benchmarks::MeasuredModule;
pub use import_calls::ImportCalls;
pub use interface::{Exported, ExternKind, Imported, Interface, Signature};
pub use invocation::{ExitAt, Invocation};
pub use job::{Done, ModuleJob, ModuleSession, Step, StepOutput};
pub use source::Source;
pub use stubs::Stubs;
