//! An exit on its way through several calls.
use std::error::Error;
use std::fmt;

use anyhow::{Result, bail};
use wasmer::{Function, RuntimeError};

use super::Theme;
use super::stage::{Stage, ended};
use super::tower::Tower;
use crate::catalog::scenario::nesting;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::engine::wasmer::Wasmer;
use crate::exit_code::ExitCode;
use crate::say;

pub(super) const CAN: Theme = &[
    (&nesting::EVERY_LEVEL, Do(every_level)),
    (&nesting::CAUGHT, Do(caught)),
    (&nesting::WRAPPED, Do(wrapped)),
    (&nesting::DIFFERENT_CODES, Do(different_codes)),
    (&nesting::ANOTHER_STORE, Do(another_store)),
];

fn exit(code: u32) -> RuntimeError {
    RuntimeError::user(Box::new(ExitCode(code)))
}

fn every_level(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let said = out.clone();
    let mut tower = Tower::build(wasmer, move |level, enter_guest| {
        if level == 0 {
            return Err(exit(7));
        }
        let result = enter_guest();
        say!(said, "host at level {level} gets: {}", ended(&result));
        // What a host function does with any error that is none of its business.
        let value = result?;
        Ok(value)
    })?;
    let error = failed(tower.enter(3))?;
    // Each level handed the error on and kept nothing of it.
    say!(out, "the caller's error, by value: exit code {}", error.downcast::<ExitCode>()?);
    let (entered, left) = tower.entered_and_left()?;
    say!(out, "guest: entered {entered} times, returned {left} times");
    Ok(())
}

fn caught(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    const TIMES: u32 = 1000;
    let mut tower = Tower::build(wasmer, |level, enter_guest| match level {
        0 => Err(exit(7)),
        // An error of another kind goes on as it is.
        2 => enter_guest().or_else(|error| error.downcast().map(|ExitCode(code)| 100 + code)),
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

/// An error of the host's that has another one as its cause.
#[derive(Debug)]
struct Wrapper {
    level: u32,
    cause: RuntimeError,
}

impl fmt::Display for Wrapper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the wrapper of level {}", self.level)
    }
}

impl Error for Wrapper {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.cause)
    }
}

fn wrapped(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut tower = Tower::build(wasmer, |level, enter_guest| match level {
        0 => Err(exit(7)),
        2 => enter_guest().map_err(|cause| RuntimeError::user(Box::new(Wrapper { level, cause }))),
        _ => enter_guest(),
    })?;
    let error = failed(tower.enter(3))?;
    say!(out, "is it an exit code: {}, is it the wrapper: {}", error.is::<ExitCode>(), error.is::<Wrapper>());
    let sources = std::iter::successors(error.source(), |&source| source.source());
    say!(out, "down its sources: {}", sources.map(known).collect::<Vec<_>>().join(", "));
    let Wrapper { level, cause } = error.downcast()?;
    say!(out, "by value: the wrapper of level {level}, and what it holds: exit code {}", cause.downcast::<ExitCode>()?);
    Ok(())
}

/// What an error is, by its type.
fn known(error: &(dyn Error + 'static)) -> String {
    if let Some(wrapper) = error.downcast_ref::<Wrapper>() {
        return wrapper.to_string();
    }
    if let Some(code) = error.downcast_ref::<ExitCode>() {
        return format!("exit code {code}");
    }
    if error.is::<RuntimeError>() { "an error of the engine's".into() } else { format!("something else: {error}") }
}

fn different_codes(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let said = out.clone();
    let mut tower = Tower::build(wasmer, move |level, enter_guest| {
        if level == 0 {
            return Err(exit(7));
        }
        let result = enter_guest();
        say!(said, "host at level {level} gets: {}", ended(&result));
        // From the second level on, something else than what came from below.
        if level == 1 { result } else { Err(exit(10 + level)) }
    })?;
    let error = failed(tower.enter(3))?;
    say!(out, "the caller's error, by value: exit code {}", error.downcast::<ExitCode>()?);
    Ok(())
}

fn another_store(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let (here, said) = (wasmer.clone(), out.clone());
    let mut outer = Stage::set(wasmer, |store| {
        Function::new_typed(store, move |code: u32| -> Result<(), RuntimeError> {
            if code == 0 {
                return Ok(());
            }
            // A guest of the same engine family, in a store that the outer guest knows nothing of.
            let exit = |code: u32| Err::<(), _>(ExitCode(code));
            let mut inner = Stage::set(&here, |store| Function::new_typed(store, exit))
                .map_err(|error| RuntimeError::new(error.to_string()))?;
            say!(said, "the inner guest: {}", ended(&inner.run.call(&mut inner.store, code as i32, 7)));
            Err(RuntimeError::user(Box::new(ExitCode(code + 1))))
        })
    })?;
    for code in [1, 3, 0] {
        say!(out, "the outer guest: {}", ended(&outer.run.call(&mut outer.store, code, 7)));
    }
    Ok(())
}

fn failed(result: Result<u32, RuntimeError>) -> Result<RuntimeError> {
    match result {
        Ok(value) => bail!("expected an early exit, but the guest returned {value}"),
        Err(error) => Ok(error),
    }
}
