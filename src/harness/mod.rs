//! Worker processes: every subject runs in one of its own, so that a crash, a hang or a memory hog in one costs one
//! verdict or one cell and nothing else.
mod check;
mod conformance;
mod costs;
mod crowd;
mod errand;
pub mod machine;
mod measure;
mod placement;
mod processor;
mod protocol;
mod random;
mod sampling;
mod soak;
mod stand;
mod supervisor;
mod worker;

pub use check::{Audience, check};
pub use conformance::{Scripts, conformance};
pub use costs::{Costs, costs};
pub use errand::errand;
pub use measure::{Entrant, Handicap, Onlooker, Order, measure};
pub use protocol::{Answer, Ask, Ended, Hello, PROTOCOL, Trial};
pub use random::{Trials, random};
pub use sampling::{Batch, Cell, Draw, Failure, prepare};
pub use soak::soak;
pub use stand::Stand;
pub use supervisor::{Launcher, Limits, Lost, Worker};
pub use worker::serve;
