//! Ways to read the error in the caller.
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

use anyhow::{Context, Result, anyhow, bail};

use super::Engine;
use super::api::{Error, Func, HostError, Raised, Store, TypedFunc, downcast, imports, message, outcome, raise, wrap};
use super::fixture::{Fixture, exit, instantiate};
use crate::catalog::scenario::catch;
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::embedding::{Outcome, Transcript, Trap};
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(crate) const SCENARIOS: ScenarioTable<Engine> = &[
    (&catch::DOWNCAST, Do(by_value)),
    (&catch::DOWNCAST_REF, Do(by_reference)),
    (&catch::IS, Do(is)),
    (&catch::OTHER_THREAD, Do(other_thread)),
    (&catch::OUTLIVES, Do(|engine, out| outlives_everything(engine, out, "typed", typed))),
    (&catch::NO_TRAP_CODE, Do(no_trap_code)),
];

pub(crate) fn typed<T: Send + 'static>(store: &mut Store<T>) -> Func {
    wrap(store, exit)
}

/// The error of a guest's trap, which is not an exit.
pub(crate) fn trap(engine: &Engine) -> Result<Error> {
    let (mut store, instance) = instantiate(engine, &guest::wasm(guest::WAYS_TO_CALL), (), |store| {
        imports! { "env" => { "early_exit" => wrap(store, |code: u32| code) } }
    })?;
    let trap: TypedFunc<(), ()> = instance.get_typed_func(&mut store, "trap")?;
    trap.call(&mut store, ()).err().context("expected a trap, but the guest returned")
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
