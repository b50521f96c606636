//! Calls without an exit: of the guest, of the host, and of the guest by the host.
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::api::{
    Caller, Error, Func, Raised, Store, TypedFunc, Val, ValType, call_dynamic, dynamic, imports, raise, wrap, wrap_env,
};
use super::guest_instance::{GuestInstance, describe};
use super::sweep::reentrant;
use super::{BenchmarkTable, Do, Engine, ExitCode, guest};
use crate::catalog::benchmark::call;
use crate::engine::embedding::{Prepared, Unsupported};

pub(crate) const BENCHMARKS: BenchmarkTable<Engine> = &[
    (&call::TYPED, Do(typed)),
    (&call::DYNAMIC, Do(|engine, _| call_dynamically(engine))),
    (&call::HOST_TYPED, Do(|engine, _| host(engine, host_typed))),
    (&call::HOST_TYPED_ENV, Do(|engine, _| host(engine, host_typed_env))),
    (&call::HOST_DYNAMIC, Do(|engine, _| host(engine, host_dynamic))),
    (&call::HOST_DEADLINE, Do(|engine, _| host(engine, host_deadline))),
    (&call::REENTRY, Do(|engine, _| reentry(engine))),
];

/// The instantiated guest with the host function `next`. The store's data counts calls of `host_typed_env`.
pub(crate) fn ready(engine: &Engine, next: impl FnOnce(&mut Store<u64>) -> Func) -> Result<GuestInstance<u64>> {
    GuestInstance::new(&engine.cached_module(guest::CALLS)?, 0, |store| imports! { "env" => { "next" => next(store) } })
}

/// A cell for one number of parameters, because typed calls have one implementation per number of parameters.
macro_rules! adding {
    ($ready:expr, $name:literal, $args:ty, $given:expr, $sum:expr) => {{
        let mut ready = $ready;
        let add: TypedFunc<$args, i32> = ready.function($name)?;
        Prepared::repeat(
            move || add.call(&mut ready.store, $given),
            |result: &Result<i32, Error>| matches!(result, Ok(sum) if *sum == $sum),
            describe,
        )
    }};
}
#[allow(unused_imports, reason = "for what one engine alone has")]
pub(crate) use adding;

/// All engines accept up to 16 parameters. An engine that accepts more has a separate row.
pub(crate) fn typed(engine: &Engine, parameters: u64) -> Result<Prepared> {
    let ready = ready(engine, host_typed)?;
    Ok(match parameters {
        0 => adding!(ready, "add_0", (), (), 0),
        2 => adding!(ready, "add_2", (i32, i32), (1, 7), 8),
        other => bail!(Unsupported(format!("no typed function of its has {other} parameters").into())),
    })
}

fn call_dynamically(engine: &Engine) -> Result<Prepared> {
    let mut ready = ready(engine, host_typed)?;
    let add = ready.instance.get_func(&mut ready.store, "add_2").context("no export `add_2`")?;
    Ok(Prepared::repeat(
        move || call_dynamic(&add, &mut ready.store, &[Val::I32(1), Val::I32(7)]).map(|[sum]| sum.i32()),
        |result| matches!(result, Ok(Some(8))),
        describe,
    ))
}

/// The guest sums the host function's results for all numbers below the number of iterations.
fn host(engine: &Engine, next: fn(&mut Store<u64>) -> Func) -> Result<Prepared> {
    let mut ready = ready(engine, next)?;
    let sum: TypedFunc<u64, u64> = ready.function("sum")?;
    Ok(Prepared::bulk(
        move |iterations| sum.call(&mut ready.store, iterations),
        |iterations, result| {
            // 1 + 2 + .. + n, in 128 bits, because the product can overflow 64 bits.
            let must = (u128::from(iterations) * (u128::from(iterations) + 1) / 2) as u64;
            if matches!(result, Ok(sum) if sum == must) { Ok(()) } else { Err(describe(result)) }
        },
    ))
}

pub(crate) fn host_typed(store: &mut Store<u64>) -> Func {
    wrap(store, |i: u64| i.wrapping_add(1))
}

fn host_typed_env(store: &mut Store<u64>) -> Func {
    wrap_env(store, |mut caller: Caller<'_, u64>, i: u64| {
        *caller.data_mut() += 1;
        i.wrapping_add(1)
    })
}

fn host_dynamic(store: &mut Store<u64>) -> Func {
    let next = |arguments: &[Val]| Ok([Val::I64(arguments[0].i64().unwrap_or_default().wrapping_add(1))]);
    dynamic(store, [ValType::I64], [ValType::I64], next)
}

fn host_deadline(store: &mut Store<u64>) -> Func {
    let deadline = Instant::now() + Duration::from_secs(86_400);
    wrap(store, move |i: u64| -> Result<u64, Raised<ExitCode>> {
        if Instant::now() < deadline { Ok(i.wrapping_add(1)) } else { Err(raise(ExitCode(124))) }
    })
}

fn reentry(engine: &Engine) -> Result<Prepared> {
    let (mut ready, descend) = reentrant(engine)?;
    Ok(Prepared::repeat(move || descend.call(&mut ready.store, (0, 1)), |result| matches!(result, Ok(1)), describe))
}
