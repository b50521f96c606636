//! The host functions that exit, each as one would write it, and how its caller reads the code.
use std::collections::BTreeMap;
use std::fmt;

use wasmer::{Function, FunctionEnv, FunctionEnvMut, FunctionType, RuntimeError, Store, Type, Value};

use crate::catalog::scenario::exit::{CODES, LET_PASS};
use crate::exit_code::ExitCode;

/// Makes a host function in a store.
pub(super) type Way = fn(&mut Store) -> (Function, Read);

/// Reads the code of an error that ended the guest, or hands the error back.
pub(super) type Read = Box<dyn Fn(&Store, RuntimeError) -> Result<ExitCode, RuntimeError>>;

/// Whoever made the error for this exit alone has it back by value.
fn by_value() -> Read {
    Box::new(|_, error| error.downcast())
}

/// An error that lives on elsewhere can only be looked at.
fn by_reference() -> Read {
    Box::new(|_, error| error.downcast_ref().copied().ok_or(error))
}

/// What each of them decides, with an error type that no engine has heard of.
fn decide(code: u32, let_pass: u32) -> Result<u32, ExitCode> {
    if code == let_pass { Ok(code) } else { Err(ExitCode(code)) }
}

fn signature() -> FunctionType {
    FunctionType::new([Type::I32], [Type::I32])
}

fn argument(arguments: &[Value]) -> u32 {
    arguments[0].unwrap_i32() as u32
}

fn result(code: u32) -> Vec<Value> {
    vec![Value::I32(code as i32)]
}

pub(super) fn typed(store: &mut Store) -> (Function, Read) {
    let early_exit = |code: u32| decide(code, LET_PASS);
    (Function::new_typed(store, early_exit), by_value())
}

pub(super) fn typed_env(store: &mut Store) -> (Function, Read) {
    let let_pass = FunctionEnv::new(store, LET_PASS);
    let early_exit = |env: FunctionEnvMut<u32>, code: u32| decide(code, *env.data());
    (Function::new_typed_with_env(store, &let_pass, early_exit), by_value())
}

pub(super) fn dynamic(store: &mut Store) -> (Function, Read) {
    let early_exit = |arguments: &[Value]| {
        let code = decide(argument(arguments), LET_PASS).map_err(|code| RuntimeError::user(Box::new(code)))?;
        Ok(result(code))
    };
    (Function::new(store, signature(), early_exit), by_value())
}

pub(super) fn dynamic_env(store: &mut Store) -> (Function, Read) {
    let let_pass = FunctionEnv::new(store, LET_PASS);
    let early_exit = |env: FunctionEnvMut<u32>, arguments: &[Value]| {
        let code = decide(argument(arguments), *env.data()).map_err(|code| RuntimeError::user(Box::new(code)))?;
        Ok(result(code))
    };
    (Function::new_with_env(store, &let_pass, signature(), early_exit), by_value())
}

pub(super) fn on_the_spot(store: &mut Store) -> (Function, Read) {
    let early_exit = |code: u32| decide(code, LET_PASS).map_err(|code| RuntimeError::user(Box::new(code)));
    (Function::new_typed(store, early_exit), by_value())
}

/// One error for each code that will be asked for: a clone of it costs a counter, and captures no trace.
fn made_beforehand() -> BTreeMap<u32, RuntimeError> {
    CODES.into_iter().map(|code| (code, RuntimeError::user(Box::new(ExitCode(code))))).collect()
}

pub(super) fn typed_clone(store: &mut Store) -> (Function, Read) {
    let made = made_beforehand();
    let early_exit = move |code: u32| made.get(&code).map_or(Ok(code), |error| Err(error.clone()));
    (Function::new_typed(store, early_exit), by_reference())
}

pub(super) fn dynamic_clone(store: &mut Store) -> (Function, Read) {
    let made = made_beforehand();
    let early_exit = move |arguments: &[Value]| {
        let code = argument(arguments);
        made.get(&code).map_or_else(|| Ok(result(code)), |error| Err(error.clone()))
    };
    (Function::new(store, signature(), early_exit), by_reference())
}

/// The one error of those that leave the code beside it.
#[derive(Debug)]
pub(super) struct Exited;

impl fmt::Display for Exited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("exited; the code is in the store")
    }
}

impl std::error::Error for Exited {}

/// The code is in the store that exited: nobody else's exit can overwrite it.
fn beside(code: FunctionEnv<u32>) -> Read {
    Box::new(move |store, error| if error.is::<Exited>() { Ok(ExitCode(*code.as_ref(store))) } else { Err(error) })
}

pub(super) fn typed_sentinel(store: &mut Store) -> (Function, Read) {
    let beside_it = FunctionEnv::new(store, LET_PASS);
    let exited = RuntimeError::user(Box::new(Exited));
    let early_exit = move |mut env: FunctionEnvMut<u32>, code: u32| {
        decide(code, LET_PASS).map_err(|ExitCode(code)| {
            *env.data_mut() = code;
            exited.clone()
        })
    };
    (Function::new_typed_with_env(store, &beside_it, early_exit), beside(beside_it))
}

pub(super) fn dynamic_sentinel(store: &mut Store) -> (Function, Read) {
    let beside_it = FunctionEnv::new(store, LET_PASS);
    let exited = RuntimeError::user(Box::new(Exited));
    let early_exit = move |mut env: FunctionEnvMut<u32>, arguments: &[Value]| {
        let code = decide(argument(arguments), LET_PASS).map_err(|ExitCode(code)| {
            *env.data_mut() = code;
            exited.clone()
        })?;
        Ok(result(code))
    };
    (Function::new_with_env(store, &beside_it, signature(), early_exit), beside(beside_it))
}
