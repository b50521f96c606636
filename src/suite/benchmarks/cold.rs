//! From nothing to the first exit.
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::api::Module;
use super::exit::exit;
use super::exit_method::Typed;
use super::guest_instance::ExitResult;
use super::instantiate::ready;
use super::{CachedModule, Engine};
use crate::catalog::benchmark::cold;
use crate::engine::BenchmarkTable;
use crate::engine::Support::Do;
use crate::engine::embedding::{IterationResult, Prepared};
use crate::guest;

pub(crate) const BENCHMARKS: BenchmarkTable<Engine> = &[
    (&cold::BYTES_TO_EXIT, Do(|engine, _| bytes_to_exit(engine))),
    (&cold::FIRST_EXIT, Do(|engine, _| first_exit(engine))),
];

fn bytes_to_exit(engine: &Engine) -> Result<Prepared> {
    let (engine, wasm) = (engine.clone(), guest::wasm(guest::EARLY_EXIT));
    Ok(Prepared::laps(move || {
        to_exit(|| {
            let runtime = engine.runtime();
            let module = Module::new(&runtime, &wasm)?;
            Ok(Arc::new((runtime, module)))
        })
    }))
}

/// From making a module to the first exit of its instance.
pub(crate) fn to_exit(make: impl FnOnce() -> Result<CachedModule>) -> (Duration, IterationResult) {
    let started = Instant::now();
    let made = make().and_then(|guest| {
        let (mut ready, run) = ready(&guest)?;
        let came = exit::<Typed, _>(&mut ready.store, &run, 1, 7);
        Ok((came, ready, guest))
    });
    let took = started.elapsed();
    (took, made.map_err(|error| error.to_string()).and_then(|(came, ..)| came.ended()))
}

fn first_exit(engine: &Engine) -> Result<Prepared> {
    let guest = engine.cached_module(guest::EARLY_EXIT)?;
    Ok(Prepared::laps(move || {
        let (mut ready, run) = match ready(&guest) {
            Ok(ready) => ready,
            Err(error) => return (Duration::ZERO, Err(error.to_string())),
        };
        let started = Instant::now();
        let came = exit::<Typed, _>(&mut ready.store, &run, 1, 7);
        let took = started.elapsed();
        (took, ExitResult::ended(came))
    }))
}
