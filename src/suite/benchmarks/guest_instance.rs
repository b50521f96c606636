//! The instantiated guest of a timed cell, and the results of its calls.
use anyhow::Result;

use super::CachedModule;
use super::ExitCode;
use super::api::{Error, Imports, Instance, Raised, Store, TypedFunc, WasmParams, WasmResults, new_store, raise};
use crate::engine::embedding::{IterationResult, Prepared};

/// The type of most timed exports: two numbers as parameters, one as result.
pub(crate) type RunFunc = TypedFunc<(i32, i32), i32>;

/// An instance in a separate store.
pub(crate) struct GuestInstance<T: Send + 'static = ()> {
    pub(crate) store: Store<T>,
    /// Keeps the module in the cache, so that other cells can share it.
    _guest: CachedModule,
    pub(crate) instance: Instance,
}

impl<T: Send + 'static> GuestInstance<T> {
    pub(crate) fn new(guest: &CachedModule, data: T, imports: impl FnOnce(&mut Store<T>) -> Imports) -> Result<Self> {
        let (runtime, module) = &**guest;
        let mut store = new_store(runtime, data);
        let imports = imports(&mut store);
        let instance = Instance::new(&mut store, module, &imports)?;
        Ok(Self { instance, store, _guest: guest.clone() })
    }

    /// An exported function.
    pub(crate) fn function<P: WasmParams, R: WasmResults>(&mut self, name: &str) -> Result<TypedFunc<P, R>> {
        Ok(self.instance.get_typed_func(&mut self.store, name)?)
    }
}

/// The result of a call that should exit.
pub(crate) enum ExitResult {
    Exited(ExitCode),
    Returned(i32),
    Failed(Error),
}

impl ExitResult {
    /// Whether the call exited with `CODE`, as every timed exit must.
    fn is_expected(&self) -> bool {
        matches!(self, Self::Exited(code) if *code == CODE)
    }

    pub(crate) fn ended(self) -> IterationResult {
        if self.is_expected() { Ok(()) } else { Err(self.describe()) }
    }

    pub(crate) fn describe(self) -> String {
        match self {
            Self::Exited(code) => format!("exited early with exit code: {code}"),
            Self::Returned(sum) => format!("returned {sum}"),
            Self::Failed(error) => format!("{error:#}"),
        }
    }
}

/// A cell that repeats an exit.
pub(crate) fn repeat_exit(exit: impl FnMut() -> ExitResult + 'static) -> Prepared {
    Prepared::repeat(exit, ExitResult::is_expected, ExitResult::describe)
}

/// The code of all timed exits.
pub(crate) const CODE: ExitCode = ExitCode(1);

/// Describes a wrong result.
pub(crate) fn describe<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Ok(value) => format!("returned {value:?}"),
        Err(error) => format!("{error:#}"),
    }
}

/// The host function of the early-exit guest. It exits unless the code is 0.
pub(crate) fn early_exit(code: u32) -> Result<(), Raised<ExitCode>> {
    if code == 0 { Ok(()) } else { Err(raise(ExitCode(code))) }
}
