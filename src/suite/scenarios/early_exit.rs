//! The scenarios of two pages of Wasmer's documentation: that of runtime 0.13, whose guest is written in Rust, and that for Go,
//! with dynamic types and values in a slice.
use anyhow::{Context, Result, bail};

use super::api::{
    HostError, Raised, TypedFunc, Val, ValType, call_dynamic, downcast, dynamic, imports, raise, to_error, wrap,
};
use super::fixture::{Fixture, instantiate};
use super::{Do, Engine, ScenarioTable, Transcript, guest, say};
use crate::catalog::scenario::early_exit;

pub(crate) const SCENARIOS: ScenarioTable<Engine> =
    &[(&early_exit::INTERRUPT_EXECUTION, Do(interrupt_execution)), (&early_exit::DYNAMIC_EXIT, Do(dynamic_exit))];

/// An error without content: the page returned `Err(())`.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
struct Interrupted;

impl HostError for Interrupted {}

fn interrupt_execution(engine: &Engine, out: &Transcript) -> Result<()> {
    let heard = out.clone();
    let interrupt_execution = move || -> Result<(), Raised<Interrupted>> {
        say!(heard, "interrupt_execution called!");
        Err(raise(Interrupted))
    };
    let (mut store, instance) = instantiate(engine, guest::INTERRUPT_EXECUTION, (), |store| {
        imports! { "env" => { "interrupt_execution" => wrap(store, interrupt_execution) } }
    })?;
    let exit_early: TypedFunc<(), i32> = instance.get_typed_func(&mut store, "exit_early")?;
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

/// An error that displays its exit code.
#[derive(Debug, thiserror::Error)]
#[error("exit code: {0}")]
struct Exit(i32);

impl HostError for Exit {}

fn dynamic_exit(engine: &Engine, out: &Transcript) -> Result<()> {
    say!(out, "Compiling module...");
    say!(out, "Instantiating module...");
    let early_exit = |arguments: &[Val]| Err(to_error(Exit(arguments[0].i32().unwrap_or_default())));
    let Fixture { mut store, instance, .. } =
        Fixture::new(engine, (), |store| dynamic(store, [ValType::I32], [], early_exit))?;
    let run = instance.get_func(&mut store, "run").context("no export `run`")?;

    say!(out, "Calling `run` function...");
    match call_dynamic::<1>(&run, &mut store, &[Val::I32(1), Val::I32(7)]) {
        Ok(results) => bail!("`run` did not error, but returned {results:?}"),
        Err(error) => match downcast::<Exit>(error) {
            Ok(exit) => say!(out, "Exited early with: {exit}"),
            Err(error) => bail!("expected an exit, but the error is another: {error}"),
        },
    }
    Ok(())
}
