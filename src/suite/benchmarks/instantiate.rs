//! Instantiation of a compiled module.
use anyhow::Result;

use super::api::{imports, wrap};
use super::guest_instance::{GuestInstance, RunFunc, early_exit};
use super::{BenchmarkTable, CachedModule, Do, Engine, generated, guest};
use crate::catalog::benchmark::instantiate;
use crate::engine::embedding::Prepared;

pub(crate) const BENCHMARKS: BenchmarkTable<Engine> = &[
    (&instantiate::EARLY_EXIT, Do(|engine, _| Ok(instantiate(engine.cached_module(guest::EARLY_EXIT)?)))),
    (
        &instantiate::GENERATED,
        Do(|engine, functions| Ok(instantiate(engine.cached_module(&generated::of_size(functions)?)?))),
    ),
];

/// A new instance of a guest, and its export `run`.
pub(super) fn ready(guest: &CachedModule) -> Result<(GuestInstance, RunFunc)> {
    let mut ready =
        GuestInstance::new(guest, (), |store| imports! { "env" => { "early_exit" => wrap(store, early_exit) } })?;
    let run = ready.function("run")?;
    Ok((ready, run))
}

fn instantiate(guest: CachedModule) -> Prepared {
    Prepared::timing(move || ready(&guest))
}
