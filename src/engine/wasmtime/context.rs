//! The scenario of error contexts. Wasmtime's error can be made from an `anyhow::Error`, and accepts contexts like it.
use ::wasmtime::{Error, Func};
use anyhow::{Context, Result, anyhow};

use super::Wasmtime;
use super::api::outcome;
use super::suite::scenarios::fixture::Fixture;
use super::suite::scenarios::nesting::failed;
use super::suite::scenarios::reentrant_host::{DIVIDE_BY_ZERO, ReentrantHost};
use crate::catalog::scenario::catch;
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::exit_code::ExitCode;
use crate::say;

pub(super) const SCENARIOS: ScenarioTable<Wasmtime> = &[(&catch::CONTEXT, Do(play))];

/// Finds the exit by each method. The text excludes the guest's backtrace, which is also a context.
fn found(error: Error) -> Result<String> {
    let is = error.is::<ExitCode>();
    let displays: Vec<_> = error.chain().map(ToString::to_string).collect();
    let displays: Vec<_> = displays.into_iter().filter(|text| !text.starts_with("error while executing")).collect();
    let by_reference = *error.downcast_ref::<ExitCode>().context("no exit code")?;
    let by_value = error.downcast::<ExitCode>()?;
    Ok(format!("is {is}, downcast_ref {by_reference}, downcast {by_value}; displays `{}`", displays.join(": ")))
}

fn play(wasmtime: &Wasmtime, out: &Transcript) -> Result<()> {
    let early_exit =
        |code: u32| -> Result<(), Error> { Err(Error::from_anyhow(anyhow!(ExitCode(code)).context("in the host"))) };
    let mut fixture = Fixture::new(wasmtime, (), |store| Func::wrap(store, early_exit))?;
    say!(out, "an anyhow::Error with a context: {}", found(fixture.exit(7)?)?);

    let mut host = ReentrantHost::new(wasmtime, |level, enter_guest| match level {
        0 => Err(ExitCode(7).into()),
        level => enter_guest().map_err(|error| error.context(format!("at level {level}"))),
    })?;
    say!(out, "through 3 levels: {}", found(failed(host.enter(3))?)?);

    let mut host = ReentrantHost::new(wasmtime, |level, enter_guest| match level {
        0 => Ok(DIVIDE_BY_ZERO),
        level => enter_guest().map_err(|error| error.context(format!("at level {level}"))),
    })?;
    let error = failed(host.enter(3))?;
    say!(out, "a trap through 3 levels: is an exit {}, {}", error.is::<ExitCode>(), outcome(&error));
    Ok(())
}
