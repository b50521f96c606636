//! A minimal host for WASI commands: `proc_exit` must not return to the guest, so it returns an error.
use anyhow::Result;

use super::api::{Error, Raised, TypedFunc, downcast, imports, outcome, wrap};
use super::fixture::{exit, instantiate};
use super::{Do, Engine, ExitCode, ScenarioTable, Transcript, guest, say};
use crate::catalog::scenario::wasi;

pub(crate) const SCENARIOS: ScenarioTable<Engine> = &[
    (&wasi::PROC_EXIT, Do(|engine, out| [3, 255].into_iter().try_for_each(|code| report(engine, code, exit, out)))),
    (&wasi::PROC_EXIT_ZERO, Do(|engine, out| report(engine, 0, exit, out))),
    (&wasi::START_RETURNS, Do(|engine, out| report(engine, -1, exit, out))),
    (&wasi::PROC_EXIT_COMES_BACK, Do(|engine, out| report(engine, 3, comes_back, out))),
];

type ProcExit = fn(u32) -> Result<(), Raised<ExitCode>>;

fn comes_back(_: u32) -> Result<(), Raised<ExitCode>> {
    Ok(())
}

/// Runs the command in a fresh instance. The command exits with `code`, or returns if `code` is negative.
fn start(engine: &Engine, code: i32, proc_exit: ProcExit) -> Result<Result<(), Error>> {
    let (mut store, instance) = instantiate(engine, guest::WASI_STYLE, (), |store| {
        imports! {
            "env" => { "code" => wrap(store, move || code) },
            "wasi_snapshot_preview1" => { "proc_exit" => wrap(store, proc_exit) },
        }
    })?;
    let start: TypedFunc<(), ()> = instance.get_typed_func(&mut store, "_start")?;
    Ok(start.call(&mut store, ()))
}

/// The exit status of a command: its exit code, or 0 if it returned. Any other error is no status.
fn status(result: Result<(), Error>) -> Result<u32, Error> {
    match result {
        Ok(()) => Ok(0),
        Err(error) => downcast(error).map(|ExitCode(code)| code),
    }
}

fn report(engine: &Engine, asked: i32, proc_exit: ProcExit, out: &Transcript) -> Result<()> {
    let result = start(engine, asked, proc_exit)?;
    let arrived = if result.is_ok() { "returned" } else { "arrived as an error" };
    match status(result) {
        Ok(status) => say!(out, "asked for {asked}: {arrived}; status {status}"),
        Err(error) => say!(out, "asked for {asked}: {arrived}; no status: {}", outcome(&error)),
    }
    Ok(())
}
