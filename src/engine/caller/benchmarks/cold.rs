//! From nothing to the first exit.
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};

use super::api::Module;
use super::compile::generated;
use super::instantiate::ready;
use super::leave::exit;
use super::ready::{CODE, Came};
use super::shelf::Guest;
use super::{Own, Theme};
use crate::catalog::benchmark::cold;
use crate::engine::Support::Do;
use crate::engine::embedding::{Instant, IterationResult, Prepared};
use crate::guest;

pub(in super::super::super) const CAN: Theme = &[
    (&cold::BYTES_TO_EXIT, Do(|own, _| bytes_to_exit(own))),
    (&cold::BYTES_TO_RESULT, Do(bytes_to_result)),
    (&cold::FIRST_EXIT, Do(|own, _| first_exit(own))),
];

fn bytes_to_exit(own: &Own) -> Result<Prepared> {
    let (own, wasm) = (own.clone(), guest::wasm(guest::EARLY_EXIT));
    Ok(Prepared::laps(move || to_exit(|| compiled(&own, &wasm))))
}

fn compiled(own: &Own, wasm: &[u8]) -> Result<Guest> {
    let engine = own.engine();
    let module = Module::new(&engine, wasm)?;
    Ok(Arc::new((engine, module)))
}

/// From making a module to the first exit of its instance.
pub(in super::super::super) fn to_exit(make: impl FnOnce() -> Result<Guest>) -> (Duration, IterationResult) {
    let (took, came) = first_call(make, CODE.0 as i32);
    (took, came.map_err(|error| error.to_string()).and_then(Came::ended))
}

/// From making a module to what the first call of its instance came to.
fn first_call(make: impl FnOnce() -> Result<Guest>, code: i32) -> (Duration, Result<Came>) {
    let started = Instant::now();
    let made = make().and_then(|guest| {
        let (mut ready, run) = ready(&guest)?;
        let came = exit(&mut ready.store, &run, code, 7);
        Ok((came, ready, guest))
    });
    let took = started.elapsed();
    (took, made.map(|(came, ..)| came))
}

fn bytes_to_result(own: &Own, functions: u64) -> Result<Prepared> {
    let (own, wasm) = (own.clone(), generated(functions)?);
    let must = match first_call(|| own.shelved(&wasm), 0).1? {
        Came::Returned(result) => result,
        came => bail!(came.tell()),
    };
    Ok(Prepared::laps(move || {
        let (took, came) = first_call(|| compiled(&own, &wasm), 0);
        let ended = match came {
            Ok(Came::Returned(result)) if result == must => Ok(()),
            Ok(came) => Err(format!("{}, where {must} came before", came.tell())),
            Err(error) => Err(format!("{error:#}")),
        };
        (took, ended)
    }))
}

fn first_exit(own: &Own) -> Result<Prepared> {
    let guest = own.shelved(guest::EARLY_EXIT)?;
    Ok(Prepared::laps(move || {
        let (mut ready, run) = match ready(&guest) {
            Ok(ready) => ready,
            Err(error) => return (Duration::ZERO, Err(error.to_string())),
        };
        let started = Instant::now();
        let came = exit(&mut ready.store, &run, 1, 7);
        let took = started.elapsed();
        (took, Came::ended(came))
    }))
}
