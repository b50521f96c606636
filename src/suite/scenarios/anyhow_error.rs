//! A host that uses `anyhow`: its error is a newtype of `anyhow::Error`, which every engine accepts.
use anyhow::{Context, Result};

use super::Engine;
use super::api::{Error, HostError, downcast, outcome, to_error};
use super::nesting::failed;
use super::reentrant_host::{DIVIDE_BY_ZERO, ReentrantHost};
use crate::catalog::scenario::catch;
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::exit_code::ExitCode;
use crate::say;

pub(crate) const SCENARIOS: ScenarioTable<Engine> = &[(&catch::ANYHOW, Do(play))];

/// A newtype, because `anyhow::Error` does not implement `Error`.
#[derive(Debug, thiserror::Error)]
#[error("{0:#}")]
struct HostFailure(#[source] anyhow::Error);

impl HostError for HostFailure {}

/// Adds a context to the host's error. Returns any other error unchanged.
fn with_context(error: Error, level: u32) -> Error {
    match downcast(error) {
        Ok(HostFailure(error)) => to_error(HostFailure(error.context(format!("at level {level}")))),
        Err(error) => error,
    }
}

/// Reads the exit code with each method of `anyhow::Error`.
fn found(error: Error) -> Result<String> {
    let HostFailure(error) = downcast(error)?;
    let (is, displays) = (error.is::<ExitCode>(), format!("{error:#}"));
    let by_reference = *error.downcast_ref::<ExitCode>().context("no exit code")?;
    let by_value = error.downcast::<ExitCode>()?;
    Ok(format!("is {is}, downcast_ref {by_reference}, downcast {by_value}; displays `{displays}`"))
}

fn play(engine: &Engine, out: &Transcript) -> Result<()> {
    let mut host = ReentrantHost::new(engine, |level, enter_guest| match level {
        0 => Err(to_error(HostFailure(ExitCode(7).into()))),
        level => enter_guest().map_err(|error| with_context(error, level)),
    })?;
    say!(out, "raised: {}", found(failed(host.enter(0))?)?);
    say!(out, "through 3 levels: {}", found(failed(host.enter(3))?)?);

    let mut host = ReentrantHost::new(engine, |level, enter_guest| match level {
        0 => Ok(DIVIDE_BY_ZERO),
        level => enter_guest().map_err(|error| with_context(error, level)),
    })?;
    say!(out, "a trap through 3 levels: {}", outcome(&failed(host.enter(3))?));
    Ok(())
}
