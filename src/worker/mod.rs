//! Worker processes: each variant runs in a separate process, so that a crash, a hang or excessive memory affects one
//! verdict or one cell only.
pub(crate) mod code_alignment;
mod counting_child;
pub(crate) mod cpu_affinity;
mod fork;
pub(crate) mod protocol;
mod server;
pub(crate) mod supervisor;

pub use protocol::{Hello, ModuleTrial, PROTOCOL, Request, Response};
pub use server::serve;
pub use supervisor::{Launcher, Limits, Worker, WorkerError};
