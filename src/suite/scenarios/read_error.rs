//! Ways to read the error in the caller: the host's error, also by a host that uses `anyhow`, and errors of the engine itself.
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

use anyhow::{Context, Result, anyhow, bail};

use super::api::{
    Caller, Error, Func, HostError, Raised, Store, Val, ValType, call_any, downcast, dynamic, message, outcome, raise,
    to_error, wrap, wrap_env,
};
use super::fixture::{Fixture, ended, exit};
use super::nesting::failed;
use super::reentrant_host::{DIVIDE_BY_ZERO, ReentrantHost};
use super::{Do, Engine, ExitCode, Outcome, ScenarioTable, Transcript, Trap, guest, say};
use crate::catalog::scenario::catch;

pub(crate) const SCENARIOS: ScenarioTable<Engine> = &[
    (&catch::DOWNCAST, Do(by_value)),
    (&catch::DOWNCAST_REF, Do(by_reference)),
    (&catch::IS, Do(is)),
    (&catch::OTHER_THREAD, Do(other_thread)),
    (&catch::OUTLIVES, Do(|engine, out| outlives_everything(engine, out, "typed", typed))),
    (&catch::NO_TRAP_CODE, Do(no_trap_code)),
    (&catch::ANYHOW, Do(anyhow_error)),
    (&catch::WRONG_ARGUMENTS, Do(wrong_arguments)),
    (&catch::WRONG_RESULT, Do(wrong_result)),
];

pub(crate) fn typed<T: Send + 'static>(store: &mut Store<T>) -> Func {
    wrap(store, exit)
}

/// The error of a guest's trap, which is not an exit.
pub(crate) fn trap(engine: &Engine) -> Result<Error> {
    let mut fixture: Fixture<(), (), ()> =
        Fixture::with_guest(engine, guest::WAYS_TO_CALL, "trap", (), |store| wrap(store, |code: u32| code))?;
    fixture.run.call(&mut fixture.store, ()).err().context("expected a trap, but the guest returned")
}

/// An error that is larger than a code, and owns memory.
#[derive(Debug, thiserror::Error)]
#[error("code {code}, because {reason}")]
struct Because {
    code: u32,
    reason: String,
}

impl HostError for Because {}

/// Another type of error, which no host function raises.
#[derive(Debug, thiserror::Error)]
#[error("another error")]
struct OtherError;

impl HostError for OtherError {}

fn by_value(engine: &Engine, out: &Transcript) -> Result<()> {
    let put_at = Arc::new(AtomicUsize::new(0));
    let noted = put_at.clone();
    let early_exit = move |code: u32| -> Result<(), Raised<Because>> {
        let reason = String::from("the disk is full");
        noted.store(reason.as_ptr().addr(), Relaxed);
        Err(raise(Because { code, reason }))
    };
    let mut fixture = Fixture::new(engine, (), |store| wrap(store, early_exit))?;
    let because: Because = downcast(fixture.exit(7)?)?;
    say!(out, "by value: {because}");
    // The same address shows that the text was not copied.
    let same = because.reason.as_ptr().addr() == put_at.load(Relaxed);
    say!(out, "its text is where the host function put it: {same}");
    Ok(())
}

fn by_reference(engine: &Engine, out: &Transcript) -> Result<()> {
    let error = Fixture::new(engine, (), typed)?.exit(7)?;
    let by_reference = || error.downcast_ref::<ExitCode>().context("no exit code");
    say!(out, "by reference: {}", by_reference()?);
    let other = error.downcast_ref::<OtherError>();
    say!(out, "as a type that it is not: {}", other.map_or("nothing".into(), OtherError::to_string));
    say!(out, "by reference again: {}", by_reference()?);
    say!(out, "then by value: {}", downcast::<ExitCode>(error)?);
    Ok(())
}

fn is(engine: &Engine, out: &Transcript) -> Result<()> {
    let exit = Fixture::new(engine, (), typed)?.exit(7)?;
    for (name, error) in [("an exit", exit), ("a trap", trap(engine)?)] {
        let (ours, other) = (error.downcast_ref::<ExitCode>().is_some(), error.downcast_ref::<OtherError>().is_some());
        say!(out, "{name} is an ExitCode: {ours}, another error: {other}");
    }
    Ok(())
}

/// Runs a closure on another thread. Returns whether its thread id differs, and its result.
pub(crate) fn elsewhere<T: Send + 'static>(look: impl FnOnce() -> Result<T> + Send + 'static) -> Result<(bool, T)> {
    let here = thread::current().id();
    let there = thread::spawn(move || Ok((thread::current().id() != here, look()?)));
    there.join().map_err(|_| anyhow!("the other thread panicked"))?
}

/// The exit code, by reference, which also works for clones of an error.
pub(crate) fn code(error: &Error) -> Result<ExitCode> {
    error.downcast_ref().copied().with_context(|| format!("no exit code: {error}"))
}

fn other_thread(engine: &Engine, out: &Transcript) -> Result<()> {
    let error = Fixture::new(engine, (), typed)?.exit(7)?;
    let (there, (by_reference, by_value)) = elsewhere(move || Ok((code(&error)?, downcast::<ExitCode>(error)?)))?;
    say!(out, "on another thread {there}: by reference {by_reference}, by value {by_value}");
    Ok(())
}

