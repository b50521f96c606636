//! A host for commands, reduced to what matters here: `proc_exit` must not come back, so it returns an error.
use anyhow::Result;
use wasmer::{Function, Instance, Module, RuntimeError, Store, TypedFunction, imports};

use super::Theme;
use crate::catalog::scenario::wasi;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::engine::wasmer::Wasmer;
use crate::engine::wasmer::seam::outcome;
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(super) const CAN: Theme = &[
    (&wasi::PROC_EXIT, Do(proc_exit)),
    (&wasi::PROC_EXIT_ZERO, Do(proc_exit_zero)),
    (&wasi::START_RETURNS, Do(start_returns)),
    (&wasi::PROC_EXIT_COMES_BACK, Do(proc_exit_comes_back)),
];

fn proc_exit(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    for code in [3, 255] {
        tell(code, start(wasmer, code, exits)?, out);
    }
    Ok(())
}

fn proc_exit_zero(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    tell(0, start(wasmer, 0, exits)?, out);
    Ok(())
}

fn start_returns(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    tell(-1, start(wasmer, -1, exits)?, out);
    Ok(())
}

fn proc_exit_comes_back(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    tell(3, start(wasmer, 3, comes_back)?, out);
    Ok(())
}

type ProcExit = fn(u32) -> Result<(), ExitCode>;

fn exits(code: u32) -> Result<(), ExitCode> {
    Err(ExitCode(code))
}

fn comes_back(_: u32) -> Result<(), ExitCode> {
    Ok(())
}

/// Runs the command, in a fresh instance as every run of a command; `code` is what it is to exit with, if not negative.
fn start(wasmer: &Wasmer, code: i32, proc_exit: ProcExit) -> Result<Result<(), RuntimeError>> {
    let mut store = Store::new(wasmer.engine());
    let module = Module::new(&store, guest::WASI_STYLE)?;
    let imports = imports! {
        "env" => { "code" => Function::new_typed(&mut store, move || code) },
        "wasi_snapshot_preview1" => { "proc_exit" => Function::new_typed(&mut store, proc_exit) },
    };
    let instance = Instance::new(&mut store, &module, &imports)?;
    let start: TypedFunction<(), ()> = instance.exports.get_typed_function(&store, "_start")?;
    Ok(start.call(&mut store))
}

/// The status of a command: that of its exit, or 0 where it just returned. Anything else is no status at all.
fn status(result: Result<(), RuntimeError>) -> Result<u32, RuntimeError> {
    match result {
        Ok(()) => Ok(0),
        Err(error) => error.downcast().map(|ExitCode(code)| code),
    }
}

fn tell(asked: i32, result: Result<(), RuntimeError>, out: &Transcript) {
    let arrived = if result.is_ok() { "returned" } else { "arrived as an error" };
    match status(result) {
        Ok(status) => say!(out, "asked for {asked}: {arrived}; status {status}"),
        Err(error) => say!(out, "asked for {asked}: {arrived}; no status: {}", outcome(&error)),
    }
}
