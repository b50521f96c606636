//! The guest of a timed cell, ready to be called, and what comes back from it.
use anyhow::Result;

use super::CachedModule;
use super::api::{Error, Imports, Instance, Raised, Store, TypedFunc, WasmParams, WasmResults, new_store, raise};
use crate::engine::embedding::IterationResult;
use crate::exit_code::ExitCode;

/// Most exports that are timed: two numbers in, one out.
pub(crate) type RunFunc = TypedFunc<(i32, i32), i32>;

/// An instance in a store of its own.
pub(crate) struct GuestInstance<T: Send + 'static = ()> {
    pub(crate) store: Store<T>,
    /// Held for whoever else needs it meanwhile.
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

    /// One of its exports.
    pub(crate) fn function<P: WasmParams, R: WasmResults>(&mut self, name: &str) -> Result<TypedFunc<P, R>> {
        Ok(self.instance.get_typed_func(&mut self.store, name)?)
    }
}

/// What came back from a call that should have been left early.
pub(crate) enum ExitResult {
    Exited(ExitCode),
    Returned(i32),
    Failed(Error),
}

impl ExitResult {
    /// As it must: every exit that is timed is one with this code.
    pub(crate) fn is_expected(&self) -> bool {
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

/// What is exited with.
pub(crate) const CODE: ExitCode = ExitCode(1);

/// Says what came where a number should have.
pub(crate) fn tell<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Ok(value) => format!("returned {value:?}"),
        Err(error) => format!("{error:#}"),
    }
}

/// The host function that the early-exit guest asks for.
pub(crate) fn early_exit(code: u32) -> Result<(), Raised<ExitCode>> {
    if code == 0 { Ok(()) } else { Err(raise(ExitCode(code))) }
}
