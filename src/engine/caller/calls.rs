//! What is called in an instance, whoever holds it, and what came in place of one.
use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::Result;

use super::api::{self, Store, Val};
use super::seam::{ours, outcome, theirs};
use crate::engine::embedding::{NotInstantiated, Outcome, Value};

pub(super) fn call(store: &mut Store<()>, instance: &api::Instance, export: &str, arguments: &[Value]) -> Outcome {
    let Some(function) = instance.get_func(&mut *store, export) else {
        return Outcome::Failed(format!("no function is exported as `{export}`"));
    };
    let arguments: Result<Vec<_>> = arguments.iter().map(|value| theirs(&mut *store, *value)).collect();
    let arguments = match arguments {
        Ok(arguments) => arguments,
        Err(error) => return Outcome::Failed(error.to_string()),
    };
    let mut results = vec![Val::I32(0); function.ty(&*store).results().len()];
    match catch_unwind(AssertUnwindSafe(|| function.call(&mut *store, &arguments, &mut results))) {
        Ok(Ok(())) => match results.iter().map(|value| ours(&*store, value)).collect() {
            Ok(values) => Outcome::Returned(values),
            Err(error) => Outcome::Failed(error.to_string()),
        },
        Ok(Err(error)) => outcome(&error),
        Err(panic) => Outcome::panicked(&*panic),
    }
}

/// What is in an exported global.
pub(super) fn global(store: &mut Store<()>, instance: &api::Instance, export: &str) -> Option<Value> {
    let value = instance.get_global(&mut *store, export)?.get(&mut *store);
    ours(&*store, &value).ok()
}

/// What came in place of an instance.
pub(super) fn not_instantiated(error: api::Error) -> NotInstantiated {
    match outcome(&error) {
        Outcome::Failed(_) => NotInstantiated::Unlinked(error.into()),
        ended => NotInstantiated::Start(ended),
    }
}
