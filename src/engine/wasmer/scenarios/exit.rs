//! Scenarios of host functions that return Wasmer's error: a new error, a clone of a prebuilt error, or a sentinel. A clone is
//! cheap, because it shares the error and captures no backtrace. A code outside of the error is lost if another exit overwrites
//! the code before it is read.
use std::collections::BTreeMap;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use anyhow::{Context, Result, ensure};
use wasmer::{RuntimeError, Type, Value};

use crate::catalog::scenario::exit;
use crate::catalog::scenario::exit::{CODES, LET_PASS};
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::engine::wasmer::Wasmer;
use crate::engine::wasmer::api::{Caller, Func, Store, TypedFunc, dynamic, dynamic_env, wrap, wrap_env};
use crate::engine::wasmer::suite::scenarios::exit::{ExitFunction, argument, by_value, decide, play, start};
use crate::engine::wasmer::suite::scenarios::fixture::Fixture;
use crate::exit_code::ExitCode;
use crate::say;

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
    (&exit::CLONE, Do(clone_is_the_same)),
    (&exit::MIXED_STORES, Do(two_stores)),
    (&exit::MIXED_NESTED, Do(nested)),
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
struct Exited;

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

fn clone_is_the_same(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let made = RuntimeError::user(Box::new(ExitCode(1)));

    let ours = made.clone();
    let typed = move |_: u32| -> Result<(), RuntimeError> { Err(ours.clone()) };
    report_same_error(out, "typed", &made, &Fixture::new(wasmer, (), |store| wrap(store, typed))?.exit(1)?)?;

    let ours = made.clone();
    let early_exit = move |_: &[Value]| Err(ours.clone());
    let mut fixture = Fixture::new(wasmer, (), |store| dynamic(store, [Type::I32], [], early_exit))?;
    report_same_error(out, "dynamic", &made, &fixture.exit(1)?)
}

/// Reports whether both errors share one `ExitCode`, by its address, and how many frames the backtrace has.
fn report_same_error(out: &Transcript, way: &str, made: &RuntimeError, observed: &RuntimeError) -> Result<()> {
    let code = |error: &RuntimeError| error.downcast_ref::<ExitCode>().map(ptr::from_ref).context("no exit code");
    let same = code(observed)? == code(made)?;
    say!(out, "{way}: the same error {same}, frames in its trace {}", observed.trace().len());
    Ok(())
}

/// Where the host function puts the code.
#[derive(Clone)]
enum Code {
    /// In one atomic for all stores: wrong.
    OneAtomic(Arc<AtomicU32>),
    /// In the environment of the store: correct unless the host function calls a guest afterwards.
    Environment,
    /// In the error, one per code: always correct.
    Error,
}

/// The environment of the host function.
struct ExitingHost {
    code: Code,
    /// The code, for [`Code::Environment`].
    beside_it: u32,
    exited: RuntimeError,
    one_a_code: [RuntimeError; 3],
    /// A guest function that the host function calls once before it returns its error.
    clean_up: Option<TypedFunc<(i32, i32), i32>>,
    put_before_it: bool,
}

impl ExitingHost {
    /// Puts the code in its place, and returns the error to exit with.
    fn put(&mut self, code: u32) -> RuntimeError {
        match &self.code {
            Code::OneAtomic(shared) => shared.store(code, Relaxed),
            Code::Environment => self.beside_it = code,
            Code::Error => return self.one_a_code[code as usize].clone(),
        }
        self.exited.clone()
    }
}

fn early_exit(mut env: Caller<'_, ExitingHost>, code: u32) -> Result<(), RuntimeError> {
    let (host, mut store) = env.data_and_store_mut();
    let clean_up = host.clean_up.take();
    let early = host.put_before_it.then(|| host.put(code));
    if let Some(clean_up) = clean_up {
        // This call exits with 2. The host function ignores the error.
        let _ = clean_up.call(&mut store, (2, 7));
    }
    Err(early.unwrap_or_else(|| env.data_mut().put(code)))
}

fn exiting(wasmer: &Wasmer, code: &Code) -> Result<Fixture<ExitingHost>> {
    let host = ExitingHost {
        code: code.clone(),
        beside_it: 0,
        exited: RuntimeError::user(Box::new(Exited)),
        one_a_code: [0, 1, 2].map(|code| RuntimeError::user(Box::new(ExitCode(code)))),
        clean_up: None,
        put_before_it: true,
    };
    Fixture::new(wasmer, host, |store| wrap_env(store, early_exit))
}

/// Reads the code of an exit of a fixture's store, as a caller would.
fn read(fixture: &Fixture<ExitingHost>, error: &RuntimeError) -> Result<u32> {
    let host = fixture.store.data();
    if !matches!(host.code, Code::Error) {
        ensure!(error.is::<Exited>(), "the error is another: {error}");
    }
    Ok(match &host.code {
        Code::OneAtomic(shared) => shared.load(Relaxed),
        Code::Environment => host.beside_it,
        Code::Error => error.downcast_ref::<ExitCode>().context("no exit code")?.0,
    })
}

fn two_stores(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let both = |code: &Code| -> Result<_> {
        let (mut one, mut two) = (exiting(wasmer, code)?, exiting(wasmer, code)?);
        let (first, second) = (one.exit(1)?, two.exit(2)?);
        Ok(format!("{} and {}", read(&one, &first)?, read(&two, &second)?))
    };
    say!(out, "one atomic for both: {}", both(&Code::OneAtomic(Arc::default()))?);
    say!(out, "each store's own environment: {}", both(&Code::Environment)?);
    say!(out, "an error for each code: {}", both(&Code::Error)?);
    Ok(())
}

fn nested(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let exit = |code: &Code, put_before_it| -> Result<u32> {
        let mut fixture = exiting(wasmer, code)?;
        let clean_up = fixture.run.clone();
        let host = fixture.store.data_mut();
        (host.clean_up, host.put_before_it) = (Some(clean_up), put_before_it);
        let error = fixture.exit(1)?;
        read(&fixture, &error)
    };
    let each = |code: &Code| -> Result<_> {
        Ok(format!("put before it, {}; put after it, {}", exit(code, true)?, exit(code, false)?))
    };
    say!(out, "one atomic: {}", each(&Code::OneAtomic(Arc::default()))?);
    say!(out, "the store's own environment: {}", each(&Code::Environment)?);
    say!(out, "an error for each code: {}", each(&Code::Error)?);
    Ok(())
}
