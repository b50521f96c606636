//! Exits of a module that is loaded from its artifact, with and without a compiler.
use anyhow::{Result, bail};

use super::Engine;
use super::api::{Module, deserialize, headless_runtime, serialize};
use super::module_origin::run;
use crate::catalog::scenario::module;
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::{guest, say};

pub(crate) const SCENARIOS: ScenarioTable<Engine> =
    &[(&module::SERIALIZED, Do(serialized)), (&module::HEADLESS, Do(headless))];

fn serialized(engine: &Engine, out: &Transcript) -> Result<()> {
    let runtime = engine.runtime();
    let module = Module::new(&runtime, guest::wasm(guest::EARLY_EXIT))?;
    say!(out, "compiled: {}", run(&runtime, &module, 5)?);
    let artifact = serialize(&module)?;
    drop((module, runtime));

    let runtime = engine.runtime();
    let module = deserialize(&runtime, artifact)?;
    for code in [5, 0] {
        say!(out, "loaded: {}", run(&runtime, &module, code)?);
    }
    Ok(())
}

fn headless(engine: &Engine, out: &Transcript) -> Result<()> {
    let wasm = guest::wasm(guest::EARLY_EXIT);
    let artifact = serialize(&Module::new(&engine.runtime(), &wasm)?)?;

    let runtime = headless_runtime(engine)?;
    match Module::new(&runtime, &wasm) {
        Ok(_) => bail!("an engine without a compiler compiled a guest"),
        Err(error) => say!(out, "compiling on it: refused: {error:#}"),
    }
    let module = deserialize(&runtime, artifact)?;
    for code in [5, 0] {
        say!(out, "loaded: {}", run(&runtime, &module, code)?);
    }
    Ok(())
}
