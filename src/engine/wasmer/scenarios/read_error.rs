//! Scenarios of reading Wasmer's error, which has a source and a message, and can be cloned.
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use anyhow::{Result, anyhow, bail};
use wasmer::{RuntimeError, Type, Value};

use crate::catalog::scenario::{after, catch, nesting};
use crate::engine::ScenarioTable;
use crate::engine::Support::{Do, Not};
use crate::engine::embedding::Transcript;
use crate::engine::wasmer::Wasmer;
use crate::engine::wasmer::api::{Func, Store, dynamic, to_error, wrap};
use crate::engine::wasmer::suite::scenarios::after::counting;
use crate::engine::wasmer::suite::scenarios::fixture::Fixture;
use crate::engine::wasmer::suite::scenarios::nesting::failed;
use crate::engine::wasmer::suite::scenarios::read_error::{code, elsewhere, outlives_everything, trap, typed};
use crate::engine::wasmer::suite::scenarios::reentrant_host::ReentrantHost;
use crate::exit_code::ExitCode;
use crate::say;

pub(super) const SCENARIOS: ScenarioTable<Wasmer> = &[
    (&catch::SOURCE, Do(source)),
    (&catch::CLONED, Do(cloned)),
    (&catch::WRONG_TYPE, Do(wrong_type)),
    (&catch::CLONE_ON_OTHER_THREAD, Do(clone_on_other_thread)),
    (&catch::OUTLIVES_ON_THE_SPOT, Do(|wasmer, out| outlives_everything(wasmer, out, "on the spot", on_the_spot))),
    (&catch::DISPLAY, Do(display)),
    (&catch::CONTEXT, Not("Wasmer's error takes no context: an error of the host's does, see `catch/anyhow`")),
    (&catch::BOXED, Do(boxed)),
    (&after::PAYLOAD_OF_CLONES, Do(payload_of_clones)),
    (&nesting::WRAPPED, Do(wrapped)),
];

fn dynamic_exit(store: &mut Store<()>) -> Func {
    dynamic(store, [Type::I32], [], |arguments: &[Value]| {
        Err(RuntimeError::user(Box::new(ExitCode(arguments[0].unwrap_i32() as u32))))
    })
}

/// Creates the engine's error while the guest is on the stack, so that the backtrace may have frames.
fn on_the_spot<T: Send + 'static>(store: &mut Store<T>) -> Func {
    wrap(store, |code: u32| -> Result<(), RuntimeError> { Err(RuntimeError::user(Box::new(ExitCode(code)))) })
}

fn source(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    fn describe(error: Option<&(dyn Error + 'static)>) -> String {
        match error.map(|error| error.downcast_ref()) {
            None => "nothing".into(),
            Some(Some(ExitCode(code))) => format!("exit code {code}"),
            Some(None) => "another error".into(),
        }
    }
    let error = Fixture::new(wasmer, (), typed)?.exit(7)?;
    say!(out, "the source of an exit: {}", describe(error.source()));
    say!(out, "what is behind that: {}", describe(error.source().and_then(Error::source)));
    let wrapped = anyhow!(error.clone()).context("the guest did not finish");
    say!(
        out,
        "found in the chain of a wrapped clone: {}",
        describe(wrapped.chain().find(|cause| cause.is::<ExitCode>()))
    );
    say!(out, "the source of a trap: {}", describe(trap(wasmer)?.source()));
    Ok(())
}

/// Returns the error from a `downcast` that must fail.
fn refused<T: Error + 'static>(out: &Transcript, what: &str, error: RuntimeError) -> Result<RuntimeError> {
    match error.downcast::<T>() {
        Ok(error) => bail!("{what}: expected a refusal, but `{error}` came"),
        Err(error) => {
            say!(out, "{what}: refused");
            Ok(error)
        }
    }
}

