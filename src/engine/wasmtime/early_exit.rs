//! The early exit in wasmtime: a host function returns an error, the guest ends, and the caller gets the same error back.
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
    let engine = wasmtime.runtime(); // In a copy: `Engine::default()`.
    let mut store = new_store(&engine, ()); // In a copy: `Store::new(&engine, ())`.

    say!(out, "Compiling module..."); // In a copy: `println!`.
    let module = Module::new(&engine, guest::wasm(guest::EARLY_EXIT))?; // In a copy: the bytes of the module.

    // `ExitCode` can be any `std::error::Error + Send + Sync + 'static`. Returning it as wasmtime's `Error` ends the guest.
    let early_exit = |code: u32| -> Result<(), Error> { Err(ExitCode(code).into()) };
    let mut linker = Linker::new(&engine);
    linker.func_wrap("env", "early_exit", early_exit)?;

    say!(out, "Instantiating module...");
    let instance = linker.instantiate(&mut store, &module)?;
    let run = instance.get_typed_func::<(i32, i32), i32>(&mut store, "run")?;

    say!(out, "Calling `run` function...");
    match run.call(&mut store, (1, 7)) {
        Ok(sum) => bail!("expected an early exit, but the guest returned {sum}"),
        // `downcast` returns the error by value. It looks below the guest's backtrace, which wasmtime adds as a context.
        Err(error) => match error.downcast::<ExitCode>() {
            Ok(code) => say!(out, "Exited early with exit code: {code}"),
            Err(error) => bail!("expected an exit code, but the error is another: {error:#}"),
        },
    }
    Ok(())
}
