//! The early exit in wasmi: a host function returns an error, the guest ends, and the caller gets the same error back.
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
    let engine = wasmi.runtime(); // In a copy: `Engine::default()`.
    let mut store = new_store(&engine, ()); // In a copy: `Store::new(&engine, ())`.

    say!(out, "Compiling module..."); // In a copy: `println!`.
    let module = Module::new(&engine, guest::wasm(guest::EARLY_EXIT))?; // In a copy: the bytes of the module.

    // `ExitCode` is the host's own type. It implements `Debug`, `Display` and `HostError`. Returning the error ends the guest.
    let early_exit = |code: u32| -> Result<(), Error> { Err(Error::host(ExitCode(code))) };
    let mut linker = Linker::new(&engine);
    linker.func_wrap("env", "early_exit", early_exit)?;

    say!(out, "Instantiating module...");
    let instance = linker.instantiate_and_start(&mut store, &module)?;
    let run = instance.get_typed_func::<(i32, i32), i32>(&store, "run")?;

    say!(out, "Calling `run` function...");
    match run.call(&mut store, (1, 7)) {
        Ok(sum) => bail!("expected an early exit, but the guest returned {sum}"),
        // `downcast_ref` borrows the error. `downcast` would return it by value, but lose any other error.
        Err(error) => match error.downcast_ref::<ExitCode>() {
            Some(code) => say!(out, "Exited early with exit code: {code}"),
            None => bail!("expected an exit code, but the error is another: {error}"),
        },
    }
    Ok(())
}
