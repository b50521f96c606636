//! Exits through several nested calls of guests and host functions.
use anyhow::{Context, Result};

use super::api::{Error, Raised, downcast, raise, to_error, wrap};
use super::fixture::{Fixture, ended, exit};
use super::reentrant_host::ReentrantHost;
use super::{Do, Engine, ExitCode, ScenarioTable, Transcript, say};
use crate::catalog::scenario::nesting;

pub(crate) const SCENARIOS: ScenarioTable<Engine> = &[
    (&nesting::EVERY_LEVEL, Do(every_level)),
    (&nesting::CAUGHT, Do(caught)),
    (&nesting::DIFFERENT_CODES, Do(different_codes)),
    (&nesting::ANOTHER_STORE, Do(another_store)),
];

/// Exits with code 7 through three levels. The host function of each level reports its result, and returns that of `hand_on`.
fn exit_through_levels(
    engine: &Engine,
    out: &Transcript,
    hand_on: fn(u32, Result<u32, Error>) -> Result<u32, Error>,
) -> Result<ReentrantHost> {
    let said = out.clone();
    let mut host = ReentrantHost::new(engine, move |level, enter_guest| {
        if level == 0 {
            return Err(to_error(ExitCode(7)));
        }
        let result = enter_guest();
        say!(said, "host at level {level} gets: {}", ended(&result));
        hand_on(level, result)
    })?;
    let error = failed(host.enter(3))?;
    // By value, because no level keeps a copy of the error.
    say!(out, "the caller's error, by value: exit code {}", downcast::<ExitCode>(error)?);
    Ok(host)
}

fn every_level(engine: &Engine, out: &Transcript) -> Result<()> {
    // A host function returns any error that it does not handle.
    let mut host = exit_through_levels(engine, out, |_, result| result)?;
    say!(out, "{}", host.calls()?);
    Ok(())
}

fn different_codes(engine: &Engine, out: &Transcript) -> Result<()> {
    // From the second level on, the host function returns an error with another code.
    let another = |level, result| if level == 1 { result } else { Err(to_error(ExitCode(10 + level))) };
    exit_through_levels(engine, out, another).map(drop)
}

fn caught(engine: &Engine, out: &Transcript) -> Result<()> {
    const TIMES: u32 = 1000;
    let mut host = ReentrantHost::new(engine, |level, enter_guest| match level {
        0 => Err(to_error(ExitCode(7))),
        // Any other error is returned unchanged.
        2 => enter_guest().or_else(|error| downcast(error).map(|ExitCode(code)| 100 + code)),
        _ => enter_guest(),
    })?;
    say!(out, "the caller gets: {}", ended(&host.enter(3)));
    say!(out, "{}", host.calls()?);

    let caught = (0..TIMES).filter(|_| matches!(host.enter(3), Ok(109))).count();
    say!(out, "{TIMES} times more: caught {caught}; {}", host.calls()?);
    Ok(())
}

fn another_store(engine: &Engine, out: &Transcript) -> Result<()> {
    let (here, said) = (engine.clone(), out.clone());
    let mut outer = Fixture::new(engine, (), |store| {
        wrap(store, move |code: u32| -> Result<(), Raised<ExitCode>> {
            if code == 0 {
                return Ok(());
            }
            // A guest of the same engine in a separate store.
            match Fixture::new(&here, (), |store| wrap(store, exit)) {
                Ok(mut inner) => {
                    say!(said, "the inner guest: {}", ended(&inner.run.call(&mut inner.store, (code as i32, 7))));
                }
                Err(error) => say!(said, "no inner guest: {error:#}"),
            }
            Err(raise(ExitCode(code + 1)))
        })
    })?;
    for code in [1, 3, 0] {
        say!(out, "the outer guest: {}", ended(&outer.run.call(&mut outer.store, (code, 7))));
    }
    Ok(())
}

pub(crate) fn failed(result: Result<u32, Error>) -> Result<Error> {
    result.err().context("expected an early exit, but the guest returned")
}
