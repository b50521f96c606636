//! How leaving grows with what lies around it.
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use super::api::{Caller, Error, Func, Module, frames, trap as code_of};
use super::compile::generated;
use super::leave::{exit, note_leaving, ready, since_leaving};
use super::ready::{CODE, Came, Ready, Run, early_exit};
use super::trap::trapping;
use super::way::{Typed, Way};
use super::{Own, Theme};
use crate::catalog::benchmark::unwind;
use crate::engine::Support::{Do, Not};
use crate::engine::embedding::Prepared;
use crate::guest;

pub(in super::super::super) const CAN: Theme = &[
    (&unwind::GUEST_DEPTH, Do(guest_depth)),
    (&unwind::GUEST_DEPTH_LEAVE, Do(guest_depth_leave)),
    (&unwind::GUEST_DEPTH_PREBUILT, Not(super::super::scenarios::exit::NO_CLONES)),
    (&unwind::GUEST_DEPTH_UNREACHABLE, Do(unreachable)),
    (&unwind::REENTRIES, Do(reentries)),
    (&unwind::MODULES, Do(modules)),
    (&unwind::FUNCTIONS, Do(functions)),
];

fn guest_depth(own: &Own, frames: u64) -> Result<Prepared> {
    let mut ready = ready::<Typed>(own, || ())?;
    let deep = deep(&mut ready, frames)?;
    let frames = i32::try_from(frames)?;
    let code = CODE.0 as i32;
    Ok(Prepared::repeat(move || exit(&mut ready.store, &deep, code, frames), Came::as_it_must, Came::tell))
}

fn guest_depth_leave(own: &Own, frames: u64) -> Result<Prepared> {
    let mut ready = ready::<Typed>(own, note_leaving)?;
    let deep = deep(&mut ready, frames)?;
    let frames = i32::try_from(frames)?;
    Ok(Prepared::laps(move || {
        let came = exit(&mut ready.store, &deep, CODE.0 as i32, frames);
        let arrived = Instant::now();
        since_leaving(arrived, came.ended())
    }))
}

fn unreachable(own: &Own, frames: u64) -> Result<Prepared> {
    let mut ready = ready::<Typed>(own, || ())?;
    let deep = deep(&mut ready, frames)?;
    trapping(ready, deep, (-1, i32::try_from(frames)?))
}

/// The export that goes down before it leaves. A compiler might make a loop of it: so a trap from there has to show
/// that each frame is one, as far as it shows any.
fn deep(ready: &mut Ready<u64>, depth: u64) -> Result<Run> {
    let deep: Run = ready.function("deep")?;
    let trap = deep.call(&mut ready.store, (-1, i32::try_from(depth)?)).err().context("the guest did not trap")?;
    ensure!(code_of(&trap).is_some(), "the guest ended in something else than a trap: {trap}");
    if let Some((seen, least)) = frames(&trap) {
        ensure!((depth.min(least)..=depth).contains(&seen), "asked to go {depth} frames deep, the guest went {seen}");
    }
    Ok(deep)
}

/// A guest whose host function calls it again. The store's data is the guest's export, known only once the guest is an
/// instance.
pub(super) fn reentrant(own: &Own) -> Result<(Ready<Option<Run>>, Run)> {
    fn reenter(mut caller: Caller<'_, Option<Run>>, code: i32, n: i32) -> Result<i32, Error> {
        match caller.data().clone() {
            Some(again) => again.call(&mut caller, (code, n)),
            None => Ok(-1),
        }
    }
    let mut ready = Ready::new(&own.shelved(guest::REENTRY)?, None, |store| {
        vec![Func::wrap(&mut *store, early_exit).into(), Func::wrap(store, reenter).into()]
    })?;
    let descend: Run = ready.function("descend")?;
    *ready.store.data_mut() = Some(descend.clone());
    Ok((ready, descend))
}

fn reentries(own: &Own, times: u64) -> Result<Prepared> {
    let (mut ready, descend) = reentrant(own)?;
    let (code, times) = (CODE.0 as i32, i32::try_from(times)?);
    Ok(Prepared::repeat(move || exit(&mut ready.store, &descend, code, times), Came::as_it_must, Came::tell))
}

fn modules(own: &Own, count: u64) -> Result<Prepared> {
    let engine = own.engine();
    let wasm = guest::wasm(guest::LEAVING);
    let copies = (0..count).map(|_| Ok(Module::new(&engine, &wasm)?)).collect::<Result<Vec<_>>>()?;
    beside(own, (copies, engine))
}

fn functions(own: &Own, count: u64) -> Result<Prepared> {
    beside(own, own.shelved(&generated(count)?)?)
}

/// An exit like any other, while that lives.
fn beside(own: &Own, company: impl Sized + 'static) -> Result<Prepared> {
    let mut ready = ready::<Typed>(own, || ())?;
    let run = ready.function(Typed::EXPORT)?;
    let step = move || exit(&mut ready.store, &run, CODE.0 as i32, 7);
    Ok(Prepared::repeat(step, Came::as_it_must, Came::tell).beside(company))
}
