//! Calls that nobody leaves early.
use anyhow::{Result, bail};
use wasmer::{
    Function, FunctionEnv, FunctionEnvMut, FunctionType, RuntimeError, Store, Type, TypedFunction, Value, imports,
};

use super::Theme;
use super::ready::{Ready, tell};
use super::sweep::reentrant;
use crate::catalog::benchmark::call;
use crate::engine::Support::Do;
use crate::engine::embedding::Prepared;
use crate::engine::wasmer::Wasmer;
use crate::guest;

pub(super) const CAN: Theme = &[
    (&call::TYPED, Do(typed)),
    (&call::DYNAMIC, Do(|wasmer, _| dynamic(wasmer))),
    (&call::HOST_TYPED, Do(|wasmer, _| host(wasmer, host_typed))),
    (&call::HOST_TYPED_ENV, Do(|wasmer, _| host(wasmer, host_typed_env))),
    (&call::HOST_DYNAMIC, Do(|wasmer, _| host(wasmer, host_dynamic))),
    (&call::REENTRY, Do(|wasmer, _| reentry(wasmer))),
];

fn ready(wasmer: &Wasmer, next: impl FnOnce(&mut Store) -> Function) -> Result<Ready> {
    Ready::new(&wasmer.shelved(guest::CALLS)?, |store| imports! { "env" => { "next" => next(store) } })
}

/// Typed calls are written out for each number of parameters; so are these.
macro_rules! adding {
    ($ready:ident, $name:literal, $args:ty, $($arg:literal)*) => {{
        let add: TypedFunction<$args, i32> = $ready.function($name)?;
        Prepared::repeat(
            move || add.call(&mut $ready.store $(, $arg)*),
            |result: &Result<i32, RuntimeError>| matches!(result, Ok(sum) if *sum == 0 $(+ $arg)*),
            tell,
        )
    }};
}

fn typed(wasmer: &Wasmer, parameters: u64) -> Result<Prepared> {
    type Twenty = (i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32);
    let mut ready = ready(wasmer, host_typed)?;
    Ok(match parameters {
        0 => adding!(ready, "add_0", (),),
        2 => adding!(ready, "add_2", (i32, i32), 1 7),
        20 => adding!(ready, "add_20", Twenty, 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20),
        other => bail!("there are exports with 0, 2 and 20 parameters, none with {other}"),
    })
}

fn dynamic(wasmer: &Wasmer) -> Result<Prepared> {
    let mut ready = ready(wasmer, host_typed)?;
    let add = ready.instance.exports.get_function("add_2")?.clone();
    Ok(Prepared::repeat(
        move || add.call(&mut ready.store, &[Value::I32(1), Value::I32(7)]),
        |result| matches!(result.as_deref(), Ok([Value::I32(8)])),
        tell,
    ))
}

/// The guest adds up what the host makes of each number below how many there are.
fn host(wasmer: &Wasmer, next: fn(&mut Store) -> Function) -> Result<Prepared> {
    let mut ready = ready(wasmer, next)?;
    let sum: TypedFunction<u64, u64> = ready.function("sum")?;
    Ok(Prepared::bulk(
        move |iterations| sum.call(&mut ready.store, iterations),
        |iterations, result| {
            // 1 + 2 + .. + n, which needs one bit more than it ends up in.
            let must = (u128::from(iterations) * (u128::from(iterations) + 1) / 2) as u64;
            if matches!(result, Ok(sum) if sum == must) { Ok(()) } else { Err(tell(result)) }
        },
    ))
}

fn host_typed(store: &mut Store) -> Function {
    Function::new_typed(store, |i: u64| i.wrapping_add(1))
}

fn host_typed_env(store: &mut Store) -> Function {
    let calls = FunctionEnv::new(store, 0_u64);
    let next = |mut calls: FunctionEnvMut<u64>, i: u64| {
        *calls.data_mut() += 1;
        i.wrapping_add(1)
    };
    Function::new_typed_with_env(store, &calls, next)
}

fn host_dynamic(store: &mut Store) -> Function {
    let next = |arguments: &[Value]| Ok(vec![Value::I64(arguments[0].unwrap_i64().wrapping_add(1))]);
    Function::new(store, FunctionType::new([Type::I64], [Type::I64]), next)
}

fn reentry(wasmer: &Wasmer) -> Result<Prepared> {
    let (mut ready, descend) = reentrant(wasmer)?;
    Ok(Prepared::repeat(move || descend.call(&mut ready.store, 0, 1), |result| matches!(result, Ok(1)), tell))
}
