//! What most scenarios begin with: a guest, instantiated with a host function, and words for what comes of a call.
use std::fmt::Display;

use anyhow::{Context, Result, bail};

use super::Engine;
use super::api::{
    Error, Func, Imports, Instance, Memory, Module, Raised, Runtime, Store, TypedFunc, Val, call_any, from_engine,
    imports, message, new_store, outcome, raise, read_memory,
};
use crate::engine::embedding::Outcome;
use crate::engine::{BackendError, Family};
use crate::exit_code::ExitCode;
use crate::guest;

/// The early-exit guest, ready to run, with a host function of the scenario's.
pub(crate) struct Fixture<T: Send + 'static = ()> {
    pub(crate) store: Store<T>,
    pub(crate) instance: Instance,
    /// `run(code, n)`: calls the host function with `code`, and returns `code + n` where that returns.
    pub(crate) run: TypedFunc<(i32, i32), i32>,
}

impl<T: Send + 'static> Fixture<T> {
    /// Compiles and instantiates the guest in a store with the host's data; `early_exit` makes the function that it
    /// imports.
    pub(crate) fn new(engine: &Engine, data: T, early_exit: impl FnOnce(&mut Store<T>) -> Func) -> Result<Self> {
        Self::with_guest(engine, guest::EARLY_EXIT, data, early_exit)
    }

    /// The same with another guest that imports and exports what the early-exit guest does.
    pub(crate) fn with_guest(
        engine: &Engine,
        guest: &str,
        data: T,
        early_exit: impl FnOnce(&mut Store<T>) -> Func,
    ) -> Result<Self> {
        let (mut store, instance) = instantiate(engine, &guest::wasm(guest), data, |store| {
            imports! { "env" => { "early_exit" => early_exit(store) } }
        })?;
        let run = instance.get_typed_func(&mut store, "run")?;
        Ok(Self { store, instance, run })
    }

    /// Calls `run(code, 7)`, which must not return.
    pub(crate) fn exit(&mut self, code: u32) -> Result<Error> {
        match self.run.call(&mut self.store, (code as i32, 7)) {
            Ok(sum) => bail!("expected an early exit, but the guest returned {sum}"),
            Err(error) => Ok(error),
        }
    }
}

/// A host function that ends its guest, whatever the code.
pub(crate) fn exit(code: u32) -> Result<(), Raised<ExitCode>> {
    Err(raise(ExitCode(code)))
}

/// A host function that ends its guest, unless the code is 0.
pub(crate) fn exit_unless_0(code: u32) -> Result<(), Raised<ExitCode>> {
    if code == 0 { Ok(()) } else { Err(raise(ExitCode(code))) }
}

/// Any guest, compiled and instantiated in a store of its own. Imports are given in the order in which it has them.
pub(crate) fn instantiate<T: Send + 'static>(
    engine: &Engine,
    wasm: &[u8],
    data: T,
    imports: impl FnOnce(&mut Store<T>) -> Imports,
) -> Result<(Store<T>, Instance)> {
    let runtime = engine.runtime();
    let module = Module::new(&runtime, wasm)?;
    let mut store = new_store(&runtime, data);
    let imports = imports(&mut store);
    let instance = Instance::new(&mut store, &module, &imports)?;
    Ok((store, instance))
}

/// A guest that needs a feature of WebAssembly.
///
/// A backend that does not claim the feature may refuse the guest: then it is unsupported, and this error says so. One
/// that claims it may not.
pub(crate) fn compile_if_claimed(engine: &Engine, feature: &str, runtime: &Runtime, guest: &str) -> Result<Module> {
    let claimed = engine.about().wasm_features.iter().any(|claimed| claimed == feature);
    match Module::new(runtime, guest::wasm(guest)) {
        Err(refused) if !claimed => {
            bail!(BackendError::unsupported(format!(
                "does not claim `{feature}`, and refuses what needs it: {refused}"
            )))
        }
        compiled => Ok(compiled?),
    }
}

/// How a call ended, in a few words.
pub(crate) fn ended<T: Display>(result: &Result<T, Error>) -> String {
    match result {
        Ok(value) => format!("returned {value}"),
        Err(error) => outcome(error).to_string(),
    }
}

/// How something was refused, if it was: by an error, or by a panic.
pub(crate) fn refused<T: std::fmt::Debug>(result: std::thread::Result<Result<T, Error>>) -> String {
    match result {
        Ok(Ok(value)) => format!("returned {value:?}"),
        Ok(Err(error)) => format!("refused: {}", message(&error)),
        Err(panic) => format!("refused: {}", first_line(Err(panic))),
    }
}

/// What was said, or how the panic began: what follows may be the numbers of stores.
pub(crate) fn first_line(result: std::thread::Result<String>) -> String {
    let text = result.unwrap_or_else(|panic| Outcome::panicked(&*panic).to_string());
    text.lines().next().unwrap_or_default().to_owned()
}

/// Calls an export with numbers.
pub(crate) fn call_export<T: Send + 'static>(
    store: &mut Store<T>,
    instance: &Instance,
    export: &str,
    arguments: &[i32],
) -> Result<Result<Vec<Val>, Error>> {
    let arguments: Vec<_> = arguments.iter().copied().map(Val::I32).collect();
    let function = instance.get_func(&mut *store, export).with_context(|| format!("no export `{export}`"))?;
    Ok(call_any(&function, store, &arguments))
}

/// Calls an export, and tells both: `grow(1): returned 1`.
pub(crate) fn told<T: Send + 'static>(
    store: &mut Store<T>,
    instance: &Instance,
    export: &str,
    arguments: &[i32],
) -> Result<String> {
    let shown = arguments.iter().map(i32::to_string).collect::<Vec<_>>().join(", ");
    let outcome = match call_export(store, instance, export, arguments)? {
        Ok(results) => {
            Outcome::Returned(results.iter().map(|value| from_engine(&*store, value)).collect::<Result<_>>()?)
        }
        Err(error) => outcome(&error),
    };
    Ok(format!("{export}({shown}): {outcome}"))
}

/// An exported global that is a number.
pub(crate) fn global<T: Send + 'static>(store: &mut Store<T>, instance: &Instance, export: &str) -> Result<i32> {
    let global = instance.get_global(&mut *store, export).with_context(|| format!("no export `{export}`"))?;
    match global.get(store) {
        Val::I32(n) => Ok(n),
        other => bail!("`{export}` is {other:?}"),
    }
}

/// Bytes of a memory.
pub(crate) fn bytes_at<T: Send + 'static, const N: usize>(
    store: &Store<T>,
    memory: &Memory,
    at: u64,
) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    read_memory(store, memory, at, &mut bytes).context("beyond the end of the memory")?;
    Ok(bytes)
}
