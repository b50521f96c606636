//! Wasmtime's `api` module for `src/suite/`: re-exported types, and functions where the APIs of the engines differ.
use std::fmt::Debug;

pub(crate) use ::wasmtime::{
    AsContext, AsContextMut, Caller, Engine as EngineHandle, Error, Extern, Func, Global, Instance, IntoFunc, Memory,
    MemoryType, Module, Store, StoreLimits, StoreLimitsBuilder, Table, TypedFunc, Val, ValType, WasmParams,
    WasmResults,
};
use ::wasmtime::{
    ExnRef, ExnRefPre, ExnType, FuncType, GlobalType, Mutability, ResourceLimiter, Tag, TagType, ThrownException, Trap,
    WasmBacktrace,
};
use anyhow::{Context, Result as AnyResult, bail};

pub(crate) use super::convert::{arguments, from_engine, outcome, stub_import};
pub(crate) use super::wasmtime_style::api::*;
use super::{Wasmtime, runtime};
use crate::engine::embedding::Unsupported;
use crate::exit_code::ExitCode;

/// Why a module is not instantiated. A shared memory is unsupported, because this project does not enable it
/// (`Config::shared_memory`).
pub(crate) fn unlinked(error: Error) -> anyhow::Error {
    let text = format!("{error:#}");
    if text.contains("shared memory support is disabled") { Unsupported(text.into()).into() } else { error.into() }
}

/// An error type of the host. Wasmtime accepts every `Error + Send + Sync + 'static`.
pub(crate) trait HostError: std::error::Error + Send + Sync + 'static {}

impl HostError for ExitCode {}

/// Wraps a host error in the engine's error, which dynamic host functions and host functions that call a guest return.
pub(crate) fn to_error<E: HostError>(error: E) -> Error {
    Error::new(error)
}

/// Takes the host error out of the engine's error. If the type differs, the engine's error is returned.
pub(crate) fn downcast<E: HostError>(error: Error) -> Result<E, Error> {
    error.downcast()
}

/// Sets an epoch deadline that never passes.
pub(crate) fn set_endless_epoch<T: 'static>(store: &mut Store<T>) {
    // Relative to the current epoch. The sum must not overflow.
    store.set_epoch_deadline(u64::MAX / 2);
}

/// A limiter that allows every size that can be allocated. Wasmtime calls it for each growth.
pub(crate) struct Unlimited;

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

/// A runtime whose guests may use `bytes` bytes of the thread's stack. Frames of host functions between guests count.
pub(crate) fn runtime_with_stack(engine: &Wasmtime, bytes: usize) -> Runtime {
    runtime(engine.config.clone().max_wasm_stack(bytes), engine.mechanisms)
}

/// An immutable global of type `i32`.
pub(crate) fn constant<T: 'static>(store: &mut Store<T>, value: i32) -> Result<Global, Error> {
    Global::new(store, GlobalType::new(ValType::I32, Mutability::Const), Val::I32(value))
}

/// The function at an index of a table; `None` if there is none.
pub(crate) fn function_at<T: 'static>(store: &mut Store<T>, table: &Table, index: u32) -> Option<Func> {
    table.get(store, index.into())?.as_func()?.copied()
}

/// Whether an error is an exception that no guest caught.
pub(crate) fn is_exception(error: &Error) -> bool {
    error.is::<ThrownException>()
}

/// The payload of the exception that no guest caught. It is in the store, not in the error.
pub(crate) fn exception_payload<T: 'static>(store: &mut Store<T>, _: &Error) -> AnyResult<Vec<Val>> {
    let exception = store.take_pending_exception().context("there is no exception in the store")?;
    Ok(vec![exception.field(store, 0)?])
}

/// A nullable function reference.
pub(crate) type Reference = Option<Func>;

/// The code of a trap; `None` for other errors. It is cheaper than an `Outcome`, so the timed part can check it.
pub(crate) fn trap_code(error: Error) -> Option<impl Debug + PartialEq + Copy + use<>> {
    error.downcast_ref::<Trap>().copied()
}

/// The number of guest frames in the error's backtrace, if any, and the depth up to which no frame is missing: 20 or more.
pub(crate) fn frames(error: &Error) -> Option<(u64, u64)> {
    error.downcast_ref::<WasmBacktrace>().map(|trace| (trace.frames().len() as u64, 20))
}

/// The imports of a guest that throws and catches exceptions: `early_exit`, `throw` and the tag.
pub(crate) fn thrower_imports<T: 'static>(store: &mut Store<T>) -> AnyResult<[Extern; 3]> {
    let ty = TagType::new(FuncType::new(store.engine(), [ValType::I32], []));
    let tag = Tag::new(&mut *store, &ty)?;
    let early_exit = |code: u32| -> Result<(), Error> { if code == 0 { Ok(()) } else { Err(ExitCode(code).into()) } };
    let throw = move |mut caller: Caller<'_, T>, payload: i32| -> Result<(), Error> {
        let of = ExnType::from_tag_type(&tag.ty(&caller))?;
        let pre = ExnRefPre::new(&mut caller, of);
        let exception = ExnRef::new(&mut caller, &pre, &tag, &[Val::I32(payload)])?;
        caller.as_context_mut().throw(exception)
    };
    Ok([Func::wrap(&mut *store, early_exit).into(), Func::wrap(&mut *store, throw).into(), tag.into()])
}

/// The reason why a runtime without a compiler cannot load Winch's artifacts.
pub(crate) const WINCH_NEEDS_ITS_COMPILER: &str =
    "an engine without a compiler has no name for Winch's calling convention";

pub(crate) fn serialize(module: &Module) -> AnyResult<Vec<u8>> {
    Ok(module.serialize()?)
}

/// A new runtime without a compiler. It must have the settings with which the artifact was compiled, except for the compiler.
/// Winch's calling convention is such a setting, and needs the compiler, so Winch is [`Unsupported`].
pub(crate) fn headless_runtime(wasmtime: &Wasmtime) -> AnyResult<Runtime> {
    if wasmtime.compiler == "winch" {
        bail!(Unsupported(WINCH_NEEDS_ITS_COMPILER.into()));
    }
    let mut config = wasmtime.config.clone();
    Ok(Runtime::new(EngineHandle::new(config.enable_compiler(false))?, wasmtime.mechanisms))
}

pub(crate) fn deserialize(engine: &EngineHandle, artifact: Vec<u8>) -> AnyResult<Module> {
    // SAFETY: `serialize` made the bytes in this process from a valid module.
    Ok(unsafe { Module::deserialize(engine, artifact) }?)
}
