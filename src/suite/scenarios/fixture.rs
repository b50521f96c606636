//! Helpers of most scenarios: an instantiated guest with a host function, and texts for the outcomes of calls.
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Context, Result, bail};

use super::api::{
    Error, Func, Imports, Instance, Memory, Module, Raised, Runtime, Store, TypedFunc, Val, WasmParams, WasmResults,
    call_any, from_engine, imports, message, new_store, outcome, raise, read_memory,
};
use super::{Engine, ExitCode, Outcome, guest};
use crate::engine::Family;
use crate::engine::embedding::Unsupported;

/// A guest with a host function of the scenario, and one of its exports.
pub(crate) struct Fixture<T: Send + 'static = (), P = (i32, i32), R = i32> {
    pub(crate) store: Store<T>,
    pub(crate) instance: Instance,
    /// The export. `run(code, n)` calls the host function with `code`, and returns `code + n` if the host function returns.
    pub(crate) run: TypedFunc<P, R>,
}

impl<T: Send + 'static, P: WasmParams, R: WasmResults> Fixture<T, P, R> {
    /// Compiles and instantiates a guest in a store with the host's data. `early_exit` creates its only import.
    pub(crate) fn with_guest(
        engine: &Engine,
        guest: &str,
        export: &str,
        data: T,
        early_exit: impl FnOnce(&mut Store<T>) -> Func,
    ) -> Result<Self> {
        let runtime = engine.runtime();
        let module = Module::new(&runtime, guest::wasm(guest))?;
        Self::of_module(&runtime, &module, export, data, early_exit)
    }

    /// As [`with_guest`](Self::with_guest), of a compiled guest.
    pub(crate) fn of_module(
        runtime: &Runtime,
        module: &Module,
        export: &str,
        data: T,
        early_exit: impl FnOnce(&mut Store<T>) -> Func,
    ) -> Result<Self> {
        let mut store = new_store(runtime, data);
        let imports = imports! { "env" => { "early_exit" => early_exit(&mut store) } };
        let instance = Instance::new(&mut store, module, &imports)?;
        let run = instance.get_typed_func(&mut store, export)?;
        Ok(Self { store, instance, run })
    }
}

impl<T: Send + 'static> Fixture<T> {
    /// The early-exit guest with its export `run`.
    pub(crate) fn new(engine: &Engine, data: T, early_exit: impl FnOnce(&mut Store<T>) -> Func) -> Result<Self> {
        Self::with_guest(engine, guest::EARLY_EXIT, "run", data, early_exit)
    }

    /// Calls `run(code, 7)`, which must not return. Returns the guest's error.
    pub(crate) fn exit(&mut self, code: u32) -> Result<Error> {
        match self.run.call(&mut self.store, (code as i32, 7)) {
            Ok(sum) => bail!("expected an early exit, but the guest returned {sum}"),
            Err(error) => Ok(error),
        }
    }
}

/// A host function that always ends its guest.
pub(crate) fn exit(code: u32) -> Result<(), Raised<ExitCode>> {
    Err(raise(ExitCode(code)))
}

/// A host function that ends its guest, unless the code is 0.
pub(crate) fn exit_unless_0(code: u32) -> Result<(), Raised<ExitCode>> {
    if code == 0 { Ok(()) } else { Err(raise(ExitCode(code))) }
}

/// Compiles and instantiates a guest in a new store. The imports are in the module's order.
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

/// Compiles a guest that needs a feature of WebAssembly.
///
/// If a backend rejects the guest and does not claim the feature, the error is [`Unsupported`]. A backend that claims the
/// feature must accept the guest.
pub(crate) fn compile_if_claimed(engine: &Engine, feature: &str, runtime: &Runtime, guest: &str) -> Result<Module> {
    let claimed = engine.about().wasm_features.iter().any(|claimed| claimed == feature);
    match Module::new(runtime, guest::wasm(guest)) {
        Err(refused) if !claimed => {
            bail!(Unsupported(format!("does not claim `{feature}`, and refuses what needs it: {refused}").into()))
        }
        compiled => Ok(compiled?),
    }
}

/// The outcome of a call in a few words.
pub(crate) fn ended<T: Display>(result: &Result<T, Error>) -> String {
    match result {
        Ok(value) => format!("returned {value}"),
        Err(error) => outcome(error).to_string(),
    }
}

/// The error or panic by which an operation is refused, or its result.
pub(crate) fn refused<T: std::fmt::Debug>(operation: impl FnOnce() -> Result<T, Error>) -> String {
    match catch_unwind(AssertUnwindSafe(operation)) {
        Ok(Ok(value)) => format!("returned {value:?}"),
        Ok(Err(error)) => format!("refused: {}", message(&error)),
        Err(panic) => format!("refused: {}", first_line(Err(panic))),
    }
}

/// The first line of a text or of a panic's message. Further lines may contain the ids of stores.
pub(crate) fn first_line(result: std::thread::Result<String>) -> String {
    let text = result.unwrap_or_else(|panic| Outcome::panicked(&*panic).to_string());
    text.lines().next().unwrap_or_default().to_owned()
}

/// Calls an export with integers. The outer error means that there is no such export.
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

/// Calls an export. Returns the call and its outcome as text: `grow(1): returned 1`.
pub(crate) fn call_and_describe<T: Send + 'static>(
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

/// The value of an exported `i32` global.
pub(crate) fn global<T: Send + 'static>(store: &mut Store<T>, instance: &Instance, export: &str) -> Result<i32> {
    let global = instance.get_global(&mut *store, export).with_context(|| format!("no export `{export}`"))?;
    match global.get(store) {
        Val::I32(n) => Ok(n),
        other => bail!("`{export}` is {other:?}"),
    }
}

/// `N` bytes of a memory, from address `at`.
pub(crate) fn bytes_at<T: Send + 'static, const N: usize>(
    store: &Store<T>,
    memory: &Memory,
    at: u64,
) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    read_memory(store, memory, at, &mut bytes).context("beyond the end of the memory")?;
    Ok(bytes)
}
