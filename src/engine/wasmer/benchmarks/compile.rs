//! From bytes to a module.
use std::time::Duration;

use anyhow::Result;
use wasmer::{Engine, Module};

use super::Theme;
use crate::catalog::benchmark::compile;
use crate::engine::Support::Do;
use crate::engine::embedding::{Instant, IterationResult, Prepared};
use crate::engine::wasmer::Wasmer;
use crate::engine::watermark::Watermark;
use crate::guest::{self, generated};

pub(super) const CAN: Theme = &[
    (&compile::EARLY_EXIT, Do(|wasmer, _| compile(wasmer, Wasmer::engine, guest::wasm(guest::EARLY_EXIT)))),
    (&compile::GENERATED, Do(|wasmer, functions| compile(wasmer, Wasmer::engine, generated(functions)?))),
    (
        &compile::ONE_THREAD,
        Do(|wasmer, functions| compile(wasmer, Wasmer::engine_of_one_thread, generated(functions)?)),
    ),
    (&compile::PEAK_MEMORY, Do(peak_memory)),
];

/// The generated module of that size that all benchmarks take.
pub(super) fn generated(functions: u64) -> Result<Vec<u8>> {
    Ok(generated::functions(u32::try_from(functions)?, 0))
}

fn compile(wasmer: &Wasmer, engine: fn(&Wasmer) -> Engine, wasm: Vec<u8>) -> Result<Prepared> {
    let facts = sizes(&wasm, &wasmer.shelved(&wasm)?.1)?;
    let wasmer = wasmer.clone();
    let lap = move || {
        let (took, module) = timed(&wasmer, engine, &wasm);
        (took, ended(&module))
    };
    Ok(Prepared::laps(lap).with_facts(facts))
}

fn timed(wasmer: &Wasmer, engine: fn(&Wasmer) -> Engine, wasm: &[u8]) -> (Duration, Result<(Engine, Module)>) {
    let started = Instant::now();
    let engine = engine(wasmer);
    let module = Module::new(&engine, wasm);
    let took = started.elapsed();
    (took, module.map(|module| (engine, module)).map_err(Into::into))
}

fn ended(module: &Result<(Engine, Module)>) -> IterationResult {
    match module {
        Ok((_, module)) if module.exports().any(|export| export.name() == "run") => Ok(()),
        Ok(_) => Err("a module without its export".into()),
        Err(error) => Err(error.to_string()),
    }
}

fn sizes(wasm: &[u8], module: &Module) -> Result<[(&'static str, f64); 2]> {
    Ok([("wasm bytes", wasm.len() as f64), ("artifact bytes", module.serialize()?.len() as f64)])
}

/// What is known before anything is timed has to come from the first compile; so that is the one that is timed.
fn peak_memory(wasmer: &Wasmer, functions: u64) -> Result<Prepared> {
    let wasm = generated(functions)?;
    let before = Watermark::lowered();
    let (took, module) = timed(wasmer, Wasmer::engine, &wasm);
    let added = before.and_then(Watermark::rise);
    let ended = ended(&module);
    let facts = sizes(&wasm, &module?.1)?;
    let wasmer = wasmer.clone();
    let mut first = Some((took, ended));
    // Asked for more, it tells what another one takes.
    let lap = move || {
        first.take().unwrap_or_else(|| {
            let (took, module) = timed(&wasmer, Wasmer::engine, &wasm);
            (took, self::ended(&module))
        })
    };
    let added = added.map(|bytes| ("added peak bytes", bytes as f64));
    Ok(Prepared::laps(lap).with_facts(facts).with_facts(added))
}