fn cloned(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let error = Fixture::new(wasmer, (), typed)?.exit(7)?;
    let clone = error.clone();
    let error = refused::<ExitCode>(out, "by value, while a clone lives", error)?;
    say!(out, "what was handed back, by reference: {}", code(&error)?);
    let clone = refused::<ExitCode>(out, "the clone, by value", clone)?;
    say!(out, "what was handed back, by reference: {}", code(&clone)?);
    drop(clone);
    say!(out, "by value, once the other is gone: {}", error.downcast::<ExitCode>()?);
    Ok(())
}

fn wrong_type(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let error = Fixture::new(wasmer, (), typed)?.exit(7)?;
    let before = error.message();
    let error = refused::<fmt::Error>(out, "as a fmt::Error", error)?;
    say!(out, "its message, before and after: {before} and {}", error.message());
    say!(out, "as an ExitCode: {}", error.downcast::<ExitCode>()?);
    Ok(())
}

fn clone_on_other_thread(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let error = Fixture::new(wasmer, (), typed)?.exit(8)?;
    let clone = error.clone();
    let (there, by_reference) = elsewhere(move || code(&clone))?;
    say!(out, "a clone on another thread {there}: by reference {by_reference}");
    say!(out, "here: {}", code(&error)?);
    Ok(())
}

fn display(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    type Make = fn(&mut Store<()>) -> Func;
    let ways: [(&str, Make); 3] = [("typed", typed), ("dynamic", dynamic_exit), ("on the spot", on_the_spot)];
    for (name, make) in ways {
        let error = Fixture::new(wasmer, (), make)?.exit(7)?;
        let (message, shown) = (error.message(), error.to_string());
        let mut lines = shown.lines();
        let first = lines.next().unwrap_or_default();
        // The number of frames depends on the compiler.
        let line_a_frame = lines.count() == error.trace().len();
        say!(out, "{name}: message `{message}`, displays `{first}`, then a line a frame {line_a_frame}");
    }
    say!(out, "debug: {:?}", Fixture::new(wasmer, (), typed)?.exit(7)?);
    Ok(())
}

fn boxed(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    type MakeBox = fn(ExitCode) -> Box<dyn Error + Send + Sync>;
    let ways: [(&str, MakeBox); 3] = [
        ("by into", |code| anyhow!(code).into()),
        ("reallocated", |code| anyhow!(code).reallocate_into_boxed_dyn_error_without_backtrace()),
        ("reallocated, with a context", |code| {
            anyhow!(code).context("in the host").reallocate_into_boxed_dyn_error_without_backtrace()
        }),
    ];
    for (name, make) in ways {
        let early_exit = move |code: u32| -> Result<(), RuntimeError> { Err(RuntimeError::user(make(ExitCode(code)))) };
        let error = Fixture::new(wasmer, (), |store| wrap(store, early_exit))?.exit(7)?;
        let by_reference = error.downcast_ref::<ExitCode>().map_or("none".into(), ExitCode::to_string);
        let (is, message) = (error.is::<ExitCode>(), error.message());
        let source = error.source().and_then(Error::source).and_then(<dyn Error>::downcast_ref).copied();
        let rest = match (error.downcast::<ExitCode>(), source) {
            (Ok(code), _) => format!(", downcast {code}; displays `{message}`"),
            (Err(_), Some(ExitCode(code))) => format!("; its source: exit code {code}"),
            (Err(_), None) => format!("; displays `{message}`"),
        };
        say!(out, "{name}: is {is}, downcast_ref {by_reference}{rest}");
    }
    Ok(())
}

/// The host's error is dropped once, with the last clone.
fn payload_of_clones(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let counter = Arc::new(AtomicU32::new(0));
    let dropped = || counter.load(Relaxed);
    for (kind, fixture) in &mut counting(wasmer, &counter)? {
        counter.store(0, Relaxed);
        let error = fixture.exit(5)?;
        let clone = error.clone();
        drop(error);
        let in_a_clone = dropped();
        drop(clone);
        say!(out, "{kind}: alive in a clone, {in_a_clone} dropped; both gone, {} dropped", dropped());
    }
    Ok(())
}

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
