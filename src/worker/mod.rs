//! Worker processes: each variant runs in a separate process, so that a crash, a hang or excessive memory affects one
//! verdict or one cell only.
mod counting_child;
mod fork;
pub(crate) mod protocol;
mod server;
pub(crate) mod supervisor;

pub use protocol::{Hello, ModuleTrial, PROTOCOL, Request, Response};
pub use server::serve;
pub use supervisor::{Launcher, Limits, Worker, WorkerError};
