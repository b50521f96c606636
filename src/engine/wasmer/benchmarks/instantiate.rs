//! From a module to an instance.

use anyhow::Result;
use wasmer::{Function, imports};

use super::Theme;
use super::compile::generated;
use super::ready::{Ready, Run, early_exit};
use super::shelf::Guest;
use crate::catalog::benchmark::instantiate;
use crate::engine::Support::Do;
use crate::engine::embedding::{Instant, Prepared};
use crate::guest;

pub(super) const CAN: Theme = &[
    (&instantiate::EARLY_EXIT, Do(|wasmer, _| Ok(instantiate(wasmer.shelved(guest::EARLY_EXIT)?)))),
    (&instantiate::GENERATED, Do(|wasmer, functions| Ok(instantiate(wasmer.shelved(&generated(functions)?)?)))),
];

/// The guest, ready to run.
pub(super) fn ready(guest: &Guest) -> Result<(Ready, Run)> {
    let ready =
        Ready::new(guest, |store| imports! { "env" => { "early_exit" => Function::new_typed(store, early_exit) } })?;
    let run = ready.function("run")?;
    Ok((ready, run))
}

fn instantiate(guest: Guest) -> Prepared {
    Prepared::laps(move || {
        let started = Instant::now();
        let ready = ready(&guest);
        let took = started.elapsed();
        (took, ready.map(drop).map_err(|error| error.to_string()))
    })
}
