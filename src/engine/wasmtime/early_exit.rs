//! The early exit, as a user of wasmtime would write it.
use ::wasmtime::{Error, Linker, Module};
use anyhow::{Result, bail};

use super::Wasmtime;
use super::api::new_store;
use crate::catalog::scenario::early_exit;
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(super) const SCENARIOS: ScenarioTable<Wasmtime> = &[(&early_exit::EARLY_EXIT, Do(play))];

fn play(wasmtime: &Wasmtime, out: &Transcript) -> Result<()> {
    let engine = wasmtime.runtime();
    let mut store = new_store(&engine, ());

    say!(out, "Compiling module...");
    let module = Module::new(&engine, guest::wasm(guest::EARLY_EXIT))?;

    // The error is a type of our own, which no engine has heard of. Wasmtime's error takes it in, and ends the guest.
    let early_exit = |code: u32| -> Result<(), Error> { Err(ExitCode(code).into()) };
    let mut linker = Linker::new(&engine);
    linker.func_wrap("env", "early_exit", early_exit)?;

    say!(out, "Instantiating module...");
    let instance = linker.instantiate(&mut store, &module)?;
    let run = instance.get_typed_func::<(i32, i32), i32>(&mut store, "run")?;

    say!(out, "Calling `run` function...");
    match run.call(&mut store, (1, 7)) {
        Ok(sum) => bail!("expected an early exit, but the guest returned {sum}"),
        // By value, and through the guest's backtrace, which wasmtime wraps around it.
        Err(error) => match error.downcast::<ExitCode>() {
            Ok(code) => say!(out, "Exited early with exit code: {code}"),
            Err(error) => bail!("expected an exit code, but the error is another: {error:#}"),
        },
    }
    Ok(())
}
