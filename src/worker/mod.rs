//! Worker processes: every subject runs in one of its own, so that a crash, a hang or a memory hog in one costs one
//! verdict or one cell and nothing else.
mod fork;
pub(crate) mod protocol;
mod server;
pub(crate) mod supervisor;

pub use protocol::{Hello, ModuleTrial, PROTOCOL, Request, Response, ScenarioEnd};
pub use server::serve;
pub use supervisor::{Launcher, Limits, Worker, WorkerError};
