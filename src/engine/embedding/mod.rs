//! The any-module interface: object-safe traits that every engine implements, and values and outcomes that all engines share.
//!
//! The user's modules, random modules and some scenarios run through these traits on any backend. Most timed loops do not,
//! because a virtual call per iteration costs time: a [`Prepared`] cell has one virtual call per batch.
pub(crate) mod injected_instructions;
mod instant;
mod interface;
mod invocation;
mod outcome;
mod prepared;
mod transcript;
mod value;

pub use instant::{Instant, timed};
pub use interface::{Exported, ExternKind, Imported, Interface, Signature};
pub use invocation::Invocation;
pub(crate) use outcome::panic_message;
pub use outcome::{Outcome, Trap};
pub use prepared::{IterationResult, Prepared};
pub use transcript::Transcript;
pub use value::{CANNOT_PASS, Type, Value};

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::exit_code::ExitCode;

/// An engine with its options, which runs any module.
///
/// An operation that the engine never supports returns [`Unsupported`]. Any other error is a failure.
pub trait Embedding {
    /// Validates a module without compiling it.
    ///
    /// # Errors
    /// When the backend rejects the module; with the reason, if the backend reports one.
    fn validate(&self, wasm: &[u8]) -> Result<()>;

    /// Compiles a module on a fresh engine.
    ///
    /// # Errors
    /// When the backend rejects the module.
    fn compile(&self, wasm: &[u8]) -> Result<Box<dyn Compiled>>;

    /// Compiles a module whose instances start with `fuel` units of fuel, consume fuel for the instructions they execute, and
    /// end in [`Trap::OutOfFuel`]. The costs differ between engines; they are about one unit per instruction.
    ///
    /// # Errors
    /// As [`compile`](Self::compile), and when the engine counts no fuel.
    fn compile_metered(&self, wasm: &[u8], fuel: u64) -> Result<Box<dyn Compiled>>;

    /// Instantiates a guest in a separate store. The guest imports, in this order, `early_exit` (exits with its argument),
    /// `throw` (throws an exception of the tag into the guest, with its argument) and the tag.
    ///
    /// # Errors
    /// When a host cannot throw exceptions, or the guest cannot be instantiated.
    fn instantiate_thrower(&self, _wasm: &[u8]) -> Result<Box<dyn ModuleInstance>> {
        bail!(Unsupported("its hosts throw no exceptions".into()))
    }

    /// Creates a store for several modules that import from each other.
    ///
    /// # Errors
    /// When there is no engine, or the engine cannot be created.
    fn linked_modules(&self) -> Result<Box<dyn LinkedModules>>;
}

/// Several modules in one store. Modules and instances have numbers, each counted from 0 in the order of creation.
pub trait LinkedModules {
    /// Compiles a module, and returns its number.
    ///
    /// # Errors
    /// When the backend rejects the module.
    fn compile(&mut self, wasm: &[u8]) -> Result<usize>;

    /// Instantiates a module, and returns the number of the instance. Imports are resolved to exports of registered instances.
    ///
    /// # Errors
    /// When an import is missing or of another type, or the start function does not return.
    fn instantiate(&mut self, module: usize) -> Result<usize, NotInstantiated>;

    /// Registers an instance under a name, from which modules that are instantiated later can import.
    fn register(&mut self, name: &str, instance: usize);

    /// Calls an export. A panic is caught, and is an [`Outcome`].
    fn call(&mut self, instance: usize, export: &str, arguments: &[Value]) -> Outcome;

    /// The value of an exported global; `None` if there is no global of that name, or no [`Value`] for its type.
    fn global(&mut self, instance: usize, export: &str) -> Option<Value>;
}

/// A compiled module.
pub trait Compiled {
    /// Serializes the module.
    ///
    /// # Errors
    /// When the engine cannot serialize modules.
    fn serialize(&self) -> Result<Box<dyn Artifact>>;

    /// Instantiates the module in a separate store. `host` implements every imported function. Imported memories, tables,
    /// globals and tags are created with the declared type; memories and globals are zero, and references are null.
    ///
    /// # Errors
    /// When the imports cannot be created, the module cannot be linked, or its start function does not return.
    fn instantiate(&self, host: Host) -> Result<Box<dyn ModuleInstance>, NotInstantiated>;
}

/// A serialized module. Only [`Compiled::serialize`] creates artifacts, so that loading one is safe.
pub trait Artifact: Send + Sync {
    /// The size in bytes.
    fn size(&self) -> u64;

    /// Deserializes the module on a fresh engine. Also returns the time of the deserialization, which does not include the
    /// creation of the engine.
    ///
    /// # Errors
    /// When the artifact cannot be loaded.
    fn load(&self) -> Result<(Box<dyn Compiled>, Duration)>;
}

/// An instance of a module. Not `Send`, because the stores of some engines are not.
pub trait ModuleInstance {
    /// Calls an export. A panic of a host function is caught, and is an [`Outcome`].
    fn call(&mut self, export: &str, arguments: &[Value]) -> Outcome;

    /// The value of an exported global; `None` if there is no global of that name, or no [`Value`] for its type.
    fn global(&mut self, export: &str) -> Option<Value>;

    /// Passes the bytes of an exported memory to `piece`, in pieces from address 0. Returns the memory's size in bytes; `None`
    /// if there is no memory of that name.
    fn memory(&mut self, export: &str, piece: &mut dyn FnMut(&[u8])) -> Option<u64>;

    /// The remaining fuel; `None` if the module was compiled without fuel.
    fn fuel(&mut self) -> Option<u64>;
}

/// A function that a guest imports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The name of the imported module.
    pub module: String,
    /// The name of the function in that module.
    pub name: String,
    /// The index among all imports of the guest, including those that are not functions, counted from 0.
    pub place: usize,
    /// The types of the results.
    pub results: Vec<Type>,
}

/// The implementation of all imported functions. The results must have the import's types. An error ends the guest.
pub type Host = Arc<dyn Fn(&Import, &[Value]) -> Result<Vec<Value>, ExitCode> + Send + Sync>;

/// Why a module could not be instantiated.
#[derive(Debug, thiserror::Error)]
pub enum NotInstantiated {
    /// The imports, tables or memories could not be created.
    #[error("{0:#}")]
    Unlinked(anyhow::Error),
    /// The start function, or a segment that is out of bounds, ended with this outcome.
    #[error("instantiation {0}")]
    Start(Outcome),
}

/// The reason why an engine does not support an operation.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unsupported(pub Cow<'static, str>);
