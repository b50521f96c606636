use std::fmt::Display;

use anyhow::{Context, Result, bail};

use super::Own;
use super::api::{Engine, Error, Extern, Func, Instance, Module, Store, TypedFunc, Val, ours, outcome};
use crate::engine::embedding::Outcome;
use crate::engine::{BackendError, Family};
use crate::guest;

/// What most scenarios begin with: the early-exit guest, ready to run, with a host function of theirs.
pub(super) struct Stage<T: 'static = ()> {
    pub(super) store: Store<T>,
    pub(super) instance: Instance,
    /// `run(code, n)`: calls the host function with `code`, and returns `code + n` where that returns.
    pub(super) run: TypedFunc<(i32, i32), i32>,
}

impl<T: 'static> Stage<T> {
    /// Compiles and instantiates the guest in a store with the host's data; `early_exit` makes the function that it
    /// imports.
    pub(super) fn set(own: &Own, data: T, early_exit: impl FnOnce(&mut Store<T>) -> Func) -> Result<Self> {
        Self::set_for(own, guest::EARLY_EXIT, data, early_exit)
    }

    /// The same with another guest that imports and exports what the early-exit guest does.
    pub(super) fn set_for(
        own: &Own,
        guest: &str,
        data: T,
        early_exit: impl FnOnce(&mut Store<T>) -> Func,
    ) -> Result<Self> {
        let (mut store, instance) =
            instantiate(own, &guest::wasm(guest), data, |store| vec![early_exit(store).into()])?;
        let run = instance.get_typed_func(&mut store, "run")?;
        Ok(Self { store, instance, run })
    }

    /// Calls `run(code, 7)`, which must not return.
    pub(super) fn exit(&mut self, code: u32) -> Result<Error> {
        match self.run.call(&mut self.store, (code as i32, 7)) {
            Ok(sum) => bail!("expected an early exit, but the guest returned {sum}"),
            Err(error) => Ok(error),
        }
    }
}

/// Any guest, compiled and instantiated in a store of its own. Imports are given in the order in which it has them.
pub(super) fn instantiate<T: 'static>(
    own: &Own,
    wasm: &[u8],
    data: T,
    imports: impl FnOnce(&mut Store<T>) -> Vec<Extern>,
) -> Result<(Store<T>, Instance)> {
    let engine = own.engine();
    let module = Module::new(&engine, wasm)?;
    let mut store = Store::new(&engine, data);
    let imports = imports(&mut store);
    let instance = Instance::new(&mut store, &module, &imports)?;
    Ok((store, instance))
}

/// A guest that needs a feature of WebAssembly.
///
/// A backend that does not claim the feature may refuse the guest: then it is unsupported, and this error says so. One
/// that claims it may not.
pub(in super::super::super) fn compile_if_claimed(
    own: &Own,
    feature: &str,
    engine: &Engine,
    guest: &str,
) -> Result<Module> {
    let claimed = own.about().wasm_features.iter().any(|claimed| claimed == feature);
    match Module::new(engine, guest::wasm(guest)) {
        Err(refused) if !claimed => {
            bail!(BackendError::unsupported(format!(
                "does not claim `{feature}`, and refuses what needs it: {refused}"
            )))
        }
        compiled => Ok(compiled?),
    }
}

/// How a call ended, in a few words.
pub(in super::super::super) fn ended<T: Display>(result: &Result<T, Error>) -> String {
    match result {
        Ok(value) => format!("returned {value}"),
        Err(error) => outcome(error).to_string(),
    }
}

/// Calls an export, and tells both: `grow(1): returned 1`.
pub(in super::super::super) fn told<T: 'static>(
    store: &mut Store<T>,
    instance: &Instance,
    export: &str,
    arguments: &[i32],
) -> Result<String> {
    let shown = arguments.iter().map(i32::to_string).collect::<Vec<_>>().join(", ");
    let arguments: Vec<_> = arguments.iter().copied().map(Val::I32).collect();
    let function = instance.get_func(&mut *store, export).with_context(|| format!("no export `{export}`"))?;
    let mut results = vec![Val::I32(0); function.ty(&*store).results().len()];
    let outcome = match function.call(&mut *store, &arguments, &mut results) {
        Ok(()) => Outcome::Returned(results.iter().map(|value| ours(&*store, value)).collect::<Result<_>>()?),
        Err(error) => outcome(&error),
    };
    Ok(format!("{export}({shown}): {outcome}"))
}

/// An exported global that is a number.
pub(super) fn global<T: 'static>(store: &mut Store<T>, instance: &Instance, export: &str) -> Result<i32> {
    let global = instance.get_global(&mut *store, export).with_context(|| format!("no export `{export}`"))?;
    match global.get(store) {
        Val::I32(n) => Ok(n),
        other => bail!("`{export}` is {other:?}"),
    }
}
