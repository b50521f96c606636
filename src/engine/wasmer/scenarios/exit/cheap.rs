//! The cheap exit: why a clone of an error made beforehand is cheap, and how a code that travels beside it is lost
//! where another exit can overwrite it before it is read.
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use anyhow::{Context, Result, ensure};
use wasmer::{Function, FunctionEnv, FunctionEnvMut, FunctionType, RuntimeError, Store, Type, TypedFunction, Value};

use super::ways::Exited;
use crate::engine::embedding::Transcript;
use crate::engine::wasmer::Wasmer;
use crate::engine::wasmer::scenarios::stage::Stage;
use crate::exit_code::ExitCode;
use crate::say;

pub(super) fn clone_is_the_same(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let made = RuntimeError::user(Box::new(ExitCode(1)));

    let ours = made.clone();
    let typed = move |_: u32| -> Result<(), RuntimeError> { Err(ours.clone()) };
    tell(out, "typed", &made, &Stage::set(wasmer, |store| Function::new_typed(store, typed))?.exit(1)?)?;

    let ours = made.clone();
    let dynamic = move |_: &[Value]| Err(ours.clone());
    let with_type = |store: &mut Store| Function::new(store, FunctionType::new([Type::I32], []), dynamic);
    tell(out, "dynamic", &made, &Stage::set(wasmer, with_type)?.exit(1)?)
}

/// The address tells: nothing was copied on the way, and nothing was captured.
fn tell(out: &Transcript, way: &str, made: &RuntimeError, came: &RuntimeError) -> Result<()> {
    let code = |error: &RuntimeError| error.downcast_ref::<ExitCode>().map(ptr::from_ref).context("no exit code");
    let same = code(came)? == code(made)?;
    say!(out, "{way}: the same error {same}, frames in its trace {}", came.trace().len());
    Ok(())
}

/// Where the code travels.
#[derive(Clone)]
enum Code {
    /// In one place for all: wrong.
    OneAtomic(Arc<AtomicU32>),
    /// In the environment of the store that exits: right, as long as it is put there last.
    Environment,
    /// In the error itself, of which there is one for each code: always right.
    Error,
}

/// What the host function has at hand.
struct Host {
    code: Code,
    /// Where [`Code::Environment`] puts it.
    beside_it: u32,
    exited: RuntimeError,
    one_a_code: [RuntimeError; 3],
    /// To be called on the way out, once.
    clean_up: Option<TypedFunction<(i32, i32), i32>>,
    put_before_it: bool,
}

impl Host {
    /// The error to exit with. Its code is on its way from here on.
    fn put(&mut self, code: u32) -> RuntimeError {
        match &self.code {
            Code::OneAtomic(shared) => shared.store(code, Relaxed),
            Code::Environment => self.beside_it = code,
            Code::Error => return self.one_a_code[code as usize].clone(),
        }
        self.exited.clone()
    }
}

fn early_exit(mut env: FunctionEnvMut<Host>, code: u32) -> Result<(), RuntimeError> {
    let (host, mut store) = env.data_and_store_mut();
    let clean_up = host.clean_up.take();
    let early = host.put_before_it.then(|| host.put(code));
    if let Some(clean_up) = clean_up {
        // It exits too, with 2; that is caught here, and forgotten.
        let _ = clean_up.call(&mut store, 2, 7);
    }
    Err(early.unwrap_or_else(|| env.data_mut().put(code)))
}

struct Exiting {
    stage: Stage,
    env: FunctionEnv<Host>,
}

impl Exiting {
    fn new(wasmer: &Wasmer, code: &Code) -> Result<Self> {
        let host = Host {
            code: code.clone(),
            beside_it: 0,
            exited: RuntimeError::user(Box::new(Exited)),
            one_a_code: [0, 1, 2].map(|code| RuntimeError::user(Box::new(ExitCode(code)))),
            clean_up: None,
            put_before_it: true,
        };
        let mut env = None;
        let stage = Stage::set(wasmer, |store| {
            let env = env.insert(FunctionEnv::new(store, host));
            Function::new_typed_with_env(store, env, early_exit)
        })?;
        Ok(Self { stage, env: env.context("the stage made no function")? })
    }

    /// The code of an error of this store's, as its caller would read it.
    fn read(&self, error: &RuntimeError) -> Result<u32> {
        let host = self.env.as_ref(&self.stage.store);
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

pub(super) fn two_stores(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let both = |code: &Code| -> Result<_> {
        let (mut one, mut two) = (Exiting::new(wasmer, code)?, Exiting::new(wasmer, code)?);
        let (first, second) = (one.stage.exit(1)?, two.stage.exit(2)?);
        Ok(format!("{} and {}", one.read(&first)?, two.read(&second)?))
    };
    say!(out, "one atomic for both: {}", both(&one_atomic())?);
    say!(out, "each store's own environment: {}", both(&Code::Environment)?);
    say!(out, "an error for each code: {}", both(&Code::Error)?);
    Ok(())
}

pub(super) fn nested(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let exit = |code: &Code, put_before_it| -> Result<u32> {
        let mut exiting = Exiting::new(wasmer, code)?;
        let clean_up = exiting.stage.run.clone();
        let host = exiting.env.as_mut(&mut exiting.stage.store);
        (host.clean_up, host.put_before_it) = (Some(clean_up), put_before_it);
        let error = exiting.stage.exit(1)?;
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
