//! Calls that nobody leaves early.
use anyhow::{Context, Result, bail};

use super::api::{Caller, Error, Func, Store, TypedFunc, Val, ValType, func_type};
use super::ready::{Ready, tell};
use super::sweep::reentrant;
use super::{Own, Theme};
use crate::catalog::benchmark::call;
use crate::engine::BackendError;
use crate::engine::Support::Do;
use crate::engine::embedding::Prepared;
use crate::guest;

pub(in super::super::super) const CAN: Theme = &[
    (&call::TYPED, Do(typed)),
    (&call::DYNAMIC, Do(|own, _| dynamic(own))),
    (&call::HOST_TYPED, Do(|own, _| host(own, host_typed))),
    (&call::HOST_TYPED_ENV, Do(|own, _| host(own, host_typed_env))),
    (&call::HOST_DYNAMIC, Do(|own, _| host(own, host_dynamic))),
    (&call::REENTRY, Do(|own, _| reentry(own))),
];

/// The store's data counts the calls, for the one that looks at it.
fn ready(own: &Own, next: impl FnOnce(&mut Store<u64>) -> Func) -> Result<Ready<u64>> {
    Ready::new(&own.shelved(guest::CALLS)?, 0, |store| vec![next(store).into()])
}

/// Typed calls are written out for each number of parameters; so are these.
macro_rules! adding {
    ($ready:ident, $name:literal, $args:ty, $given:expr, $sum:expr) => {{
        let add: TypedFunc<$args, i32> = $ready.function($name)?;
        Prepared::repeat(
            move || add.call(&mut $ready.store, $given),
            |result: &Result<i32, Error>| matches!(result, Ok(sum) if *sum == $sum),
            tell,
        )
    }};
}

fn typed(own: &Own, parameters: u64) -> Result<Prepared> {
    let mut ready = ready(own, host_typed)?;
    Ok(match parameters {
        0 => adding!(ready, "add_0", (), (), 0),
        2 => adding!(ready, "add_2", (i32, i32), (1, 7), 8),
        // The longest tuples that either takes have 17 and 16 members.
        other => bail!(BackendError::unsupported(format!("no typed function of its has {other} parameters"))),
    })
}

fn dynamic(own: &Own) -> Result<Prepared> {
    let mut ready = ready(own, host_typed)?;
    let add = ready.instance.get_func(&mut ready.store, "add_2").context("no export `add_2`")?;
    Ok(Prepared::repeat(
        move || {
            let mut results = [Val::I32(0)];
            add.call(&mut ready.store, &[Val::I32(1), Val::I32(7)], &mut results).map(|()| results[0].i32())
        },
        |result: &Result<_, Error>| matches!(result, Ok(Some(8))),
        tell,
    ))
}

/// The guest adds up what the host makes of each number below how many there are.
fn host(own: &Own, next: fn(&mut Store<u64>) -> Func) -> Result<Prepared> {
    let mut ready = ready(own, next)?;
    let sum: TypedFunc<u64, u64> = ready.function("sum")?;
    Ok(Prepared::bulk(
        move |iterations| sum.call(&mut ready.store, iterations),
        |iterations, result| {
            // 1 + 2 + .. + n, which needs one bit more than it ends up in.
            let must = (u128::from(iterations) * (u128::from(iterations) + 1) / 2) as u64;
            if matches!(result, Ok(sum) if sum == must) { Ok(()) } else { Err(tell(result)) }
        },
    ))
}

fn host_typed(store: &mut Store<u64>) -> Func {
    Func::wrap(store, |i: u64| i.wrapping_add(1))
}

fn host_typed_env(store: &mut Store<u64>) -> Func {
    Func::wrap(store, |mut caller: Caller<'_, u64>, i: u64| {
        *caller.data_mut() += 1;
        i.wrapping_add(1)
    })
}

fn host_dynamic(store: &mut Store<u64>) -> Func {
    let signature = func_type(store.engine(), [ValType::I64], [ValType::I64]);
    Func::new(store, signature, |_: Caller<'_, u64>, arguments: &[Val], results: &mut [Val]| {
        results[0] = Val::I64(arguments[0].i64().unwrap_or_default().wrapping_add(1));
        Ok(())
    })
}

fn reentry(own: &Own) -> Result<Prepared> {
    let (mut ready, descend) = reentrant(own)?;
    Ok(Prepared::repeat(move || descend.call(&mut ready.store, (0, 1)), |result| matches!(result, Ok(1)), tell))
}
