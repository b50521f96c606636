//! Compiled modules, out of memory and back.
use std::sync::Arc;

use ::wasmtime::{Config, Engine, Module};
use anyhow::{Result, bail};

use super::Wasmtime;
use super::caller::benchmarks::cold::to_exit;
use super::caller::benchmarks::compile::generated;
use super::caller::scenarios::module::run;
use crate::catalog::benchmark::{Benchmark, artifact, cold};
use crate::catalog::scenario::{Scenario, module};
use crate::engine::Support::Do;
use crate::engine::embedding::{Instant, Prepared, Transcript};
use crate::engine::{BackendError, Play, Prepare, Table};
use crate::{guest, say};

pub(super) const SCENARIOS: Table<Scenario, Play<Wasmtime>> =
    &[(&module::SERIALIZED, Do(serialized)), (&module::HEADLESS, Do(headless))];

pub(super) const BENCHMARKS: Table<Benchmark, Prepare<Wasmtime>> = &[
    (&artifact::SERIALIZE, Do(serialize)),
    (&artifact::DESERIALIZE, Do(deserialize)),
    (&cold::ARTIFACT_TO_EXIT, Do(|wasmtime, _| artifact_to_exit(wasmtime))),
];

fn serialized(wasmtime: &Wasmtime, out: &Transcript) -> Result<()> {
    let engine = wasmtime.engine();
    let module = Module::new(&engine, guest::wasm(guest::EARLY_EXIT))?;
    say!(out, "compiled: {}", run(&engine, &module, 5)?);
    let artifact = module.serialize()?;
    drop((module, engine));

    let engine = wasmtime.engine();
    // SAFETY: the artifact was made above, by the same version of the same compiler.
    let module = unsafe { Module::deserialize(&engine, artifact) }?;
    for code in [5, 0] {
        say!(out, "loaded: {}", run(&engine, &module, code)?);
    }
    Ok(())
}

fn headless(wasmtime: &Wasmtime, out: &Transcript) -> Result<()> {
    let wasm = guest::wasm(guest::EARLY_EXIT);
    let artifact = Module::new(&wasmtime.engine(), &wasm)?.serialize()?;

    let engine = without_a_compiler(wasmtime)?;
    match Module::new(&engine, &wasm) {
        Ok(_) => bail!("an engine without a compiler compiled a guest"),
        Err(error) => say!(out, "compiling on it: refused: {error:#}"),
    }
    // SAFETY: the artifact was made above, by this version of wasmtime.
    let module = unsafe { Module::deserialize(&engine, artifact) }?;
    for code in [5, 0] {
        say!(out, "loaded: {}", run(&engine, &module, code)?);
    }
    Ok(())
}

/// What an artifact is loaded into must have the settings that it was compiled with, except for the compiler. Winch's
/// calling convention is one of them, and goes with the compiler.
fn without_a_compiler(wasmtime: &Wasmtime) -> Result<Engine> {
    if wasmtime.compiler == "winch" {
        bail!(BackendError::unsupported("an engine without a compiler has no name for Winch's calling convention"));
    }
    let mut config: Config = wasmtime.config.clone();
    Ok(Engine::new(config.enable_compiler(false))?)
}

fn serialize(wasmtime: &Wasmtime, functions: u64) -> Result<Prepared> {
    let guest = wasmtime.shelved(&generated(functions)?)?;
    let must = guest.1.serialize()?.len();
    Ok(Prepared::laps(move || {
        let started = Instant::now();
        let artifact = guest.1.serialize();
        let took = started.elapsed();
        let ended = match artifact {
            Ok(bytes) if bytes.len() == must => Ok(()),
            Ok(bytes) => Err(format!("{} bytes, where {must} came before", bytes.len())),
            Err(error) => Err(error.to_string()),
        };
        (took, ended)
    })
    .with_facts([("artifact bytes", must as f64)]))
}

fn deserialize(wasmtime: &Wasmtime, functions: u64) -> Result<Prepared> {
    let artifact = wasmtime.shelved(&generated(functions)?)?.1.serialize()?;
    let bytes = artifact.len() as f64;
    let wasmtime = wasmtime.clone();
    Ok(Prepared::laps(move || {
        let engine = wasmtime.engine();
        let started = Instant::now();
        // SAFETY: the bytes are what this compiler made of a valid module in this process.
        let module = unsafe { Module::deserialize(&engine, &artifact) };
        let took = started.elapsed();
        (took, module.map(drop).map_err(|error| error.to_string()))
    })
    .with_facts([("artifact bytes", bytes)]))
}

fn artifact_to_exit(wasmtime: &Wasmtime) -> Result<Prepared> {
    let artifact = wasmtime.shelved(guest::EARLY_EXIT)?.1.serialize()?;
    // What it never does is told before anything is timed.
    without_a_compiler(wasmtime)?;
    let wasmtime = wasmtime.clone();
    Ok(Prepared::laps(move || {
        to_exit(|| {
            let engine = without_a_compiler(&wasmtime)?;
            // SAFETY: the bytes are what a compiler made of a valid module in this process.
            let module = unsafe { Module::deserialize(&engine, &artifact) }?;
            Ok(Arc::new((engine, module)))
        })
    }))
}
