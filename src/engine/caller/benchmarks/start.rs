//! The way out of a start function: the guest never becomes an instance.

use anyhow::Result;

use super::Own;
use super::api::{Error, Extern, Func, Instance, Module, Store, constant, downcast};
use super::leave::{note_leaving, since_leaving};
use super::ready::{CODE, Came};
use super::shelf::Guest;
use super::way::{ExitFn, typed};
use crate::engine::embedding::{Instant, Prepared};
use crate::exit_code::ExitCode;
use crate::guest;

/// What an instantiation needs, and what it is called in: both are made anew each time, since a store only grows.
fn before(guest: &Guest, leaving: impl ExitFn, code: ExitCode) -> Result<(Store<()>, [Extern; 2]), Error> {
    let mut store = Store::new(&guest.0, ());
    let early_exit = typed(leaving);
    let early_exit = Func::wrap(&mut store, move |code: u32| early_exit(code).map(|()| 7));
    let code = constant(&mut store, code.0 as i32)?;
    Ok((store, [early_exit.into(), code.into()]))
}

fn instantiate(store: &mut Store<()>, module: &Module, imports: &[Extern]) -> Came {
    match Instance::new(store, module, imports) {
        Ok(_) => Came::Returned(7),
        Err(error) => downcast(error).map_or_else(Came::Failed, Came::Exited),
    }
}

pub(super) fn whole(own: &Own, code: ExitCode) -> Result<Prepared> {
    let guest = own.shelved(guest::EXIT_IN_START)?;
    before(&guest, || (), code)?;
    Ok(Prepared::laps(move || {
        let (mut store, imports) = before(&guest, || (), code).expect("as it was made before");
        let started = Instant::now();
        let came = instantiate(&mut store, &guest.1, &imports);
        let took = started.elapsed();
        let ended = match came {
            Came::Returned(_) if code == ExitCode(0) => Ok(()),
            came => came.ended(),
        };
        (took, ended)
    }))
}

pub(super) fn leaving(own: &Own) -> Result<Prepared> {
    let guest = own.shelved(guest::EXIT_IN_START)?;
    before(&guest, note_leaving, CODE)?;
    Ok(Prepared::laps(move || {
        let (mut store, imports) = before(&guest, note_leaving, CODE).expect("as it was made before");
        let came = instantiate(&mut store, &guest.1, &imports);
        let arrived = Instant::now();
        since_leaving(arrived, came.ended())
    }))
}
