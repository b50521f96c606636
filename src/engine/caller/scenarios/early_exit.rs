//! The two pages that the main job descends from: a guest written in Rust, and values in a slice.
use std::fmt;

use anyhow::{Context, Result, bail};

use super::api::{Caller, Error, Func, HostError, Val, ValType, downcast, func_type, host};
use super::stage::instantiate;
use super::{Own, Theme};
use crate::catalog::scenario::early_exit;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::{guest, say};

pub(in super::super::super) const CAN: Theme =
    &[(&early_exit::INTERRUPT_EXECUTION, Do(interrupt_execution)), (&early_exit::DYNAMIC_EXIT, Do(dynamic_exit))];

/// An error with nothing in it.
#[derive(Debug)]
struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("interrupted")
    }
}

impl std::error::Error for Interrupted {}
impl HostError for Interrupted {}

fn interrupt_execution(own: &Own, out: &Transcript) -> Result<()> {
    let heard = out.clone();
    let interrupt_execution = move || -> Result<(), Error> {
        say!(heard, "interrupt_execution called!");
        Err(host(Interrupted))
    };
    let (mut store, instance) =
        instantiate(own, guest::INTERRUPT_EXECUTION, (), |store| vec![Func::wrap(store, interrupt_execution).into()])?;
    let exit_early = instance.get_typed_func::<(), i32>(&mut store, "exit_early")?;
    match exit_early.call(&mut store, ()) {
        Ok(value) => bail!("exit_early did not error, but returned {value}"),
        Err(error) => {
            let interrupted = error.downcast_ref::<Interrupted>().context("the error is another")?;
            say!(out, "Error from exit_early: {interrupted}");
        }
    }
    say!(out, "Success!");
    Ok(())
}

/// An error that says what it is.
#[derive(Debug)]
struct Exit {
    code: i32,
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit code: {}", self.code)
    }
}

impl std::error::Error for Exit {}
impl HostError for Exit {}

fn dynamic_exit(own: &Own, out: &Transcript) -> Result<()> {
    say!(out, "Compiling module...");
    let wasm = guest::wasm(guest::EARLY_EXIT);
    say!(out, "Instantiating module...");
    let (mut store, instance) = instantiate(own, &wasm, (), |store| {
        let signature = func_type(store.engine(), [ValType::I32], []);
        let early_exit = |_: Caller<'_, ()>, arguments: &[Val], _: &mut [Val]| {
            Err(host(Exit { code: arguments[0].i32().unwrap_or_default() }))
        };
        vec![Func::new(store, signature, early_exit).into()]
    })?;
    let run = instance.get_func(&mut store, "run").context("no export `run`")?;

    say!(out, "Calling `run` function...");
    let mut results = [Val::I32(0)];
    match run.call(&mut store, &[Val::I32(1), Val::I32(7)], &mut results) {
        Ok(()) => bail!("`run` did not error, but returned {results:?}"),
        Err(error) => match downcast::<Exit>(error) {
            Ok(exit) => say!(out, "Exited early with: {exit}"),
            Err(error) => bail!("expected an exit, but the error is another: {error}"),
        },
    }
    Ok(())
}
