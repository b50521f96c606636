//! The scenario of an exit through nested calls, where one host function wraps the exit in its own error.
use std::error::Error;

use anyhow::Result;
use wasmer::RuntimeError;

use crate::catalog::scenario::nesting;
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::engine::wasmer::Wasmer;
use crate::engine::wasmer::api::to_error;
use crate::engine::wasmer::suite::scenarios::nesting::failed;
use crate::engine::wasmer::suite::scenarios::reentrant_host::ReentrantHost;
use crate::exit_code::ExitCode;
use crate::say;

pub(super) const SCENARIOS: ScenarioTable<Wasmer> = &[(&nesting::WRAPPED, Do(wrapped))];

/// A host error with another error as its source.
#[derive(Debug, thiserror::Error)]
#[error("the wrapper of level {level}")]
struct NestedError {
    level: u32,
    #[source]
    cause: RuntimeError,
}

fn wrapped(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut host = ReentrantHost::new(wasmer, |level, enter_guest| match level {
        0 => Err(to_error(ExitCode(7))),
        2 => enter_guest().map_err(|cause| RuntimeError::user(Box::new(NestedError { level, cause }))),
        _ => enter_guest(),
    })?;
    let error = failed(host.enter(3))?;
    say!(out, "is it an exit code: {}, is it the wrapper: {}", error.is::<ExitCode>(), error.is::<NestedError>());
    let sources = std::iter::successors(error.source(), |&source| source.source());
    say!(out, "down its sources: {}", sources.map(known).collect::<Vec<_>>().join(", "));
    let NestedError { level, cause } = error.downcast()?;
    say!(out, "by value: the wrapper of level {level}, and what it holds: exit code {}", cause.downcast::<ExitCode>()?);
    Ok(())
}

/// Describes an error by its type.
fn known(error: &(dyn Error + 'static)) -> String {
    if let Some(wrapper) = error.downcast_ref::<NestedError>() {
        return wrapper.to_string();
    }
    if let Some(code) = error.downcast_ref::<ExitCode>() {
        return format!("exit code {code}");
    }
    if error.is::<RuntimeError>() { "an error of the engine's".into() } else { format!("something else: {error}") }
}
