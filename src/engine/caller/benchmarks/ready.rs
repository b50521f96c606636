use anyhow::Result;

use super::api::{Engine, Error, Extern, Instance, Store, TypedFunc, WasmParams, WasmResults, host};
use super::shelf::Guest;
use crate::engine::embedding::IterationResult;
use crate::exit_code::ExitCode;

/// Most exports that are timed: two numbers in, one out.
pub(super) type Run = TypedFunc<(i32, i32), i32>;

/// An instance in a store of its own.
pub(in super::super::super) struct Ready<T: 'static = ()> {
    pub(super) store: Store<T>,
    /// Held for whoever else needs it meanwhile.
    _guest: Guest,
    pub(super) instance: Instance,
}

impl<T: 'static> Ready<T> {
    pub(super) fn new(guest: &Guest, data: T, imports: impl FnOnce(&mut Store<T>) -> Vec<Extern>) -> Result<Self> {
        Self::prepared(guest, data, |_| Ok(()), imports)
    }

    /// The same, in a store that something was done to.
    pub(super) fn prepared(
        guest: &Guest,
        data: T,
        prepare: impl FnOnce(&mut Store<T>) -> Result<(), Error>,
        imports: impl FnOnce(&mut Store<T>) -> Vec<Extern>,
    ) -> Result<Self> {
        let (engine, module): &(Engine, _) = guest;
        let mut store = Store::new(engine, data);
        prepare(&mut store)?;
        let imports = imports(&mut store);
        let instance = Instance::new(&mut store, module, &imports)?;
        Ok(Self { instance, store, _guest: guest.clone() })
    }

    /// One of its exports.
    pub(super) fn function<P: WasmParams, R: WasmResults>(&mut self, name: &str) -> Result<TypedFunc<P, R>> {
        Ok(self.instance.get_typed_func(&mut self.store, name)?)
    }
}

/// What came back from a call that should have been left early.
pub(in super::super::super) enum Came {
    Exited(ExitCode),
    Returned(i32),
    Failed(Error),
}

impl Came {
    /// As it must: every exit that is timed is one with this code.
    pub(super) fn as_it_must(&self) -> bool {
        matches!(self, Self::Exited(code) if *code == CODE)
    }

    pub(super) fn ended(self) -> IterationResult {
        if self.as_it_must() { Ok(()) } else { Err(self.tell()) }
    }

    pub(super) fn tell(self) -> String {
        match self {
            Self::Exited(code) => format!("exited early with exit code: {code}"),
            Self::Returned(sum) => format!("returned {sum}"),
            Self::Failed(error) => format!("{error:#}"),
        }
    }
}

/// What is exited with.
pub(super) const CODE: ExitCode = ExitCode(1);

/// Says what came where a number should have.
pub(super) fn tell<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Ok(value) => format!("returned {value:?}"),
        Err(error) => format!("{error:#}"),
    }
}

/// The host function that the early-exit guest asks for.
pub(super) fn early_exit(code: u32) -> Result<(), Error> {
    if code == 0 { Ok(()) } else { Err(host(ExitCode(code))) }
}
