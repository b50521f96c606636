use anyhow::Result;
use wasmer::{Imports, Instance, RuntimeError, Store, TypedFunction, WasmTypeList};

use super::shelf::Guest;
use crate::engine::embedding::IterationResult;
use crate::exit_code::ExitCode;

/// Most exports that are timed: two numbers in, one out.
pub(super) type Run = TypedFunction<(i32, i32), i32>;

/// An instance in a store of its own.
pub(super) struct Ready {
    pub(super) store: Store,
    /// Held for whoever else needs it meanwhile.
    _guest: Guest,
    pub(super) instance: Instance,
}

impl Ready {
    pub(super) fn new(guest: &Guest, imports: impl FnOnce(&mut Store) -> Imports) -> Result<Self> {
        let (engine, module) = &**guest;
        let mut store = Store::new(engine.clone());
        let imports = imports(&mut store);
        let instance = Instance::new(&mut store, module, &imports)?;
        Ok(Self { instance, store, _guest: guest.clone() })
    }

    /// One of its exports.
    pub(super) fn function<Args: WasmTypeList, Rets: WasmTypeList>(
        &self,
        name: &str,
    ) -> Result<TypedFunction<Args, Rets>> {
        Ok(self.instance.exports.get_typed_function(&self.store, name)?)
    }
}

/// What came back from a call that should have been left early.
pub(super) enum Came {
    Exited(ExitCode),
    Returned(i32),
    Failed(RuntimeError),
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
            Self::Failed(error) => error.to_string(),
        }
    }
}

/// What is exited with.
pub(super) const CODE: ExitCode = ExitCode(1);

/// Says what came where a number should have.
pub(super) fn tell<T: std::fmt::Debug>(result: Result<T, RuntimeError>) -> String {
    match result {
        Ok(value) => format!("returned {value:?}"),
        Err(error) => error.to_string(),
    }
}

/// The host function that the early-exit guest asks for.
pub(super) fn early_exit(code: u32) -> Result<(), ExitCode> {
    if code == 0 { Ok(()) } else { Err(ExitCode(code)) }
}
