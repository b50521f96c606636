//! Wasmi's `api` module for `src/suite/`: re-exported types, and functions where the APIs of the engines differ.
use std::fmt::Debug;

pub(crate) use ::wasmi::errors::HostError;
pub(crate) use ::wasmi::{
    AsContext, AsContextMut, Caller, Engine as EngineHandle, Error, Extern, Func, Global, Instance, IntoFunc, Memory,
    MemoryType, Module, Store, StoreLimits, StoreLimitsBuilder, Table, TypedFunc, Val, ValType, WasmParams,
    WasmResults,
};
use ::wasmi::{FuncType, Mutability, Nullable};
use ::wasmi_core::{LimiterError, ResourceLimiter};
use anyhow::{Result as AnyResult, bail};

use super::Wasmi;
pub(crate) use super::convert::{arguments, from_engine, outcome, stub_import};
pub(crate) use super::wasmtime_style::api::*;
use crate::engine::embedding::Unsupported;

/// Why a module is not instantiated.
pub(crate) fn unlinked(error: Error) -> anyhow::Error {
    error.into()
}

/// Wasmi accepts every `Debug + Display + Send + Sync + 'static` type that implements its marker trait `HostError`.
impl HostError for crate::exit_code::ExitCode {}

/// Wraps a host error in the engine's error, which dynamic host functions and host functions that call a guest return.
pub(crate) fn to_error<E: HostError>(error: E) -> Error {
    Error::host(error)
}

/// Takes the host error out of the engine's error. If the type differs, the engine's error is returned. Wasmi's `downcast`
/// would lose it, so the type is checked first.
pub(crate) fn downcast<E: HostError>(error: Error) -> Result<E, Error> {
    if error.downcast_ref::<E>().is_none() {
        return Err(error);
    }
    error.downcast().ok_or_else(|| Error::new("an error that changed its type"))
}

/// Does nothing, because wasmi has no epochs.
pub(crate) fn set_endless_epoch<T: 'static>(_: &mut Store<T>) {}

/// A limiter that allows every size that can be allocated. Wasmi calls it for each growth.
pub(crate) struct Unlimited;

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

/// A new runtime. It ignores the stack size in bytes, because wasmi runs guests on a separate stack.
pub(crate) fn runtime_with_stack(engine: &Wasmi, _: usize) -> Runtime {
    engine.runtime()
}

/// An immutable global of type `i32`.
pub(crate) fn constant<T: 'static>(store: &mut Store<T>, value: i32) -> Result<Global, Error> {
    Ok(Global::new(store, Val::I32(value), Mutability::Const))
}

/// The function at an index of a table; `None` if there is none.
pub(crate) fn function_at<T: 'static>(store: &mut Store<T>, table: &Table, index: u32) -> Option<Func> {
    table.get(store, index.into())?.as_func()?.val().map(|function| **function)
}

/// A nullable function reference.
pub(crate) type Reference = Nullable<Func>;

/// The code of a trap; `None` for other errors. It is cheaper than an `Outcome`, so the timed part can check it.
pub(crate) fn trap_code(error: Error) -> Option<impl Debug + PartialEq + Copy + use<>> {
    error.as_trap_code()
}

/// Always `None`, because wasmi's errors have no backtrace.
pub(crate) fn frames(_: &Error) -> Option<(u64, u64)> {
    None
}

/// Always fails with [`Unsupported`], because wasmi has no exceptions.
pub(crate) fn thrower_imports(_: &mut Store<()>) -> AnyResult<[Extern; 0]> {
    bail!(Unsupported("wasmi has no exceptions".into()))
}

/// The reason why a module cannot be serialized.
pub(super) const NO_ARTIFACTS: &str = "an interpreter has no artifacts";

pub(crate) fn serialize(_: &Module) -> AnyResult<Vec<u8>> {
    bail!(Unsupported(NO_ARTIFACTS.into()))
}

/// Always fails with [`Unsupported`], because wasmi has no artifacts to load.
pub(crate) fn headless_runtime(_: &Wasmi) -> AnyResult<Runtime> {
    bail!(Unsupported(NO_ARTIFACTS.into()))
}

pub(crate) fn deserialize(_: &EngineHandle, _: Vec<u8>) -> AnyResult<Module> {
    bail!(Unsupported(NO_ARTIFACTS.into()))
}
