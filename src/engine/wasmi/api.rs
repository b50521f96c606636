//! What the host code that wasmtime and wasmi share takes of wasmi: its names, and in its words what the two say
//! differently.
use std::fmt::Debug;

pub(super) use ::wasmi::errors::HostError;
pub(super) use ::wasmi::{
    Caller, Engine, Error, Extern, Func, Global, Instance, Memory, MemoryType, Module, Store, StoreLimits,
    StoreLimitsBuilder, Table, TypedFunc, Val, ValType, WasmParams, WasmResults,
};
use ::wasmi::{FuncType, Mutability, Nullable};

pub(super) use super::seam::{ours, outcome};

/// Wasmi takes what says that it is an error of a host's, and is `Debug`, `Display`, `Send`, `Sync` and `'static`.
impl HostError for crate::exit_code::ExitCode {}

/// The engine's error that holds the host's: what a host function returns to end its guest.
pub(super) fn host<E: HostError>(error: E) -> Error {
    Error::host(error)
}

/// The host's error again, by value; or the engine's, whole, where it holds another: wasmi's own `downcast` would not
/// give that back.
pub(super) fn downcast<E: HostError>(error: Error) -> Result<E, Error> {
    if error.downcast_ref::<E>().is_none() {
        return Err(error);
    }
    error.downcast().ok_or_else(|| Error::new("an error that changed its type"))
}

pub(super) fn func_type(
    _: &Engine,
    parameters: impl IntoIterator<Item = ValType, IntoIter: ExactSizeIterator>,
    results: impl IntoIterator<Item = ValType, IntoIter: ExactSizeIterator>,
) -> FuncType {
    FuncType::new(parameters, results)
}

/// A global that nobody changes.
pub(super) fn constant<T: 'static>(store: &mut Store<T>, value: i32) -> Result<Global, Error> {
    Ok(Global::new(store, Val::I32(value), Mutability::Const))
}

/// The function in a place of a table.
pub(super) fn function_at<T: 'static>(store: &mut Store<T>, table: &Table, place: u64) -> Option<Func> {
    table.get(store, place)?.as_func()?.val().map(|function| **function)
}

/// A reference to a function, or to none.
pub(super) type Reference = Nullable<Func>;

/// A trap's code, as it is told of many traps: cheaper than an outcome.
pub(super) fn trap(error: &Error) -> Option<impl Debug + PartialEq + Copy + use<>> {
    error.as_trap_code()
}

/// How many frames of the guest the error has noted, and how many it would at most: wasmi's errors note none.
pub(super) fn frames(_: &Error) -> Option<(u64, u64)> {
    None
}
