//! What the suite takes of wasmtime: its names, and functions for what the libraries say differently.
use std::fmt::Debug;

pub(crate) use ::wasmtime::{
    AsContext, AsContextMut, Caller, Engine as EngineHandle, Error, Extern, Func, Global, Instance, IntoFunc, Memory,
    MemoryType, Module, Store, StoreLimits, StoreLimitsBuilder, Table, TypedFunc, Val, ValType, WasmParams,
    WasmResults,
};
use ::wasmtime::{FuncType, GlobalType, Mutability, ResourceLimiter, Trap, WasmBacktrace};

pub(crate) use super::convert::{
    deserialize, from_engine, headless_runtime, outcome, serialize, stub_import, thrower_imports, to_engine,
};
pub(crate) use super::wasmtime_style::api::*;
use super::{Wasmtime, runtime};

/// An error of the host's own. Wasmtime takes any that is an `Error`, `Send`, `Sync` and `'static`.
pub(crate) trait HostError: std::error::Error + Send + Sync + 'static {}

impl HostError for crate::exit_code::ExitCode {}

/// The engine's error that holds the host's: what a host function returns that calls a guest, or has dynamic types.
pub(crate) fn to_error<E: HostError>(error: E) -> Error {
    Error::new(error)
}

/// The host's error again, by value; or the engine's, whole, where it holds another.
pub(crate) fn downcast<E: HostError>(error: Error) -> Result<E, Error> {
    error.downcast()
}

/// What a guest imports: in its order here, by name elsewhere.
macro_rules! imports {
    ($($module:literal => { $($name:literal => $given:expr),* $(,)? }),* $(,)?) => {
        vec![$($($crate::engine::wasmtime::api::Extern::from($given),)*)*]
    };
}
pub(crate) use imports;

/// Sets a store up for the mechanisms that are on.
pub(crate) fn set_up<T: 'static>(store: &mut Store<T>, mechanisms: Mechanisms) {
    if mechanisms.fuel {
        store.set_fuel(u64::MAX).expect("the engine counts fuel");
    }
    if mechanisms.epoch {
        // Added to the epoch under way.
        store.set_epoch_deadline(u64::MAX / 2);
    }
    if mechanisms.limiter {
        // It has no size, so nothing is leaked.
        store.limiter(|_| Box::leak(Box::new(Unlimited)));
    }
}

/// A limiter that is asked, and refuses nothing that a guest could be given.
struct Unlimited;

impl ResourceLimiter for Unlimited {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> Result<bool, Error> {
        Ok(desired <= isize::MAX as usize)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> Result<bool, Error> {
        Ok(desired <= isize::MAX as usize)
    }
}

pub(crate) fn func_type(
    runtime: &EngineHandle,
    parameters: impl IntoIterator<Item = ValType, IntoIter: ExactSizeIterator>,
    results: impl IntoIterator<Item = ValType, IntoIter: ExactSizeIterator>,
) -> FuncType {
    FuncType::new(runtime, parameters, results)
}

/// A runtime whose guests may take so many bytes of the thread's stack. The frames of host functions between them count.
pub(crate) fn runtime_with_stack(engine: &Wasmtime, bytes: usize) -> Runtime {
    runtime(engine.config.clone().max_wasm_stack(bytes), engine.mechanisms)
}

/// A global that nobody changes.
pub(crate) fn constant<T: 'static>(store: &mut Store<T>, value: i32) -> Result<Global, Error> {
    Global::new(store, GlobalType::new(ValType::I32, Mutability::Const), Val::I32(value))
}

/// The function at an index of a table.
pub(crate) fn function_at<T: 'static>(store: &mut Store<T>, table: &Table, index: u32) -> Option<Func> {
    table.get(store, index.into())?.as_func()?.copied()
}

/// A reference to a function, or to none.
pub(crate) type Reference = Option<Func>;

/// A trap's code, as it is told of many traps: cheaper than an outcome.
pub(crate) fn trap_code(error: Error) -> Option<impl Debug + PartialEq + Copy + use<>> {
    error.downcast_ref::<Trap>().copied()
}

/// How many frames of the guest the error has noted, where it notes them, and how many of many it does at least.
pub(crate) fn frames(error: &Error) -> Option<(u64, u64)> {
    error.downcast_ref::<WasmBacktrace>().map(|trace| (trace.frames().len() as u64, 20))
}
