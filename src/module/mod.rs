//! Any module on any backend, in words that no engine owns: what it imports and exports, what its imports are met with,
//! and the steps from its bytes to how a call of it ended.
//!
//! Nothing real is reachable from such a guest: no files, no clock, no network, no environment. Its functions are
//! answered by [`Stubs`], and everything else that it imports is made of the declared type.
mod calls;
mod cells;
pub mod conformance;
mod interface;
mod invocation;
pub mod random;
pub mod soak;
mod source;
mod state;
mod steps;
mod stubs;

pub use calls::Calls;
pub use cells::Measured;
pub use interface::{Exported, Imported, Interface, Kind, Signature};
pub use invocation::{ExitAt, Invocation};
pub use source::Source;
pub use steps::{Done, Errand, Step, Stepped, Workbench};
pub use stubs::Stubs;
