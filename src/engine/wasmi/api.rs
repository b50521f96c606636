//! What the suite takes of wasmi: its names, and functions for what the libraries say differently.
use std::fmt::Debug;

pub(crate) use ::wasmi::errors::HostError;
pub(crate) use ::wasmi::{
    AsContext, AsContextMut, Caller, Engine as EngineHandle, Error, Extern, Func, Global, Instance, IntoFunc, Memory,
    MemoryType, Module, Store, StoreLimits, StoreLimitsBuilder, Table, TypedFunc, Val, ValType, WasmParams,
    WasmResults,
};
use ::wasmi::{FuncType, Mutability, Nullable};
use ::wasmi_core::{LimiterError, ResourceLimiter};

use super::Wasmi;
pub(crate) use super::convert::{
    deserialize, from_engine, headless_runtime, outcome, serialize, stub_import, thrower_imports, to_engine,
};
pub(crate) use super::wasmtime_style::api::*;

/// Wasmi takes what says that it is an error of a host's, and is `Debug`, `Display`, `Send`, `Sync` and `'static`.
impl HostError for crate::exit_code::ExitCode {}

/// The engine's error that holds the host's: what a host function returns that calls a guest, or has dynamic types.
pub(crate) fn to_error<E: HostError>(error: E) -> Error {
    Error::host(error)
}

/// The host's error again, by value; or the engine's, whole, where it holds another: wasmi's own `downcast` would not
/// give that back.
pub(crate) fn downcast<E: HostError>(error: Error) -> Result<E, Error> {
    if error.downcast_ref::<E>().is_none() {
        return Err(error);
    }
    error.downcast().ok_or_else(|| Error::new("an error that changed its type"))
}

/// What a guest imports: in its order here, by name elsewhere.
macro_rules! imports {
    ($($module:literal => { $($name:literal => $given:expr),* $(,)? }),* $(,)?) => {
        vec![$($($crate::engine::wasmi::api::Extern::from($given),)*)*]
    };
}
pub(crate) use imports;

/// Sets a store up for the mechanisms that are on.
pub(crate) fn set_up<T: 'static>(store: &mut Store<T>, mechanisms: Mechanisms) {
    if mechanisms.fuel {
        store.set_fuel(u64::MAX).expect("the engine counts fuel");
    }
    if mechanisms.limiter {
        // It has no size, so nothing is leaked.
        store.limiter(|_| Box::leak(Box::new(Unlimited)));
    }
}

/// A limiter that is asked, and refuses nothing that a guest could be given.
struct Unlimited;

impl ResourceLimiter for Unlimited {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> Result<bool, LimiterError> {
        Ok(desired <= isize::MAX as usize)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> Result<bool, LimiterError> {
        Ok(desired <= isize::MAX as usize)
    }

    fn instances(&self) -> usize {
        usize::MAX
    }

    fn tables(&self) -> usize {
        usize::MAX
    }

    fn memories(&self) -> usize {
        usize::MAX
    }
}

pub(crate) fn func_type(
    _: &EngineHandle,
    parameters: impl IntoIterator<Item = ValType, IntoIter: ExactSizeIterator>,
    results: impl IntoIterator<Item = ValType, IntoIter: ExactSizeIterator>,
) -> FuncType {
    FuncType::new(parameters, results)
}

/// A runtime whose guests take none of the thread's stack: they have stacks of their own.
pub(crate) fn runtime_with_stack(engine: &Wasmi, _: usize) -> Runtime {
    engine.runtime()
}

/// A global that nobody changes.
pub(crate) fn constant<T: 'static>(store: &mut Store<T>, value: i32) -> Result<Global, Error> {
    Ok(Global::new(store, Val::I32(value), Mutability::Const))
}

/// The function at an index of a table.
pub(crate) fn function_at<T: 'static>(store: &mut Store<T>, table: &Table, index: u32) -> Option<Func> {
    table.get(store, index.into())?.as_func()?.val().map(|function| **function)
}

/// A reference to a function, or to none.
pub(crate) type Reference = Nullable<Func>;

/// A trap's code, as it is told of many traps: cheaper than an outcome.
pub(crate) fn trap_code(error: Error) -> Option<impl Debug + PartialEq + Copy + use<>> {
    error.as_trap_code()
}

/// How many frames of the guest the error has noted, and how many it would at most: wasmi's errors note none.
pub(crate) fn frames(_: &Error) -> Option<(u64, u64)> {
    None
}
