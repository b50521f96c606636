//! What the host code that wasmtime and wasmi share takes of wasmtime: its names, and in its words what the two say
//! differently.
use std::fmt::Debug;

pub(super) use ::wasmtime::{
    Caller, Engine, Error, Extern, Func, Global, Instance, Memory, MemoryType, Module, Store, StoreLimits,
    StoreLimitsBuilder, Table, TypedFunc, Val, ValType, WasmParams, WasmResults,
};
use ::wasmtime::{FuncType, GlobalType, Mutability, Trap, WasmBacktrace};

pub(super) use super::seam::{ours, outcome};

/// An error of the host's own. Wasmtime takes any that is an `Error`, `Send`, `Sync` and `'static`.
pub(super) trait HostError: std::error::Error + Send + Sync + 'static {}

impl HostError for crate::exit_code::ExitCode {}

/// The engine's error that holds the host's: what a host function returns to end its guest.
pub(super) fn host<E: HostError>(error: E) -> Error {
    Error::new(error)
}

/// The host's error again, by value; or the engine's, whole, where it holds another.
pub(super) fn downcast<E: HostError>(error: Error) -> Result<E, Error> {
    error.downcast()
}

pub(super) fn func_type(
    engine: &Engine,
    parameters: impl IntoIterator<Item = ValType, IntoIter: ExactSizeIterator>,
    results: impl IntoIterator<Item = ValType, IntoIter: ExactSizeIterator>,
) -> FuncType {
    FuncType::new(engine, parameters, results)
}

/// A global that nobody changes.
pub(super) fn constant<T: 'static>(store: &mut Store<T>, value: i32) -> Result<Global, Error> {
    Global::new(store, GlobalType::new(ValType::I32, Mutability::Const), Val::I32(value))
}

/// The function in a place of a table.
pub(super) fn function_at<T: 'static>(store: &mut Store<T>, table: &Table, place: u64) -> Option<Func> {
    table.get(store, place)?.as_func()?.copied()
}

/// A reference to a function, or to none.
pub(super) type Reference = Option<Func>;

/// A trap's code, as it is told of many traps: cheaper than an outcome.
pub(super) fn trap(error: &Error) -> Option<impl Debug + PartialEq + Copy + use<>> {
    error.downcast_ref::<Trap>().copied()
}

/// How many frames of the guest the error has noted, where it notes them, and how many of many it does at least.
pub(super) fn frames(error: &Error) -> Option<(u64, u64)> {
    error.downcast_ref::<WasmBacktrace>().map(|trace| (trace.frames().len() as u64, 20))
}
