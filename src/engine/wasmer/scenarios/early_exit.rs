//! The early exit in Wasmer: a host function returns an error, the guest ends, and the caller gets the same error back.
//!
//! It works with any Wasmer compiler. To copy it, replace `say!(out, ..)` by `println!(..)` and `guest::wasm(..)` by a module.
use anyhow::{Result, bail};
use wasmer::{Function, Instance, Module, Store, TypedFunction, imports};

use crate::catalog::scenario::early_exit;
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::engine::wasmer::Wasmer;
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(super) const SCENARIOS: ScenarioTable<Wasmer> = &[(&early_exit::EARLY_EXIT, Do(play))];

fn play(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    // `runtime` returns a `wasmer::Engine` with the selected compiler. `Store::default()` selects a compiler itself.
    let mut store = Store::new(wasmer.runtime());

    say!(out, "Compiling module...");
    let module = Module::new(&store, guest::wasm(guest::EARLY_EXIT))?;

    // `ExitCode` is the host's own type: any `std::error::Error + Send + Sync + 'static`. Returning the error ends the guest.
    let early_exit = |code: u32| -> Result<(), ExitCode> { Err(ExitCode(code)) };
    let imports = imports! {
        "env" => { "early_exit" => Function::new_typed(&mut store, early_exit) },
    };

    say!(out, "Instantiating module...");
    let instance = Instance::new(&mut store, &module, &imports)?;
    let run: TypedFunction<(i32, i32), i32> = instance.exports.get_typed_function(&store, "run")?;

    say!(out, "Calling `run` function...");
    match run.call(&mut store, 1, 7) {
        Ok(sum) => bail!("expected an early exit, but the guest returned {sum}"),
        // `downcast` returns the error by value. It fails if the type differs, or if a clone of `error` exists.
        Err(error) => match error.downcast::<ExitCode>() {
            Ok(code) => say!(out, "Exited early with exit code: {code}"),
            Err(error) => bail!("expected an exit code, but the error is another: {error}"),
        },
    }
    Ok(())
}
