//! Exits by guest frames, re-entries, and resident code.
use anyhow::{Context, Result, ensure};

use super::api::{Caller, Error, copies, frames, imports, trap_code, wrap, wrap_env};
use super::exit::{exit, ready};
use super::guest_instance::{CODE, GuestInstance, RunFunc, early_exit, repeat_exit};
use super::trap::trapping;
use super::way::{BeforeExit, Typed, WayToExit};
use super::{BenchmarkTable, Do, Engine, generated, guest};
use crate::catalog::benchmark::unwind;
use crate::engine::embedding::{Instant, Prepared};
use crate::engine::exit_latency::{latency_since_exit, note_exit};

pub(crate) const BENCHMARKS: BenchmarkTable<Engine> = &[
    (&unwind::GUEST_DEPTH, Do(guest_depth::<Typed>)),
    (&unwind::GUEST_DEPTH_LATENCY, Do(guest_depth_latency)),
    (&unwind::GUEST_DEPTH_UNREACHABLE, Do(unreachable)),
    (&unwind::REENTRIES, Do(reentries)),
    (&unwind::MODULES, Do(modules)),
    (&unwind::FUNCTIONS, Do(functions)),
];

pub(crate) fn guest_depth<M: WayToExit>(engine: &Engine, frames: u64) -> Result<Prepared> {
    let (mut ready, recursion, frames) = recursion::<M>(engine, || (), frames)?;
    let code = CODE.0 as i32;
    Ok(repeat_exit(move || exit::<M, _>(&mut ready.store, &recursion, code, frames)))
}

fn guest_depth_latency(engine: &Engine, frames: u64) -> Result<Prepared> {
    let (mut ready, recursion, frames) = recursion::<Typed>(engine, note_exit, frames)?;
    Ok(Prepared::laps(move || {
        let result = exit::<Typed, _>(&mut ready.store, &recursion, CODE.0 as i32, frames);
        let arrived = Instant::now();
        latency_since_exit(arrived, result.ended())
    }))
}

fn unreachable(engine: &Engine, frames: u64) -> Result<Prepared> {
    let (ready, recursion, frames) = recursion::<Typed>(engine, || (), frames)?;
    trapping(ready, recursion, (-1, frames))
}

/// A guest with its export that exits below `depth` guest frames. A compiler might turn the recursion into a loop. So a trap
/// must show all of these frames, as far as the engine records frames.
fn recursion<M: WayToExit>(
    engine: &Engine,
    before_exit: impl BeforeExit,
    depth: u64,
) -> Result<(GuestInstance<u64>, RunFunc, i32)> {
    let mut ready = ready::<M>(engine, before_exit)?;
    let recursion: RunFunc = ready.function("deep")?;
    let frames_below = i32::try_from(depth)?;
    let trap = recursion.call(&mut ready.store, (-1, frames_below)).err().context("the guest did not trap")?;
    if let Some((seen, least)) = frames(&trap) {
        ensure!((depth.min(least)..=depth).contains(&seen), "asked to go {depth} frames deep, the guest went {seen}");
    }
    ensure!(trap_code(trap).is_some(), "the guest ended in something else than a trap");
    Ok((ready, recursion, frames_below))
}

/// A guest whose host function calls the guest again. The store's data is the guest's export, which exists only after the
/// instantiation.
pub(super) fn reentrant(engine: &Engine) -> Result<(GuestInstance<Option<RunFunc>>, RunFunc)> {
    fn reenter(mut caller: Caller<'_, Option<RunFunc>>, code: i32, n: i32) -> Result<i32, Error> {
        match caller.data().clone() {
            Some(again) => again.call(&mut caller, (code, n)),
            None => Ok(-1),
        }
    }
    let mut ready = GuestInstance::new(&engine.cached_module(guest::REENTRY)?, None, |store| {
        imports! {
            "env" => { "early_exit" => wrap(store, early_exit), "reenter" => wrap_env(store, reenter) },
        }
    })?;
    let descend: RunFunc = ready.function("descend")?;
    *ready.store.data_mut() = Some(descend.clone());
    Ok((ready, descend))
}

fn reentries(engine: &Engine, times: u64) -> Result<Prepared> {
    let (mut ready, descend) = reentrant(engine)?;
    let (code, times) = (CODE.0 as i32, i32::try_from(times)?);
    Ok(repeat_exit(move || exit::<Typed, _>(&mut ready.store, &descend, code, times)))
}

fn modules(engine: &Engine, count: u64) -> Result<Prepared> {
    with_resident_code(engine, copies(engine, guest::LEAVING, count)?)
}

fn functions(engine: &Engine, count: u64) -> Result<Prepared> {
    with_resident_code(engine, engine.cached_module(&generated::of_size(count)?)?)
}

/// A typed exit while other code is resident.
fn with_resident_code(engine: &Engine, resident_code: impl Sized + 'static) -> Result<Prepared> {
    let mut ready = ready::<Typed>(engine, || ())?;
    let run = ready.function(Typed::EXPORT)?;
    Ok(repeat_exit(move || exit::<Typed, _>(&mut ready.store, &run, CODE.0 as i32, 7)).keeping(resident_code))
}
