//! Instantiation, calls of exports, and exported globals.
use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::Result;

use super::api::{self, Store, call_any, from_engine, outcome};
use crate::engine::embedding::{NotInstantiated, Outcome, Value};

/// Instantiates a module. A panic is caught, and counts as the outcome of the start function.
pub(super) fn instantiate(
    store: &mut Store<()>,
    module: &api::Module,
    imports: &[api::Extern],
) -> Result<api::Instance, NotInstantiated> {
    catch_unwind(AssertUnwindSafe(|| api::link(store, module, imports)))
        .unwrap_or_else(|panic| Err(NotInstantiated::Start(Outcome::panicked(&*panic))))
}

/// Calls an export. A panic is caught, and is an outcome.
pub(super) fn call(store: &mut Store<()>, instance: &api::Instance, export: &str, arguments: &[Value]) -> Outcome {
    let Some(function) = instance.get_func(&mut *store, export) else {
        return Outcome::Failed(format!("no function is exported as `{export}`"));
    };
    let arguments = match api::arguments(&mut *store, &function, arguments) {
        Ok(arguments) => arguments,
        Err(error) => return Outcome::Failed(error.to_string()),
    };
    match catch_unwind(AssertUnwindSafe(|| call_any(&function, &mut *store, &arguments))) {
        Ok(Ok(results)) => match results.iter().map(|value| from_engine(&*store, value)).collect() {
            Ok(values) => Outcome::Returned(values),
            Err(error) => Outcome::Failed(error.to_string()),
        },
        Ok(Err(error)) => outcome(&error),
        Err(panic) => Outcome::panicked(&*panic),
    }
}

/// The value of an exported global; `None` if the global does not exist or its type is not supported.
pub(super) fn global(store: &mut Store<()>, instance: &api::Instance, export: &str) -> Option<Value> {
    let value = instance.get_global(&mut *store, export)?.get(&mut *store);
    from_engine(&*store, &value).ok()
}
