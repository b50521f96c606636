//! The seam: what every engine can be asked, in words that no engine owns.
//!
//! What happens once, or takes microseconds anyway, goes through the object-safe traits here: scenarios of the kind
//! "bytes in, outcomes out" are written once on them, for any backend. What is timed does not: a [`Prepared`] cell
//! hides its own loop behind one virtual call a batch.
mod outcome;
mod prepared;
mod transcript;
mod value;

pub(crate) use outcome::panic_message;
pub use outcome::{Outcome, Trap};
pub use prepared::{Ended, Prepared, Sample};
pub use transcript::Transcript;
pub use value::Value;

use std::sync::Arc;

use anyhow::Result;

use crate::exit_code::ExitCode;

/// An engine with its settings, for what needs neither an idiom nor a timed loop of its own.
pub trait Embedding {
    /// Compiles any module, on an engine that holds nothing else.
    ///
    /// # Errors
    /// When the bytes are no module, or the backend refuses them.
    fn compile(&self, wasm: &[u8]) -> Result<Box<dyn Compiled>>;
}

/// A compiled module.
pub trait Compiled {
    /// Instantiates it in a store of its own. Every function that it imports is answered by `host`; memories,
    /// tables and globals that it imports are made of the declared type.
    ///
    /// # Errors
    /// When the module cannot be linked, or its start function does not return.
    fn instantiate(&self, host: Host) -> Result<Box<dyn Instance>>;
}

/// A module that runs. Not `Send`: some engines' stores are not.
pub trait Instance {
    /// Calls an export. Panics of host functions are caught, and are an [`Outcome`].
    fn call(&mut self, export: &str, arguments: &[Value]) -> Outcome;
}

/// Answers the functions that a guest imports: the import's name, and the arguments. Its results must be of
/// the import's type; its error ends the guest.
pub type Host = Arc<dyn Fn(&str, &[Value]) -> Result<Vec<Value>, ExitCode> + Send + Sync>;
