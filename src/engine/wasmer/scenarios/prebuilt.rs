//! Scenarios of prebuilt errors. A clone is cheap, because it shares the error and captures no backtrace. A code outside of
//! the error is lost if another exit overwrites the code before it is read.
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use anyhow::{Context, Result, ensure};
use wasmer::{FunctionEnvMut, RuntimeError, Type, Value};

use super::exit::Exited;
use crate::catalog::scenario::exit;
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::engine::wasmer::Wasmer;
use crate::engine::wasmer::api::{TypedFunc, dynamic, wrap, wrap_env};
use crate::engine::wasmer::suite::scenarios::fixture::Fixture;
use crate::exit_code::ExitCode;
use crate::say;

pub(super) const SCENARIOS: ScenarioTable<Wasmer> =
    &[(&exit::CLONE, Do(clone_is_the_same)), (&exit::MIXED_STORES, Do(two_stores)), (&exit::MIXED_NESTED, Do(nested))];

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

fn early_exit(mut env: FunctionEnvMut<ExitingHost>, code: u32) -> Result<(), RuntimeError> {
    let (host, mut store) = env.data_and_store_mut();
    let clean_up = host.clean_up.take();
    let early = host.put_before_it.then(|| host.put(code));
    if let Some(clean_up) = clean_up {
        // This call exits with 2. The host function ignores the error.
        let _ = clean_up.call(&mut store, (2, 7));
    }
    Err(early.unwrap_or_else(|| env.data_mut().put(code)))
}

struct Exiting(Fixture<ExitingHost>);

impl Exiting {
    fn new(wasmer: &Wasmer, code: &Code) -> Result<Self> {
        let host = ExitingHost {
            code: code.clone(),
            beside_it: 0,
            exited: RuntimeError::user(Box::new(Exited)),
            one_a_code: [0, 1, 2].map(|code| RuntimeError::user(Box::new(ExitCode(code)))),
            clean_up: None,
            put_before_it: true,
        };
        Ok(Self(Fixture::new(wasmer, host, |store| wrap_env(store, early_exit))?))
    }

    /// Reads the code of an exit of this store, as a caller would.
    fn read(&self, error: &RuntimeError) -> Result<u32> {
        let host = self.0.store.data();
        if !matches!(host.code, Code::Error) {
            ensure!(error.is::<Exited>(), "the error is another: {error}");
        }
        Ok(match &host.code {
            Code::OneAtomic(shared) => shared.load(Relaxed),
            Code::Environment => host.beside_it,
            Code::Error => error.downcast_ref::<ExitCode>().context("no exit code")?.0,
        })
    }
}

fn one_atomic() -> Code {
    Code::OneAtomic(Arc::default())
}

fn two_stores(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let both = |code: &Code| -> Result<_> {
        let (mut one, mut two) = (Exiting::new(wasmer, code)?, Exiting::new(wasmer, code)?);
        let (first, second) = (one.0.exit(1)?, two.0.exit(2)?);
        Ok(format!("{} and {}", one.read(&first)?, two.read(&second)?))
    };
    say!(out, "one atomic for both: {}", both(&one_atomic())?);
    say!(out, "each store's own environment: {}", both(&Code::Environment)?);
    say!(out, "an error for each code: {}", both(&Code::Error)?);
    Ok(())
}

fn nested(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let exit = |code: &Code, put_before_it| -> Result<u32> {
        let mut exiting = Exiting::new(wasmer, code)?;
        let clean_up = exiting.0.run.clone();
        let host = exiting.0.store.data_mut();
        (host.clean_up, host.put_before_it) = (Some(clean_up), put_before_it);
        let error = exiting.0.exit(1)?;
        exiting.read(&error)
    };
    let each = |code: &Code| -> Result<_> {
        Ok(format!("put before it, {}; put after it, {}", exit(code, true)?, exit(code, false)?))
    };
    say!(out, "one atomic: {}", each(&one_atomic())?);
    say!(out, "the store's own environment: {}", each(&Code::Environment)?);
    say!(out, "an error for each code: {}", each(&Code::Error)?);
    Ok(())
}
