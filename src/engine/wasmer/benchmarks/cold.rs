//! From nothing to the first exit.
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use wasmer::sys::EngineBuilder;
use wasmer::{Engine, Module};

use super::Theme;
use super::compile::generated;
use super::instantiate::ready;
use super::leave::exit;
use super::ready::{CODE, Came};
use super::shelf::Guest;
use super::way::Typed;
use crate::catalog::benchmark::cold;
use crate::engine::Support::Do;
use crate::engine::embedding::{Instant, IterationResult, Prepared};
use crate::engine::wasmer::Wasmer;
use crate::guest;

pub(super) const CAN: Theme = &[
    (&cold::BYTES_TO_EXIT, Do(|wasmer, _| bytes_to_exit(wasmer))),
    (&cold::BYTES_TO_RESULT, Do(bytes_to_result)),
    (&cold::ARTIFACT_TO_EXIT, Do(|wasmer, _| artifact_to_exit(wasmer))),
    (&cold::FIRST_EXIT, Do(|wasmer, _| first_exit(wasmer))),
];

fn bytes_to_exit(wasmer: &Wasmer) -> Result<Prepared> {
    let (wasmer, wasm) = (wasmer.clone(), guest::wasm(guest::EARLY_EXIT));
    Ok(Prepared::laps(move || to_exit(|| compiled(&wasmer, &wasm))))
}

fn compiled(wasmer: &Wasmer, wasm: &[u8]) -> Result<Guest> {
    let engine = wasmer.engine();
    let module = Module::new(&engine, wasm)?;
    Ok(Arc::new((engine, module)))
}

fn artifact_to_exit(wasmer: &Wasmer) -> Result<Prepared> {
    let artifact = wasmer.shelved(guest::EARLY_EXIT)?.1.serialize()?;
    Ok(Prepared::laps(move || {
        to_exit(|| {
            let engine: Engine = EngineBuilder::headless().into();
            // SAFETY: the bytes are what a compiler made of a valid module in this process.
            let module = unsafe { Module::deserialize(&engine, artifact.clone()) }?;
            Ok(Arc::new((engine, module)))
        })
    }))
}

/// From making a module to the first exit of its instance.
fn to_exit(make: impl FnOnce() -> Result<Guest>) -> (Duration, IterationResult) {
    let (took, came) = first_call(make, CODE.0 as i32);
    (took, came.map_err(|error| error.to_string()).and_then(Came::ended))
}

/// From making a module to what the first call of its instance came to.
fn first_call(make: impl FnOnce() -> Result<Guest>, code: i32) -> (Duration, Result<Came>) {
    let started = Instant::now();
    let made = make().and_then(|guest| {
        let (mut ready, run) = ready(&guest)?;
        let came = exit::<Typed>(&mut ready.store, &run, code, 7);
        Ok((came, ready, guest))
    });
    let took = started.elapsed();
    (took, made.map(|(came, ..)| came))
}

fn bytes_to_result(wasmer: &Wasmer, functions: u64) -> Result<Prepared> {
    let (wasmer, wasm) = (wasmer.clone(), generated(functions)?);
    let must = match first_call(|| wasmer.shelved(&wasm), 0).1? {
        Came::Returned(result) => result,
        came => bail!(came.tell()),
    };
    Ok(Prepared::laps(move || {
        let (took, came) = first_call(|| compiled(&wasmer, &wasm), 0);
        let ended = match came {
            Ok(Came::Returned(result)) if result == must => Ok(()),
            Ok(came) => Err(format!("{}, where {must} came before", came.tell())),
            Err(error) => Err(format!("{error:#}")),
        };
        (took, ended)
    }))
}

fn first_exit(wasmer: &Wasmer) -> Result<Prepared> {
    let guest = wasmer.shelved(guest::EARLY_EXIT)?;
    Ok(Prepared::laps(move || {
        let (mut ready, run) = match ready(&guest) {
            Ok(ready) => ready,
            Err(error) => return (Duration::ZERO, Err(error.to_string())),
        };
        let started = Instant::now();
        let came = exit::<Typed>(&mut ready.store, &run, 1, 7);
        let took = started.elapsed();
        (took, Came::ended(came))
    }))
}
