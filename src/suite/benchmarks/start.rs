//! Exits from a start function, after which there is no instance.
use anyhow::Result;

use super::api::{Error, Imports, Instance, Module, Raised, Store, constant, downcast, imports, new_store, wrap};
use super::guest_instance::{CODE, ExitResult};
use super::way::{BeforeExit, typed};
use super::{CachedModule, Engine, ExitCode, guest};
use crate::engine::embedding::{Instant, Prepared, timed};
use crate::engine::exit_latency::{latency_since_exit, note_exit};

/// A store and the imports of one instantiation. Each iteration needs a new store, because a store keeps all instances.
fn before(guest: &CachedModule, before_exit: impl BeforeExit, code: ExitCode) -> Result<(Store<()>, Imports), Error> {
    let mut store = new_store(&guest.0, ());
    let early_exit = typed(before_exit);
    let early_exit =
        wrap(&mut store, move |code: u32| -> Result<i32, Raised<ExitCode>> { early_exit(code).map(|()| 7) });
    let code = constant(&mut store, code.0 as i32)?;
    Ok((store, imports! { "env" => { "early_exit" => early_exit, "code" => code } }))
}

fn instantiate(store: &mut Store<()>, module: &Module, imports: &Imports) -> ExitResult {
    match Instance::new(store, module, imports) {
        Ok(_) => ExitResult::Returned(7),
        Err(error) => downcast(error).map_or_else(ExitResult::Failed, ExitResult::Exited),
    }
}

pub(super) fn whole(engine: &Engine, code: ExitCode) -> Result<Prepared> {
    let guest = engine.cached_module(guest::EXIT_IN_START)?;
    before(&guest, || (), code)?;
    Ok(Prepared::laps(move || {
        let (mut store, imports) = before(&guest, || (), code).expect("as it was made before");
        let (took, observed) = timed(|| instantiate(&mut store, &guest.1, &imports));
        let ended = match observed {
            ExitResult::Returned(_) if code == ExitCode(0) => Ok(()),
            observed => observed.ended(),
        };
        (took, ended)
    }))
}

pub(super) fn latency(engine: &Engine) -> Result<Prepared> {
    let guest = engine.cached_module(guest::EXIT_IN_START)?;
    before(&guest, note_exit, CODE)?;
    Ok(Prepared::laps(move || {
        let (mut store, imports) = before(&guest, note_exit, CODE).expect("as it was made before");
        let observed = instantiate(&mut store, &guest.1, &imports);
        let arrived = Instant::now();
        latency_since_exit(arrived, observed.ended())
    }))
}
