//! From bytes to a module.
use std::time::Duration;

use anyhow::Result;

use super::super::seam;
use super::api::{Engine, Module};
use super::{Own, Theme};
use crate::catalog::benchmark::compile;
use crate::engine::Support::Do;
use crate::engine::embedding::{Instant, IterationResult, Prepared, Unsupported};
use crate::engine::watermark::Watermark;
use crate::guest::{self, generated};

pub(in super::super::super) const CAN: Theme = &[
    (&compile::EARLY_EXIT, Do(|own, _| compile(own, Own::engine, guest::wasm(guest::EARLY_EXIT)))),
    (&compile::GENERATED, Do(|own, functions| compile(own, Own::engine, generated(functions)?))),
    (&compile::ONE_THREAD, Do(|own, functions| compile(own, Own::engine_of_one_thread, generated(functions)?))),
    (&compile::PEAK_MEMORY, Do(peak_memory)),
];

/// The generated module of that size that all benchmarks take.
pub(in super::super::super) fn generated(functions: u64) -> Result<Vec<u8>> {
    Ok(generated::functions(u32::try_from(functions)?, 0))
}

fn compile(own: &Own, engine: fn(&Own) -> Engine, wasm: Vec<u8>) -> Result<Prepared> {
    let facts = sizes(own, &wasm)?;
    let own = own.clone();
    let lap = move || {
        let (took, module) = timed(&own, engine, &wasm);
        (took, ended(&module))
    };
    Ok(Prepared::laps(lap).with_facts(facts))
}

/// The bytes of a module, and of its artifact where the engine makes one.
fn sizes(own: &Own, wasm: &[u8]) -> Result<Vec<(&'static str, f64)>> {
    let mut facts = vec![("wasm bytes", wasm.len() as f64)];
    match seam::serialize(&own.shelved(wasm)?.1) {
        Ok(artifact) => facts.push(("artifact bytes", artifact.len() as f64)),
        Err(error) if error.is::<Unsupported>() => {}
        Err(error) => return Err(error),
    }
    Ok(facts)
}

fn timed(own: &Own, engine: fn(&Own) -> Engine, wasm: &[u8]) -> (Duration, Result<(Engine, Module)>) {
    let started = Instant::now();
    let engine = engine(own);
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

/// What is known before anything is timed has to come from the first compile; so that is the one that is timed.
fn peak_memory(own: &Own, functions: u64) -> Result<Prepared> {
    let wasm = generated(functions)?;
    let bytes = wasm.len() as f64;
    let before = Watermark::lowered();
    let (took, module) = timed(own, Own::engine, &wasm);
    let added = before.and_then(Watermark::rise).map(|bytes| ("added peak bytes", bytes as f64));
    let mut first = Some((took, ended(&module)));
    let own = own.clone();
    // Asked for more, it tells what another one takes.
    let lap = move || {
        first.take().unwrap_or_else(|| {
            let (took, module) = timed(&own, Own::engine, &wasm);
            (took, ended(&module))
        })
    };
    Ok(Prepared::laps(lap).with_facts([("wasm bytes", bytes)]).with_facts(added))
}
