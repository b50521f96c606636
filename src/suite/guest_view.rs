//! Scenarios of guests that try to catch the host's exits and exceptions. The folders of the engines with exceptions include this
//! module, like the suite.
#![allow(clippy::duplicate_mod, reason = "compiled once per engine")]
use anyhow::{Result, bail};

use super::Engine;
use super::api::{
    Caller, Error, HostError, Instance, Store, TypedFunc, WasmParams, downcast, exception_payload, is_exception, link,
    new_store, thrower_imports, to_error, wrap_env,
};
use super::suite::scenarios::fixture::{compile_if_claimed, ended};
use crate::catalog::scenario::guest_view;
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(crate) const SCENARIOS: ScenarioTable<Engine> = &[
    (&guest_view::CATCH_ALL, Do(catch_all)),
    (&guest_view::HOST_EXCEPTION, Do(host_exception)),
    (&guest_view::EXCEPTION_HANDED_ON, Do(exception_handed_on)),
];

/// The data of the store, which [`let_throw`] uses.
#[derive(Default)]
struct ThrowingGuest {
    /// The guest function to call; `None` until the guest is instantiated.
    throw: Option<TypedFunc<i32, i32>>,
    wraps: bool,
}

/// An instance of the guest that catches. Its host functions throw and exit.
struct CatchingGuest {
    store: Store<ThrowingGuest>,
    instance: Instance,
}

impl CatchingGuest {
    /// The host function `throw` throws an exception, or, if `lets_throw`, calls a guest that throws.
    fn new(engine: &Engine, lets_throw: bool) -> Result<Self> {
        let runtime = engine.runtime();
        let module = compile_if_claimed(engine, "exceptions", &runtime, guest::EXCEPTIONS)?;
        let mut store = new_store(&runtime, ThrowingGuest::default());
        let [early_exit, mut throw, tag] = thrower_imports(&mut store)?;
        if lets_throw {
            throw = wrap_env(&mut store, let_throw).into();
        }
        let instance = link(&mut store, &module, &[early_exit, throw, tag])?;
        Ok(Self { store, instance })
    }

    /// Calls an export. `run(code, n)` calls `early_exit` below a `catch_all`, the others take a payload.
    fn call<P: WasmParams>(&mut self, export: &str, arguments: P) -> Result<Result<i32, Error>> {
        let function: TypedFunc<P, i32> = self.instance.get_typed_func(&mut self.store, export)?;
        Ok(function.call(&mut self.store, arguments))
    }
}

fn catch_all(engine: &Engine, out: &Transcript) -> Result<()> {
    let mut catcher = CatchingGuest::new(engine, false)?;
    say!(out, "its own exception, below `catch_all`: {}", ended(&catcher.call("throw_and_catch_all", 13)?));
    say!(out, "an exit, below `catch_all`: {}", ended(&catcher.call("run", (5, 7))?));
    say!(out, "not asked to exit: {}", ended(&catcher.call("run", (0, 7))?));
    Ok(())
}

fn host_exception(engine: &Engine, out: &Transcript) -> Result<()> {
    let mut catcher = CatchingGuest::new(engine, false)?;
    say!(out, "caught by its tag: {}", ended(&catcher.call("host_throws", 13)?));
    say!(out, "caught by `catch_all`: {}", ended(&catcher.call("host_throws_catch_all", 14)?));
    let result = catcher.call("host_throws_bare", 15)?;
    say!(out, "not caught: {}", ended(&result));
    let Err(error) = result else { bail!("nobody caught the exception, and yet the guest returned") };
    let payload = exception_payload(&mut catcher.store, &error)?;
    say!(
        out,
        "it is an exception: {}, with the payload {payload:?}, and an exit code: {}",
        is_exception(&error),
        error.is::<ExitCode>()
    );
    say!(out, "asked to exit after it: {}", ended(&catcher.call("run", (5, 7))?));
    Ok(())
}

/// A host error with an exception as its source.
#[derive(Debug, thiserror::Error)]
#[error("the host's own error")]
struct WrappedException(#[source] Error);

impl HostError for WrappedException {}

/// A host function that calls a guest that throws, and returns the error as it is or wrapped.
fn let_throw(mut caller: Caller<'_, ThrowingGuest>, payload: i32) -> Result<(), Error> {
    let Some(throw) = caller.data().throw.clone() else { return Ok(()) };
    let wraps = caller.data().wraps;
    match throw.call(&mut caller, payload) {
        Ok(_) => Ok(()),
        Err(error) if wraps => Err(to_error(WrappedException(error))),
        Err(error) => Err(error),
    }
}

fn exception_handed_on(engine: &Engine, out: &Transcript) -> Result<()> {
    let mut catcher = CatchingGuest::new(engine, true)?;
    say!(out, "the host gets: {}", ended(&catcher.call("throw", 13)?));
    let throw = catcher.instance.get_typed_func(&mut catcher.store, "throw")?;
    catcher.store.data_mut().throw = Some(throw);

    say!(out, "handed on, the guest above: {}", ended(&catcher.call("host_throws", 13)?));
    catcher.store.data_mut().wraps = true;
    match catcher.call("host_throws_catch_all", 13)? {
        Ok(value) => say!(out, "wrapped, the guest above caught it, and returned {value}"),
        Err(error) => {
            let wrapper: WrappedException = downcast(error)?;
            say!(out, "wrapped, the guest above did not catch it: {wrapper}");
            say!(out, "it was made from an exception: {}", is_exception(&wrapper.0));
        }
    }
    Ok(())
}
