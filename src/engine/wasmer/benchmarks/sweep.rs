//! How leaving grows with what lies around it.
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use wasmer::sys::vm::TrapCode;
use wasmer::{Function, FunctionEnv, FunctionEnvMut, Module, RuntimeError, imports};

use super::Theme;
use super::compile::generated;
use super::leave::{exit, note_leaving, ready, since_leaving};
use super::ready::{CODE, Came, Ready, Run, early_exit};
use super::trap::trapping;
use super::way::{Typed, TypedPrebuilt, Way};
use crate::catalog::benchmark::unwind;
use crate::engine::Support::Do;
use crate::engine::embedding::Prepared;
use crate::engine::wasmer::Wasmer;
use crate::guest;

pub(super) const CAN: Theme = &[
    (&unwind::GUEST_DEPTH, Do(guest_depth::<Typed>)),
    (&unwind::GUEST_DEPTH_LEAVE, Do(guest_depth_leave)),
    (&unwind::GUEST_DEPTH_PREBUILT, Do(guest_depth::<TypedPrebuilt>)),
    (&unwind::GUEST_DEPTH_UNREACHABLE, Do(unreachable)),
    (&unwind::REENTRIES, Do(reentries)),
    (&unwind::MODULES, Do(modules)),
    (&unwind::FUNCTIONS, Do(functions)),
];

fn guest_depth<W: Way>(wasmer: &Wasmer, frames: u64) -> Result<Prepared> {
    let mut ready = ready::<W>(wasmer, || ())?;
    let deep = deep(&mut ready, frames)?;
    let frames = i32::try_from(frames)?;
    let code = CODE.0 as i32;
    Ok(Prepared::repeat(move || exit::<W>(&mut ready.store, &deep, code, frames), Came::as_it_must, Came::tell))
}

fn guest_depth_leave(wasmer: &Wasmer, frames: u64) -> Result<Prepared> {
    let mut ready = ready::<Typed>(wasmer, note_leaving)?;
    let deep = deep(&mut ready, frames)?;
    let frames = i32::try_from(frames)?;
    Ok(Prepared::laps(move || {
        let came = exit::<Typed>(&mut ready.store, &deep, CODE.0 as i32, frames);
        let arrived = Instant::now();
        since_leaving(arrived, came.ended())
    }))
}

fn unreachable(wasmer: &Wasmer, frames: u64) -> Result<Prepared> {
    let mut ready = ready::<Typed>(wasmer, || ())?;
    let deep = deep(&mut ready, frames)?;
    Ok(trapping(ready, deep, (-1, i32::try_from(frames)?), TrapCode::UnreachableCodeReached))
}

/// The export that goes down before it leaves. A compiler might make a loop of it: so a trap from there has to show
/// that each frame is one.
fn deep(ready: &mut Ready, frames: u64) -> Result<Run> {
    let deep: Run = ready.function("deep")?;
    let trap = deep.call(&mut ready.store, -1, i32::try_from(frames)?).err().context("the guest did not trap")?;
    let seen = trap.trace().len() as u64;
    ensure!(seen == frames, "asked to go {frames} frames deep, the guest went {seen}");
    Ok(deep)
}

/// The guest's export, for the host function that calls it again. It is known only once the guest is an instance.
type Again = FunctionEnv<Option<Run>>;

/// A guest whose host function calls it again.
pub(super) fn reentrant(wasmer: &Wasmer) -> Result<(Ready, Run)> {
    fn reenter(mut env: FunctionEnvMut<Option<Run>>, code: i32, n: i32) -> Result<i32, RuntimeError> {
        let (again, mut store) = env.data_and_store_mut();
        let again = again.as_ref().ok_or_else(|| RuntimeError::new("called before it was ready"))?;
        again.call(&mut store, code, n)
    }
    let mut env: Option<Again> = None;
    let mut ready = Ready::new(&wasmer.shelved(guest::REENTRY)?, |store| {
        let env = env.insert(FunctionEnv::new(store, None));
        imports! {
            "env" => {
                "early_exit" => Function::new_typed(store, early_exit),
                "reenter" => Function::new_typed_with_env(store, env, reenter),
            },
        }
    })?;
    let descend: Run = ready.function("descend")?;
    if let Some(env) = env {
        *env.as_mut(&mut ready.store) = Some(descend.clone());
    }
    Ok((ready, descend))
}

fn reentries(wasmer: &Wasmer, times: u64) -> Result<Prepared> {
    let (mut ready, descend) = reentrant(wasmer)?;
    let (code, times) = (CODE.0 as i32, i32::try_from(times)?);
    Ok(Prepared::repeat(move || exit::<Typed>(&mut ready.store, &descend, code, times), Came::as_it_must, Came::tell))
}

fn modules(wasmer: &Wasmer, count: u64) -> Result<Prepared> {
    let artifact = wasmer.shelved(guest::LEAVING)?.1.serialize()?;
    let engine = wasmer.engine();
    // SAFETY: the bytes are what this engine's compiler made of a valid module, just now.
    let copy = |_| Ok(unsafe { Module::deserialize(&engine, artifact.clone()) }?);
    let copies = (0..count).map(copy).collect::<Result<Vec<_>>>()?;
    beside(wasmer, (copies, engine))
}

fn functions(wasmer: &Wasmer, count: u64) -> Result<Prepared> {
    beside(wasmer, wasmer.shelved(&generated(count)?)?)
}

/// An exit like any other, while that lives.
fn beside(wasmer: &Wasmer, company: impl Sized + 'static) -> Result<Prepared> {
    let mut ready = ready::<Typed>(wasmer, || ())?;
    let run = ready.function(Typed::EXPORT)?;
    let step = move || exit::<Typed>(&mut ready.store, &run, CODE.0 as i32, 7);
    Ok(Prepared::repeat(step, Came::as_it_must, Came::tell).beside(company))
}
