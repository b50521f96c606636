//! The way out of a start function: the guest never becomes an instance.

use anyhow::Result;
use wasmer::{Function, Global, Imports, Instance, InstantiationError, Module, Store, Value, imports};

use super::leave::{note_leaving, since_leaving};
use super::ready::{CODE, Came};
use super::shelf::Guest;
use super::way::{ExitFn, Typed, Way, typed};
use crate::engine::embedding::{Instant, Prepared};
use crate::engine::wasmer::Wasmer;
use crate::exit_code::ExitCode;
use crate::guest;

/// What an instantiation needs, and what it is called in: both are made anew each time, since a store only grows.
fn before(guest: &Guest, leaving: impl ExitFn, code: ExitCode) -> (Store, Imports) {
    let mut store = Store::new(guest.0.clone());
    let early_exit = typed(leaving);
    let imports = imports! {
        "env" => {
            "early_exit" => Function::new_typed(&mut store, move |code: u32| early_exit(code).map(|()| 7)),
            "code" => Global::new(&mut store, Value::I32(code.0 as i32)),
        },
    };
    (store, imports)
}

fn instantiate(store: &mut Store, module: &Module, imports: &Imports) -> Result<Came, String> {
    match Instance::new(store, module, imports) {
        Ok(_) => Ok(Came::Returned(7)),
        Err(InstantiationError::Start(error)) => Ok(Typed::caught(error).map_or_else(Came::Failed, Came::Exited)),
        Err(error) => Err(error.to_string()),
    }
}

pub(super) fn whole(wasmer: &Wasmer, code: ExitCode) -> Result<Prepared> {
    let guest = wasmer.shelved(guest::EXIT_IN_START)?;
    Ok(Prepared::laps(move || {
        let (mut store, imports) = before(&guest, || (), code);
        let started = Instant::now();
        let came = instantiate(&mut store, &guest.1, &imports);
        let took = started.elapsed();
        let ended = came.and_then(|came| match came {
            Came::Returned(_) if code == ExitCode(0) => Ok(()),
            came => came.ended(),
        });
        (took, ended)
    }))
}

pub(super) fn leaving(wasmer: &Wasmer) -> Result<Prepared> {
    let guest = wasmer.shelved(guest::EXIT_IN_START)?;
    Ok(Prepared::laps(move || {
        let (mut store, imports) = before(&guest, note_leaving, CODE);
        let came = instantiate(&mut store, &guest.1, &imports);
        let arrived = Instant::now();
        since_leaving(arrived, came.and_then(Came::ended))
    }))
}
