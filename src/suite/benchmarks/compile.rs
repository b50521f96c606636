//! Compilation: time, sizes and peak memory.
use std::time::Duration;

use anyhow::Result;

use super::api::{Module, Runtime, serialize};
use super::{BenchmarkTable, Do, Engine, generated, guest};
use crate::catalog::benchmark::compile;
use crate::engine::embedding::{IterationResult, Prepared, Unsupported, timed};
use crate::engine::watermark::Watermark;

pub(crate) const BENCHMARKS: BenchmarkTable<Engine> = &[
    (&compile::EARLY_EXIT, Do(|engine, _| compile(engine, Engine::runtime, guest::wasm(guest::EARLY_EXIT)))),
    (&compile::GENERATED, Do(|engine, functions| compile(engine, Engine::runtime, generated::of_size(functions)?))),
    (
        &compile::ONE_THREAD,
        Do(|engine, functions| compile(engine, Engine::single_threaded_runtime, generated::of_size(functions)?)),
    ),
    (&compile::PEAK_MEMORY, Do(peak_memory)),
];

/// Creates a fresh runtime.
type MakeRuntime = fn(&Engine) -> Runtime;

fn compile(engine: &Engine, make: MakeRuntime, wasm: Vec<u8>) -> Result<Prepared> {
    let metrics = sizes(&wasm, &engine.cached_module(&wasm)?.1)?;
    let engine = engine.clone();
    Ok(Prepared::laps(move || lap(&engine, make, &wasm)).with_metrics(metrics))
}

/// Compiles a module, and checks it.
fn lap(engine: &Engine, make: MakeRuntime, wasm: &[u8]) -> (Duration, IterationResult) {
    let (took, module) = compiled(engine, make, wasm);
    (took, ended(&module))
}

/// The sizes in bytes of a module and, if the engine supports artifacts, of its artifact.
fn sizes(wasm: &[u8], module: &Module) -> Result<Vec<(&'static str, f64)>> {
    let mut metrics = vec![("wasm bytes", wasm.len() as f64)];
    match serialize(module) {
        Ok(artifact) => metrics.push(("artifact bytes", artifact.len() as f64)),
        Err(error) if error.is::<Unsupported>() => {}
        Err(error) => return Err(error),
    }
    Ok(metrics)
}

fn compiled(engine: &Engine, make: MakeRuntime, wasm: &[u8]) -> (Duration, Result<(Runtime, Module)>) {
    let (took, (runtime, module)) = timed(|| {
        let runtime = make(engine);
        let module = Module::new(&runtime, wasm);
        (runtime, module)
    });
    (took, module.map(|module| (runtime, module)).map_err(Into::into))
}

fn ended(module: &Result<(Runtime, Module)>) -> IterationResult {
    match module {
        Ok((_, module)) if module.exports().any(|export| export.name() == "run") => Ok(()),
        Ok(_) => Err("a module without its export".into()),
        Err(error) => Err(error.to_string()),
    }
}

/// The metrics must be known before the first batch, so the first iteration returns the compilation that produced them.
fn peak_memory(engine: &Engine, functions: u64) -> Result<Prepared> {
    let wasm = generated::of_size(functions)?;
    let before = Watermark::lowered();
    let (took, module) = compiled(engine, Engine::runtime, &wasm);
    let added = before.and_then(Watermark::rise).map(|bytes| ("added peak bytes", bytes as f64));
    let mut first = Some((took, ended(&module)));
    let metrics = sizes(&wasm, &module?.1)?;
    let engine = engine.clone();
    // Further iterations compile again.
    let lap = move || first.take().unwrap_or_else(|| lap(&engine, Engine::runtime, &wasm));
    Ok(Prepared::laps(lap).with_metrics(metrics).with_metrics(added))
}
