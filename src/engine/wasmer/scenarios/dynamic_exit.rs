//! The shape of the page for Go: types known at run time only, and values in a slice.
use std::fmt;

use anyhow::{Result, bail};
use wasmer::{Function, FunctionType, Instance, Module, RuntimeError, Store, Type, Value, imports};

use super::Theme;
use crate::catalog::scenario::early_exit;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::engine::wasmer::Wasmer;
use crate::{guest, say};

pub(super) const CAN: Theme = &[(&early_exit::DYNAMIC_EXIT, Do(play))];

/// An error that says what it is.
#[derive(Debug)]
struct Exit {
    code: i32,
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit code: {}", self.code)
    }
}

impl std::error::Error for Exit {}

fn play(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut store = Store::new(wasmer.engine());
    say!(out, "Compiling module...");
    let module = Module::new(&store, guest::wasm(guest::EARLY_EXIT))?;

    let signature = FunctionType::new([Type::I32], []);
    let early_exit = |arguments: &[Value]| -> Result<Vec<Value>, RuntimeError> {
        Err(RuntimeError::user(Box::new(Exit { code: arguments[0].unwrap_i32() })))
    };
    let imports = imports! {
        "env" => { "early_exit" => Function::new(&mut store, signature, early_exit) },
    };

    say!(out, "Instantiating module...");
    let instance = Instance::new(&mut store, &module, &imports)?;
    let run = instance.exports.get_function("run")?;

    say!(out, "Calling `run` function...");
    match run.call(&mut store, &[Value::I32(1), Value::I32(7)]) {
        Ok(values) => bail!("`run` did not error, but returned {values:?}"),
        Err(error) => match error.downcast::<Exit>() {
            Ok(exit) => say!(out, "Exited early with: {exit}"),
            Err(error) => bail!("expected an exit, but the error is another: {error}"),
        },
    }
    Ok(())
}
