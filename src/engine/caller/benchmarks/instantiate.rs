//! From a module to an instance.

use anyhow::Result;

use super::Theme;
use super::api::Func;
use super::compile::generated;
use super::ready::{Ready, Run, early_exit};
use super::shelf::Guest;
use crate::catalog::benchmark::instantiate;
use crate::engine::Support::Do;
use crate::engine::embedding::{Instant, Prepared};
use crate::guest;

pub(in super::super::super) const CAN: Theme = &[
    (&instantiate::EARLY_EXIT, Do(|own, _| Ok(instantiate(own.shelved(guest::EARLY_EXIT)?)))),
    (&instantiate::GENERATED, Do(|own, functions| Ok(instantiate(own.shelved(&generated(functions)?)?)))),
];

/// The guest, ready to run.
pub(super) fn ready(guest: &Guest) -> Result<(Ready, Run)> {
    let mut ready = Ready::new(guest, (), |store| vec![Func::wrap(store, early_exit).into()])?;
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
