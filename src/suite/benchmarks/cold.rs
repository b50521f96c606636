//! Cold starts: the time to the first exit or the first result.
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};

use super::api::Module;
use super::exit::exit;
use super::guest_instance::{CODE, ExitResult};
use super::instantiate::ready;
use super::way::Typed;
use super::{BenchmarkTable, CachedModule, Do, Engine, generated, guest};
use crate::catalog::benchmark::cold;
use crate::engine::embedding::{IterationResult, Prepared, timed};

pub(crate) const BENCHMARKS: BenchmarkTable<Engine> = &[
    (&cold::BYTES_TO_EXIT, Do(|engine, _| bytes_to_exit(engine))),
    (&cold::BYTES_TO_RESULT, Do(bytes_to_result)),
    (&cold::FIRST_EXIT, Do(|engine, _| first_exit(engine))),
];

fn bytes_to_exit(engine: &Engine) -> Result<Prepared> {
    let (engine, wasm) = (engine.clone(), guest::wasm(guest::EARLY_EXIT));
    Ok(Prepared::laps(move || to_exit(|| compiled(&engine, &wasm))))
}

fn compiled(engine: &Engine, wasm: &[u8]) -> Result<CachedModule> {
    let runtime = engine.runtime();
    let module = Module::new(&runtime, wasm)?;
    Ok(Arc::new((runtime, module)))
}

/// The time from creating a module to the first exit of its instance.
pub(crate) fn to_exit(make: impl FnOnce() -> Result<CachedModule>) -> (Duration, IterationResult) {
    let (took, result) = first_call(make, CODE.0 as i32);
    (took, result.map_err(|error| error.to_string()).and_then(ExitResult::ended))
}

/// The time from creating a module to the result of its instance's first call.
fn first_call(make: impl FnOnce() -> Result<CachedModule>, code: i32) -> (Duration, Result<ExitResult>) {
    let (took, made) = timed(|| {
        let guest = make()?;
        let (mut ready, run) = ready(&guest)?;
        let observed = exit::<Typed, _>(&mut ready.store, &run, code, 7);
        Ok((observed, ready, guest))
    });
    (took, made.map(|(observed, ..)| observed))
}

fn bytes_to_result(engine: &Engine, functions: u64) -> Result<Prepared> {
    let (engine, wasm) = (engine.clone(), generated::of_size(functions)?);
    let expected = match first_call(|| engine.cached_module(&wasm), 0).1? {
        ExitResult::Returned(result) => result,
        other => bail!(other.describe()),
    };
    Ok(Prepared::laps(move || {
        let (took, result) = first_call(|| compiled(&engine, &wasm), 0);
        let ended = match result {
            Ok(ExitResult::Returned(result)) if result == expected => Ok(()),
            Ok(other) => Err(format!("{}, expected {expected}", other.describe())),
            Err(error) => Err(format!("{error:#}")),
        };
        (took, ended)
    }))
}

fn first_exit(engine: &Engine) -> Result<Prepared> {
    let guest = engine.cached_module(guest::EARLY_EXIT)?;
    Ok(Prepared::laps(move || {
        let (mut ready, run) = match ready(&guest) {
            Ok(ready) => ready,
            Err(error) => return (Duration::ZERO, Err(error.to_string())),
        };
        let (took, observed) = timed(|| exit::<Typed, _>(&mut ready.store, &run, 1, 7));
        (took, ExitResult::ended(observed))
    }))
}
