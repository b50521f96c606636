//! Scenarios of host functions that return Wasmer's error: a new error, a clone of a prebuilt error, or a sentinel.
use std::collections::BTreeMap;

use wasmer::{RuntimeError, Type, Value};

use crate::catalog::scenario::exit;
use crate::catalog::scenario::exit::{CODES, LET_PASS};
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::wasmer::Wasmer;
use crate::engine::wasmer::api::{Caller, Func, Store, dynamic, dynamic_env, wrap, wrap_env};
use crate::engine::wasmer::suite::scenarios::exit::{ExitFunction, argument, by_value, decide, play, start};
use crate::exit_code::ExitCode;

pub(super) const SCENARIOS: ScenarioTable<Wasmer> = &[
    (&exit::ON_THE_SPOT, Do(|wasmer, out| play(wasmer, out, ON_THE_SPOT, "direct"))),
    (&exit::ON_THE_SPOT_INDIRECT, Do(|wasmer, out| play(wasmer, out, ON_THE_SPOT, "indirect"))),
    (&exit::TYPED_CLONE, Do(|wasmer, out| play(wasmer, out, TYPED_CLONE, "direct"))),
    (&exit::TYPED_CLONE_INDIRECT, Do(|wasmer, out| play(wasmer, out, TYPED_CLONE, "indirect"))),
    (&exit::DYNAMIC_CLONE, Do(|wasmer, out| play(wasmer, out, DYNAMIC_CLONE, "direct"))),
    (&exit::DYNAMIC_CLONE_INDIRECT, Do(|wasmer, out| play(wasmer, out, DYNAMIC_CLONE, "indirect"))),
    (&exit::TYPED_SENTINEL, Do(|wasmer, out| play(wasmer, out, TYPED_SENTINEL, "direct"))),
    (&exit::TYPED_SENTINEL_INDIRECT, Do(|wasmer, out| play(wasmer, out, TYPED_SENTINEL, "indirect"))),
    (&exit::DYNAMIC_SENTINEL, Do(|wasmer, out| play(wasmer, out, DYNAMIC_SENTINEL, "direct"))),
    (&exit::DYNAMIC_SENTINEL_INDIRECT, Do(|wasmer, out| play(wasmer, out, DYNAMIC_SENTINEL, "indirect"))),
    (&exit::START_CLONE, Do(|wasmer, out| start(wasmer, out, &[("a clone", TYPED_CLONE)]))),
];

const ON_THE_SPOT: ExitFunction = (on_the_spot, by_value);
const TYPED_CLONE: ExitFunction = (typed_clone, by_reference);
const DYNAMIC_CLONE: ExitFunction = (dynamic_clone, by_reference);
const TYPED_SENTINEL: ExitFunction = (typed_sentinel, beside_it);
const DYNAMIC_SENTINEL: ExitFunction = (dynamic_sentinel, beside_it);

/// Reads the code by reference, because `downcast` fails while the prebuilt error exists.
fn by_reference(_: &Store<u32>, error: RuntimeError) -> Result<ExitCode, RuntimeError> {
    error.downcast_ref().copied().ok_or(error)
}

/// Reads the code from the data of the store. An exit in another store cannot overwrite it.
fn beside_it(store: &Store<u32>, error: RuntimeError) -> Result<ExitCode, RuntimeError> {
    if error.is::<Exited>() { Ok(ExitCode(*store.data())) } else { Err(error) }
}

fn on_the_spot(store: &mut Store<u32>) -> Func {
    wrap(store, |code: u32| -> Result<u32, RuntimeError> {
        decide(code, LET_PASS).map_err(|code| RuntimeError::user(Box::new(code)))
    })
}

/// One prebuilt error per code. A clone only increments a reference count, and captures no backtrace.
fn made_beforehand() -> BTreeMap<u32, RuntimeError> {
    CODES.into_iter().map(|code| (code, RuntimeError::user(Box::new(ExitCode(code))))).collect()
}

fn typed_clone(store: &mut Store<u32>) -> Func {
    let made = made_beforehand();
    wrap(store, move |code: u32| -> Result<u32, RuntimeError> {
        made.get(&code).map_or(Ok(code), |error| Err(error.clone()))
    })
}

fn dynamic_clone(store: &mut Store<u32>) -> Func {
    let made = made_beforehand();
    dynamic(store, [Type::I32], [Type::I32], move |arguments: &[Value]| {
        let code = argument(arguments);
        made.get(&code).map_or_else(|| Ok([Value::I32(code as i32)]), |error| Err(error.clone()))
    })
}

/// The sentinel: an error without the code, which is in the store's data.
#[derive(Debug, thiserror::Error)]
#[error("exited; the code is in the store")]
pub(super) struct Exited;

/// Returns [`LET_PASS`]. For any other code, it sets the data of the store to the code and returns the sentinel.
fn leave(mut caller: Caller<'_, u32>, code: u32, exited: &RuntimeError) -> Result<u32, RuntimeError> {
    decide(code, LET_PASS).map_err(|ExitCode(code)| {
        *caller.data_mut() = code;
        exited.clone()
    })
}

fn typed_sentinel(store: &mut Store<u32>) -> Func {
    let exited = RuntimeError::user(Box::new(Exited));
    wrap_env(store, move |caller: Caller<'_, u32>, code: u32| -> Result<u32, RuntimeError> {
        leave(caller, code, &exited)
    })
}

fn dynamic_sentinel(store: &mut Store<u32>) -> Func {
    let exited = RuntimeError::user(Box::new(Exited));
    dynamic_env(store, [Type::I32], [Type::I32], move |caller: Caller<'_, u32>, arguments: &[Value]| {
        Ok([Value::I32(leave(caller, argument(arguments), &exited)? as i32)])
    })
}
