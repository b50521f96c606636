//! An exit on its way through several calls.
use anyhow::{Context, Result};

use super::api::{Error, Func, downcast, host};
use super::stage::{Stage, ended};
use super::tower::Tower;
use super::{Own, Theme};
use crate::catalog::scenario::nesting;
use crate::engine::Support::{Do, Not};
use crate::engine::embedding::Transcript;
use crate::exit_code::ExitCode;
use crate::say;

pub(in super::super::super) const CAN: Theme = &[
    (&nesting::EVERY_LEVEL, Do(every_level)),
    (&nesting::CAUGHT, Do(caught)),
    (&nesting::WRAPPED, Not("is about an error that is a source of others: this engine's is opened by downcast alone")),
    (&nesting::DIFFERENT_CODES, Do(different_codes)),
    (&nesting::ANOTHER_STORE, Do(another_store)),
];

fn every_level(own: &Own, out: &Transcript) -> Result<()> {
    let said = out.clone();
    let mut tower = Tower::build(own, move |level, enter_guest| {
        if level == 0 {
            return Err(host(ExitCode(7)));
        }
        let result = enter_guest();
        say!(said, "host at level {level} gets: {}", ended(&result));
        // What a host function does with any error that is none of its business.
        let value = result?;
        Ok(value)
    })?;
    let error = failed(tower.enter(3))?;
    // Each level handed the error on and kept nothing of it.
    say!(out, "the caller's error, by value: exit code {}", downcast::<ExitCode>(error)?);
    let (entered, left) = tower.entered_and_left()?;
    say!(out, "guest: entered {entered} times, returned {left} times");
    Ok(())
}

fn caught(own: &Own, out: &Transcript) -> Result<()> {
    const TIMES: u32 = 1000;
    let mut tower = Tower::build(own, |level, enter_guest| match level {
        0 => Err(host(ExitCode(7))),
        // An error of another kind goes on as it is.
        2 => enter_guest().or_else(|error| downcast(error).map(|ExitCode(code)| 100 + code)),
        _ => enter_guest(),
    })?;
    say!(out, "the caller gets: {}", ended(&tower.enter(3)));
    let (entered, left) = tower.entered_and_left()?;
    say!(out, "guest: entered {entered} times, returned {left} times");

    let caught = (0..TIMES).filter(|_| matches!(tower.enter(3), Ok(109))).count();
    let (entered, left) = tower.entered_and_left()?;
    say!(out, "{TIMES} times more: caught {caught}; guest: entered {entered} times, returned {left} times");
    Ok(())
}

fn different_codes(own: &Own, out: &Transcript) -> Result<()> {
    let said = out.clone();
    let mut tower = Tower::build(own, move |level, enter_guest| {
        if level == 0 {
            return Err(host(ExitCode(7)));
        }
        let result = enter_guest();
        say!(said, "host at level {level} gets: {}", ended(&result));
        // From the second level on, something else than what came from below.
        if level == 1 { result } else { Err(host(ExitCode(10 + level))) }
    })?;
    let error = failed(tower.enter(3))?;
    say!(out, "the caller's error, by value: exit code {}", downcast::<ExitCode>(error)?);
    Ok(())
}

fn another_store(own: &Own, out: &Transcript) -> Result<()> {
    let (here, said) = (own.clone(), out.clone());
    let mut outer = Stage::set(own, (), |store| {
        Func::wrap(store, move |code: u32| -> Result<(), Error> {
            if code == 0 {
                return Ok(());
            }
            // A guest of the same engine family, in a store that the outer guest knows nothing of.
            let exit = |code: u32| -> Result<(), Error> { Err(host(ExitCode(code))) };
            match Stage::set(&here, (), |store| Func::wrap(store, exit)) {
                Ok(mut inner) => {
                    say!(said, "the inner guest: {}", ended(&inner.run.call(&mut inner.store, (code as i32, 7))));
                }
                Err(error) => say!(said, "no inner guest: {error:#}"),
            }
            Err(host(ExitCode(code + 1)))
        })
    })?;
    for code in [1, 3, 0] {
        say!(out, "the outer guest: {}", ended(&outer.run.call(&mut outer.store, (code, 7))));
    }
    Ok(())
}

fn failed(result: Result<u32, Error>) -> Result<Error> {
    result.err().context("expected an early exit, but the guest returned")
}
