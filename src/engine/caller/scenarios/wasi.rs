//! A host for commands, reduced to what matters here: `proc_exit` must not come back, so it returns an error.
use anyhow::Result;

use super::api::{Error, Extern, Func, TypedFunc, downcast, host, outcome};
use super::stage::instantiate;
use super::{Own, Theme};
use crate::catalog::scenario::wasi;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(in super::super::super) const CAN: Theme = &[
    (&wasi::PROC_EXIT, Do(|own, out| [3, 255].into_iter().try_for_each(|code| tell(own, code, exits, out)))),
    (&wasi::PROC_EXIT_ZERO, Do(|own, out| tell(own, 0, exits, out))),
    (&wasi::START_RETURNS, Do(|own, out| tell(own, -1, exits, out))),
    (&wasi::PROC_EXIT_COMES_BACK, Do(|own, out| tell(own, 3, comes_back, out))),
];

type ProcExit = fn(u32) -> Result<(), Error>;

fn exits(code: u32) -> Result<(), Error> {
    Err(host(ExitCode(code)))
}

fn comes_back(_: u32) -> Result<(), Error> {
    Ok(())
}

/// Runs the command, in a fresh instance as every run of a command; `code` is what it is to exit with, if not negative.
fn start(own: &Own, code: i32, proc_exit: ProcExit) -> Result<Result<(), Error>> {
    let engine = own.engine();
    let module = super::api::Module::new(&engine, guest::WASI_STYLE)?;
    // Given in the order in which the guest has them.
    let names: Vec<_> = module.imports().map(|import| import.name().to_owned()).collect();
    let (mut store, instance) = instantiate(own, guest::WASI_STYLE, (), |store| {
        let function = |name: &String| -> Extern {
            match name.as_str() {
                "code" => Func::wrap(&mut *store, move || code).into(),
                _ => Func::wrap(&mut *store, proc_exit).into(),
            }
        };
        names.iter().map(function).collect()
    })?;
    let start: TypedFunc<(), ()> = instance.get_typed_func(&mut store, "_start")?;
    Ok(start.call(&mut store, ()))
}

/// The status of a command: that of its exit, or 0 where it just returned. Anything else is no status at all.
fn status(result: Result<(), Error>) -> Result<u32, Error> {
    match result {
        Ok(()) => Ok(0),
        Err(error) => downcast(error).map(|ExitCode(code)| code),
    }
}

fn tell(own: &Own, asked: i32, proc_exit: ProcExit, out: &Transcript) -> Result<()> {
    let result = start(own, asked, proc_exit)?;
    let arrived = if result.is_ok() { "returned" } else { "arrived as an error" };
    match status(result) {
        Ok(status) => say!(out, "asked for {asked}: {arrived}; status {status}"),
        Err(error) => say!(out, "asked for {asked}: {arrived}; no status: {}", outcome(&error)),
    }
    Ok(())
}