/// Reads an error after its store is gone. `make` creates the host function; `name` is its name in the transcript.
pub(crate) fn outlives_everything(
    engine: &Engine,
    out: &Transcript,
    name: &str,
    make: fn(&mut Store<Arc<()>>) -> Func,
) -> Result<()> {
    // The store's data, which is dropped with the store.
    let alive = Arc::new(());
    let mut fixture = Fixture::new(engine, alive.clone(), make)?;
    let error = fixture.exit(7)?;
    let before = message(&error);
    say!(out, "{name}: stores alive {}", Arc::strong_count(&alive) - 1);
    // The fixture has the only handles of the store, the instance and the module.
    drop(fixture);
    let (alive, same) = (Arc::strong_count(&alive) - 1, message(&error) == before);
    say!(out, "{name}: stores alive {alive}, displays as before {same}, by value {}", downcast::<ExitCode>(error)?);
    Ok(())
}

fn no_trap_code(engine: &Engine, out: &Transcript) -> Result<()> {
    let exit = Fixture::new(engine, (), typed)?.exit(7)?;
    for (name, error) in [("an exit", exit), ("a trap", trap(engine)?)] {
        let (code, exception) = match outcome(&error) {
            Outcome::Trapped(Trap::UncaughtException) => ("none".into(), true),
            Outcome::Trapped(trap) => (trap.to_string(), false),
            Outcome::Exited(_) => ("none".into(), false),
            other => bail!("{name}: {other}"),
        };
        say!(out, "{name}: trap code {code}, an exception {exception}");
    }
    Ok(())
}

/// A newtype, because `anyhow::Error` does not implement `Error`.
#[derive(Debug, thiserror::Error)]
#[error("{0:#}")]
struct HostFailure(#[source] anyhow::Error);

impl HostError for HostFailure {}

/// Adds a context to the host's error. Returns any other error unchanged.
fn in_context(error: Error, level: u32) -> Error {
    match downcast(error) {
        Ok(HostFailure(error)) => to_error(HostFailure(error.context(format!("at level {level}")))),
        Err(error) => error,
    }
}

/// Reads the exit code with each method of `anyhow::Error`.
fn found_in_anyhow(error: Error) -> Result<String> {
    let HostFailure(error) = downcast(error)?;
    let (is, displays) = (error.is::<ExitCode>(), format!("{error:#}"));
    let by_reference = *error.downcast_ref::<ExitCode>().context("no exit code")?;
    let by_value = error.downcast::<ExitCode>()?;
    Ok(format!("is {is}, downcast_ref {by_reference}, downcast {by_value}; displays `{displays}`"))
}

fn anyhow_error(engine: &Engine, out: &Transcript) -> Result<()> {
    let host_above = |bottom: fn() -> Result<u32, Error>| {
        ReentrantHost::new(engine, move |level, enter_guest| match level {
            0 => bottom(),
            level => enter_guest().map_err(|error| in_context(error, level)),
        })
    };
    let mut host = host_above(|| Err(to_error(HostFailure(ExitCode(7).into()))))?;
    say!(out, "raised: {}", found_in_anyhow(failed(host.enter(0))?)?);
    say!(out, "through 3 levels: {}", found_in_anyhow(failed(host.enter(3))?)?);
    let error = failed(host_above(|| Ok(DIVIDE_BY_ZERO))?.enter(3))?;
    say!(out, "a trap through 3 levels: {}", outcome(&error));
    Ok(())
}

/// The outcome of a call, without the engine's error message.
fn kind(result: &Result<i32, Error>) -> String {
    match result.as_ref().map_err(outcome) {
        Err(Outcome::Failed(_)) => "an error of the engine".into(),
        _ => ended(result),
    }
}

fn wrong_arguments(engine: &Engine, out: &Transcript) -> Result<()> {
    // Codes 1 to 4 call `run` again with the arguments for that code. Any other code exits.
    let mut fixture = Fixture::new(engine, None, |store| {
        wrap_env(store, |mut caller: Caller<'_, Option<Func>>, code: u32| -> Result<(), Error> {
            let arguments: &[Val] = match code {
                1 => &[Val::I32(0)],
                2 => &[Val::I32(0), Val::I32(0), Val::I32(0)],
                3 => &[Val::I32(0), Val::I64(0)],
                4 => &[Val::I32(5), Val::I32(0)],
                code => return Err(to_error(ExitCode(code))),
            };
            let run = caller.data().clone();
            run.map_or(Ok(()), |run| call_any(&run, &mut caller, arguments).map(drop))
        })
    })?;
    let run = fixture.instance.get_func(&mut fixture.store, "run").context("no export `run`")?;
    *fixture.store.data_mut() = Some(run);
    for (what, code) in [("too few", 1), ("too many", 2), ("of another type", 3), ("the right ones", 4)] {
        say!(out, "{what}: {}", kind(&fixture.run.call(&mut fixture.store, (code, 7))));
    }
    Ok(())
}

fn wrong_result(engine: &Engine, out: &Transcript) -> Result<()> {
    let mut fixture: Fixture<(), i32, i32> = Fixture::with_guest(engine, guest::WAYS_TO_CALL, "direct", (), |store| {
        dynamic(store, [ValType::I32], [ValType::I32], |arguments: &[Val]| match arguments[0].i32() {
            Some(4) => Ok([Val::I64(4)]),
            Some(5) => Ok([Val::I32(5)]),
            _ => Err(to_error(ExitCode(6))),
        })
    })?;
    for (what, code) in [("an i64 for an i32", 4), ("the right one", 5), ("then", 6)] {
        say!(out, "{what}: {}", kind(&fixture.run.call(&mut fixture.store, code)));
    }
    Ok(())
}
