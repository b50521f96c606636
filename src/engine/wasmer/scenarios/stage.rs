use std::fmt::Display;

use anyhow::{Result, bail};
use wasmer::{Function, Imports, Instance, Module, RuntimeError, Store, TypedFunction, Value, imports};

use crate::engine::wasmer::{Wasmer, seam};
use crate::engine::{BackendError, Family};
use crate::guest;

/// What most scenarios begin with: the early-exit guest, ready to run, with a host function of theirs.
pub(super) struct Stage {
    pub(super) store: Store,
    pub(super) instance: Instance,
    /// `run(code, n)`: calls the host function with `code`, and returns `code + n` where that returns.
    pub(super) run: TypedFunction<(i32, i32), i32>,
}

impl Stage {
    /// Compiles and instantiates the guest; `early_exit` makes the function that it imports.
    pub(super) fn set(wasmer: &Wasmer, early_exit: impl FnOnce(&mut Store) -> Function) -> Result<Self> {
        Self::set_for(wasmer, guest::EARLY_EXIT, early_exit)
    }

    /// The same with another guest that imports and exports what the early-exit guest does.
    pub(super) fn set_for(
        wasmer: &Wasmer,
        guest: &str,
        early_exit: impl FnOnce(&mut Store) -> Function,
    ) -> Result<Self> {
        let (store, instance) = instantiate(wasmer, &guest::wasm(guest), |store| {
            imports! { "env" => { "early_exit" => early_exit(store) } }
        })?;
        let run = instance.exports.get_typed_function(&store, "run")?;
        Ok(Self { store, instance, run })
    }

    /// Calls `run(code, 7)`, which must not return.
    pub(super) fn exit(&mut self, code: u32) -> Result<RuntimeError> {
        match self.run.call(&mut self.store, code as i32, 7) {
            Ok(sum) => bail!("expected an early exit, but the guest returned {sum}"),
            Err(error) => Ok(error),
        }
    }
}

/// Any guest, compiled and instantiated in a store of its own.
pub(super) fn instantiate(
    wasmer: &Wasmer,
    wasm: &[u8],
    imports: impl FnOnce(&mut Store) -> Imports,
) -> Result<(Store, Instance)> {
    let mut store = Store::new(wasmer.engine());
    let module = Module::new(&store, wasm)?;
    let imports = imports(&mut store);
    let instance = Instance::new(&mut store, &module, &imports)?;
    Ok((store, instance))
}

/// A guest that needs a feature of WebAssembly.
///
/// A backend that does not claim the feature may refuse the guest: then it is unsupported, and this error says so. One
/// that claims it may not.
pub(super) fn compile_if_claimed(wasmer: &Wasmer, feature: &str, store: &Store, guest: &str) -> Result<Module> {
    let claimed = wasmer.about().wasm_features.iter().any(|claimed| claimed == feature);
    match Module::new(store, guest::wasm(guest)) {
        Err(refused) if !claimed => {
            bail!(BackendError::unsupported(format!(
                "does not claim `{feature}`, and refuses what needs it: {refused}"
            )))
        }
        compiled => Ok(compiled?),
    }
}

/// How a call ended, in a few words.
pub(super) fn ended<T: Display>(result: &Result<T, RuntimeError>) -> String {
    match result {
        Ok(value) => format!("returned {value}"),
        Err(error) => seam::outcome(error).to_string(),
    }
}

/// Calls an export, and tells both: `grow(1): returned 1`.
pub(super) fn told(store: &mut Store, instance: &Instance, export: &str, arguments: &[i32]) -> Result<String> {
    let shown = arguments.iter().map(i32::to_string).collect::<Vec<_>>().join(", ");
    let arguments: Vec<_> = arguments.iter().copied().map(Value::I32).collect();
    let result = instance.exports.get_function(export)?.call(store, &arguments);
    Ok(format!("{export}({shown}): {}", seam::ended(store, &result)))
}
