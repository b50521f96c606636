//! The page of Wasmer's runtime 0.13, in today's words.
use std::fmt;

use anyhow::{Result, bail};
use wasmer::{Function, Instance, Module, Store, TypedFunction, imports};

use super::Theme;
use crate::catalog::scenario::early_exit;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::engine::wasmer::Wasmer;
use crate::{guest, say};

pub(super) const CAN: Theme = &[(&early_exit::INTERRUPT_EXECUTION, Do(play))];

/// What the page returned was `Err(())`. An error must display itself today; it still has nothing in it.
#[derive(Debug)]
struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("interrupted")
    }
}

impl std::error::Error for Interrupted {}

fn play(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut store = Store::new(wasmer.engine());
    let module = Module::new(&store, guest::INTERRUPT_EXECUTION)?;

    let heard = out.clone();
    let interrupt_execution = move || -> Result<(), Interrupted> {
        say!(heard, "interrupt_execution called!");
        Err(Interrupted)
    };
    let imports = imports! {
        "env" => { "interrupt_execution" => Function::new_typed(&mut store, interrupt_execution) },
    };
    let instance = Instance::new(&mut store, &module, &imports)?;
    let exit_early: TypedFunction<(), i32> = instance.exports.get_typed_function(&store, "exit_early")?;

    match exit_early.call(&mut store) {
        Ok(value) => bail!("exit_early did not error, but returned {value}"),
        // The first line: what follows it is a trace, where the backend has one.
        Err(error) => say!(out, "Error from exit_early: {}", error.message()),
    }
    say!(out, "Success!");
    Ok(())
}
