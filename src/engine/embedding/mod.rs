//! The seam: what every engine can be asked, in words that no engine owns.
//!
//! What happens once, or takes microseconds anyway, goes through the object-safe traits here: scenarios of the kind
//! "bytes in, outcomes out" are written once on them, for any backend. What is timed does not: a [`Prepared`] cell
//! hides its own loop behind one virtual call a batch.
mod instant;
mod outcome;
pub(crate) mod planted;
mod prepared;
mod transcript;
mod value;

pub use instant::Instant;
pub(crate) use outcome::panic_message;
pub use outcome::{Outcome, Trap};
pub use prepared::{BatchTime, IterationResult, MOST_KEPT, Prepared, STOPS};
pub use transcript::Transcript;
pub use value::{Type, Value};

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::exit_code::ExitCode;

/// An engine with its settings, for what needs neither an idiom nor a timed loop of its own.
///
/// What it never does is an [`Unsupported`]; any other error says that it tried.
pub trait Embedding {
    /// Says whether the bytes are a module that this backend takes, and compiles nothing.
    ///
    /// # Errors
    /// When they are not; says what is wrong.
    fn validate(&self, wasm: &[u8]) -> Result<()>;

    /// Compiles any module, on an engine that holds nothing else.
    ///
    /// # Errors
    /// When the bytes are no module, or the backend refuses them.
    fn compile(&self, wasm: &[u8]) -> Result<Box<dyn Compiled>>;

    /// Compiles any module so that its instances start with so much fuel, pay for what they execute, and end in
    /// [`Trap::OutOfFuel`]. What costs how much is the engine's own; about one an instruction.
    ///
    /// # Errors
    /// As [`compile`](Self::compile), and where this engine counts no fuel.
    fn compile_metered(&self, wasm: &[u8], fuel: u64) -> Result<Box<dyn Compiled>>;

    /// Instantiates a guest in a store of its own that imports, in this order, `early_exit` (raises its argument as an
    /// exit), `throw` (throws its argument into the guest as an exception of the tag) and the tag.
    ///
    /// # Errors
    /// Where a host cannot throw exceptions, or the guest cannot be made.
    fn instantiate_thrower(&self, _wasm: &[u8]) -> Result<Box<dyn ModuleInstance>> {
        bail!(Unsupported("its hosts throw no exceptions".into()))
    }

    /// A store of its own for several modules that import from each other.
    ///
    /// # Errors
    /// Where there is no engine.
    fn ensemble(&self) -> Result<Box<dyn LinkedModules>>;
}

/// Several modules in one store. Modules and instances go by numbers, each counted from 0 in the order of their making.
pub trait LinkedModules {
    /// Compiles a module.
    ///
    /// # Errors
    /// When the bytes are no module, or the backend refuses them.
    fn compile(&mut self, wasm: &[u8]) -> Result<usize>;

    /// Makes an instance of a module. What it imports is what registered instances export.
    ///
    /// # Errors
    /// When something that it imports is not there or not of its type, or its start function does not return.
    fn instantiate(&mut self, module: usize) -> Result<usize, NotInstantiated>;

    /// Lets modules that are instantiated from now on import from an instance by a name.
    fn register(&mut self, name: &str, instance: usize);

    /// Calls an export. Panics are caught, and are an [`Outcome`].
    fn call(&mut self, instance: usize, export: &str, arguments: &[Value]) -> Outcome;

    /// What is in an exported global; nothing where there is none of that name, or its type cannot be told.
    fn global(&mut self, instance: usize, export: &str) -> Option<Value>;
}

/// A compiled module.
pub trait Compiled {
    /// Serialises it.
    ///
    /// # Errors
    /// Where this engine cannot.
    fn serialize(&self) -> Result<Box<dyn Artifact>>;

    /// Instantiates it in a store of its own. Every function that it imports is answered by `host`; memories,
    /// tables, globals and tags that it imports are made of the declared type: zeros, and references to nothing.
    ///
    /// # Errors
    /// When the module cannot be linked, or its start function does not return.
    fn instantiate(&self, host: Host) -> Result<Box<dyn ModuleInstance>, NotInstantiated>;
}

/// A serialised module. Made by [`Compiled::serialize`] alone, so that what is loaded can be trusted.
pub trait Artifact: Send + Sync {
    /// How many bytes it has.
    fn size(&self) -> u64;

    /// Loads it into an engine that holds nothing else. How long that took comes with it: making the engine is not
    /// inside.
    ///
    /// # Errors
    /// When it cannot be loaded.
    fn load(&self) -> Result<(Box<dyn Compiled>, Duration)>;
}

/// A module that runs. Not `Send`: some engines' stores are not.
pub trait ModuleInstance {
    /// Calls an export. Panics of host functions are caught, and are an [`Outcome`].
    fn call(&mut self, export: &str, arguments: &[Value]) -> Outcome;

    /// What is in an exported global; nothing where there is none of that name, or its type cannot be told.
    fn global(&mut self, export: &str) -> Option<Value>;

    /// Hands on what is in an exported memory, piece by piece from its start; says how many bytes those were.
    /// Nothing where there is no memory of that name.
    fn memory(&mut self, export: &str, piece: &mut dyn FnMut(&[u8])) -> Option<u64>;

    /// How much fuel is left, where it was compiled to count it.
    fn fuel(&mut self) -> Option<u64>;
}

/// A function that a guest imports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The module that it is imported from.
    pub module: String,
    /// Its name there.
    pub name: String,
    /// Its place among all the guest's imports, those that are no functions too, counted from 0.
    pub place: usize,
    /// What it takes.
    pub parameters: Vec<Type>,
    /// What it returns.
    pub results: Vec<Type>,
}

/// Answers the functions that a guest imports. Its results must be of the import's type; its error ends the guest.
pub type Host = Arc<dyn Fn(&Import, &[Value]) -> Result<Vec<Value>, ExitCode> + Send + Sync>;

/// Why there is no instance.
#[derive(Debug, thiserror::Error)]
pub enum NotInstantiated {
    /// Its imports, its tables or its memories could not be made.
    #[error("{0:#}")]
    Unlinked(anyhow::Error),
    /// Its start function, or a segment that does not fit where it belongs, ended in this.
    #[error("instantiation {0}")]
    Start(Outcome),
}

/// Something that an engine never does, and why not.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unsupported(pub Cow<'static, str>);
