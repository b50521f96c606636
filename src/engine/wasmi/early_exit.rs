//! The early exit, as a user of wasmi would write it.
use ::wasmi::{Error, Linker, Module};
use anyhow::{Result, bail};

use super::Wasmi;
use super::api::new_store;
use crate::catalog::scenario::early_exit;
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(super) const SCENARIOS: ScenarioTable<Wasmi> = &[(&early_exit::EARLY_EXIT, Do(play))];

fn play(wasmi: &Wasmi, out: &Transcript) -> Result<()> {
    let engine = wasmi.runtime();
    let mut store = new_store(&engine, ());

    say!(out, "Compiling module...");
    let module = Module::new(&engine, guest::wasm(guest::EARLY_EXIT))?;

    // The error is a type of our own, of which wasmi knows no more than that it is a `HostError`.
    let early_exit = |code: u32| -> Result<(), Error> { Err(Error::host(ExitCode(code))) };
    let mut linker = Linker::new(&engine);
    linker.func_wrap("env", "early_exit", early_exit)?;

    say!(out, "Instantiating module...");
    let instance = linker.instantiate_and_start(&mut store, &module)?;
    let run = instance.get_typed_func::<(i32, i32), i32>(&store, "run")?;

    say!(out, "Calling `run` function...");
    match run.call(&mut store, (1, 7)) {
        Ok(sum) => bail!("expected an early exit, but the guest returned {sum}"),
        // By reference: wasmi's `downcast` by value keeps nothing of an error that holds something else.
        Err(error) => match error.downcast_ref::<ExitCode>() {
            Some(code) => say!(out, "Exited early with exit code: {code}"),
            None => bail!("expected an exit code, but the error is another: {error}"),
        },
    }
    Ok(())
}
