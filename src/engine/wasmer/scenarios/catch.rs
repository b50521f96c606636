//! Ways to catch.
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

use anyhow::{Context, Result, anyhow, bail};
use wasmer::{
    Function, FunctionEnv, FunctionEnvMut, FunctionType, Instance, Module, RuntimeError, Store, Type, TypedFunction,
    Value, imports,
};

use super::Theme;
use super::stage::Stage;
use crate::catalog::scenario::catch;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::engine::wasmer::Wasmer;
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(super) const CAN: Theme = &[
    (&catch::DOWNCAST, Do(downcast)),
    (&catch::DOWNCAST_REF, Do(downcast_ref)),
    (&catch::IS, Do(is)),
    (&catch::SOURCE, Do(source)),
    (&catch::CLONED, Do(cloned)),
    (&catch::WRONG_TYPE, Do(wrong_type)),
    (&catch::OTHER_THREAD, Do(other_thread)),
    (&catch::CLONE_ON_OTHER_THREAD, Do(clone_on_other_thread)),
    (&catch::OUTLIVES, Do(|wasmer, out| outlives_everything(wasmer, out, "typed"))),
    (&catch::OUTLIVES_ON_THE_SPOT, Do(|wasmer, out| outlives_everything(wasmer, out, "on the spot"))),
    (&catch::DISPLAY, Do(display)),
    (&catch::NO_TRAP_CODE, Do(no_trap_code)),
];

fn typed(store: &mut Store) -> Function {
    Function::new_typed(store, |code: u32| -> Result<(), ExitCode> { Err(ExitCode(code)) })
}

fn dynamic(store: &mut Store) -> Function {
    Function::new(store, FunctionType::new([Type::I32], []), |arguments: &[Value]| {
        Err(RuntimeError::user(Box::new(ExitCode(arguments[0].unwrap_i32() as u32))))
    })
}

/// Made where the guest is still on the stack, so that its trace may have frames.
fn on_the_spot(store: &mut Store) -> Function {
    Function::new_typed(store, |code: u32| -> Result<(), RuntimeError> {
        Err(RuntimeError::user(Box::new(ExitCode(code))))
    })
}

/// What is no exit: a trap of the guest's own.
fn trap(wasmer: &Wasmer) -> Result<RuntimeError> {
    let mut store = Store::new(wasmer.engine());
    let module = Module::new(&store, guest::wasm(guest::WAYS_TO_CALL))?;
    let imports = imports! { "env" => { "early_exit" => Function::new_typed(&mut store, |code: u32| code) } };
    let instance = Instance::new(&mut store, &module, &imports)?;
    let trap: TypedFunction<(), ()> = instance.exports.get_typed_function(&store, "trap")?;
    match trap.call(&mut store) {
        Ok(()) => bail!("expected a trap, but the guest returned"),
        Err(error) => Ok(error),
    }
}

/// By reference: works on clones, too.
fn code(error: &RuntimeError) -> Result<ExitCode> {
    error.downcast_ref().copied().with_context(|| format!("no exit code: {error}"))
}

/// An error that is larger than a code, and owns something.
#[derive(Debug)]
struct Because {
    code: u32,
    reason: String,
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "code {}, because {}", self.code, self.reason)
    }
}

impl Error for Because {}

fn downcast(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let put_at = Arc::new(AtomicUsize::new(0));
    let noted = put_at.clone();
    let early_exit = move |code: u32| -> Result<(), Because> {
        let reason = String::from("the disk is full");
        noted.store(reason.as_ptr().addr(), Relaxed);
        Err(Because { code, reason })
    };
    let mut stage = Stage::set(wasmer, |store| Function::new_typed(store, early_exit))?;
    let because: Because = stage.exit(7)?.downcast()?;
    say!(out, "by value: {because}");
    // Not a copy: the same text, handed through.
    let same = because.reason.as_ptr().addr() == put_at.load(Relaxed);
    say!(out, "its text is where the host function put it: {same}");
    Ok(())
}

fn downcast_ref(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let error = Stage::set(wasmer, typed)?.exit(7)?;
    let by_reference = || error.downcast_ref::<ExitCode>().context("no exit code");
    say!(out, "by reference: {}", by_reference()?);
    let other = error.downcast_ref::<fmt::Error>();
    say!(out, "as a type that it is not: {}", other.map_or("nothing".into(), fmt::Error::to_string));
    say!(out, "by reference again: {}", by_reference()?);
    say!(out, "then by value: {}", error.downcast::<ExitCode>()?);
    Ok(())
}

fn is(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let exit = Stage::set(wasmer, typed)?.exit(7)?;
    for (name, error) in [("an exit", exit), ("a trap", trap(wasmer)?)] {
        let (ours, other) = (error.is::<ExitCode>(), error.is::<fmt::Error>());
        say!(out, "{name} is an ExitCode: {ours}, another error: {other}");
    }
    Ok(())
}

fn source(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    fn told(error: Option<&(dyn Error + 'static)>) -> String {
        match error.map(|error| error.downcast_ref()) {
            None => "nothing".into(),
            Some(Some(ExitCode(code))) => format!("exit code {code}"),
            Some(None) => "another error".into(),
        }
    }
    let error = Stage::set(wasmer, typed)?.exit(7)?;
    say!(out, "the source of an exit: {}", told(error.source()));
    say!(out, "what is behind that: {}", told(error.source().and_then(Error::source)));
    let wrapped = anyhow!(error.clone()).context("the guest did not finish");
    say!(out, "found in the chain of a wrapped clone: {}", told(wrapped.chain().find(|cause| cause.is::<ExitCode>())));
    say!(out, "the source of a trap: {}", told(trap(wasmer)?.source()));
    Ok(())
}

/// By value, which is expected to be refused: the error that is handed back.
fn refused<T: Error + 'static>(out: &Transcript, what: &str, error: RuntimeError) -> Result<RuntimeError> {
    match error.downcast::<T>() {
        Ok(error) => bail!("{what}: expected a refusal, but `{error}` came"),
        Err(error) => {
            say!(out, "{what}: refused");
            Ok(error)
        }
    }
}

fn cloned(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let error = Stage::set(wasmer, typed)?.exit(7)?;
    let clone = error.clone();
    let error = refused::<ExitCode>(out, "by value, while a clone lives", error)?;
    say!(out, "what was handed back, by reference: {}", code(&error)?);
    let clone = refused::<ExitCode>(out, "the clone, by value", clone)?;
    say!(out, "what was handed back, by reference: {}", code(&clone)?);
    drop(clone);
    say!(out, "by value, once the other is gone: {}", error.downcast::<ExitCode>()?);
    Ok(())
}

fn wrong_type(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let error = Stage::set(wasmer, typed)?.exit(7)?;
    let before = error.message();
    let error = refused::<fmt::Error>(out, "as a fmt::Error", error)?;
    say!(out, "its message, before and after: {before} and {}", error.message());
    say!(out, "as an ExitCode: {}", error.downcast::<ExitCode>()?);
    Ok(())
}

/// What another thread made of an error: where that was, and what came.
fn elsewhere<T: Send + 'static>(look: impl FnOnce() -> Result<T> + Send + 'static) -> Result<(bool, T)> {
    let here = thread::current().id();
    let there = thread::spawn(move || Ok((thread::current().id() != here, look()?)));
    there.join().map_err(|_| anyhow!("the other thread panicked"))?
}

fn other_thread(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let error = Stage::set(wasmer, typed)?.exit(7)?;
    let (there, (by_reference, by_value)) = elsewhere(move || {
        let by_reference = code(&error)?;
        Ok((by_reference, error.downcast::<ExitCode>()?))
    })?;
    say!(out, "on another thread {there}: by reference {by_reference}, by value {by_value}");
    Ok(())
}

fn clone_on_other_thread(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let error = Stage::set(wasmer, typed)?.exit(8)?;
    let clone = error.clone();
    let (there, by_reference) = elsewhere(move || code(&clone))?;
    say!(out, "a clone on another thread {there}: by reference {by_reference}");
    say!(out, "here: {}", code(&error)?);
    Ok(())
}

fn outlives_everything(wasmer: &Wasmer, out: &Transcript, which: &str) -> Result<()> {
    /// Lies in the store, and goes with it.
    type Alive = Arc<()>;
    fn typed(_: FunctionEnvMut<Alive>, code: u32) -> Result<(), ExitCode> {
        Err(ExitCode(code))
    }
    fn on_the_spot(_: FunctionEnvMut<Alive>, code: u32) -> Result<(), RuntimeError> {
        Err(RuntimeError::user(Box::new(ExitCode(code))))
    }
    type Make = fn(&mut Store, &FunctionEnv<Alive>) -> Function;
    let ways: [(&str, Make); 2] = [
        ("typed", |store, env| Function::new_typed_with_env(store, env, typed)),
        ("on the spot", |store, env| Function::new_typed_with_env(store, env, on_the_spot)),
    ];
    for (name, make) in ways.into_iter().filter(|(name, _)| *name == which) {
        let alive = Alive::default();
        let in_store = alive.clone();
        let mut stage = Stage::set(wasmer, |store| {
            let env = FunctionEnv::new(store, in_store);
            make(store, &env)
        })?;
        let error = stage.exit(7)?;
        let before = error.to_string();
        say!(out, "{name}: stores alive {}", Arc::strong_count(&alive) - 1);
        // The store has the only handles of the instance, the module and the engine.
        drop(stage);
        let (alive, same) = (Arc::strong_count(&alive) - 1, error.to_string() == before);
        say!(
            out,
            "{name}: stores alive {alive}, displays as before {same}, by value {}",
            error.downcast::<ExitCode>()?
        );
    }
    Ok(())
}

fn display(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    type Way = fn(&mut Store) -> Function;
    let ways: [(&str, Way); 3] = [("typed", typed), ("dynamic", dynamic), ("on the spot", on_the_spot)];
    for (name, way) in ways {
        let error = Stage::set(wasmer, way)?.exit(7)?;
        let (message, shown) = (error.message(), error.to_string());
        let mut lines = shown.lines();
        let first = lines.next().unwrap_or_default();
        // How many frames there are is the compiler's business.
        let line_a_frame = lines.count() == error.trace().len();
        say!(out, "{name}: message `{message}`, displays `{first}`, then a line a frame {line_a_frame}");
    }
    say!(out, "debug: {:?}", Stage::set(wasmer, typed)?.exit(7)?);
    Ok(())
}

fn no_trap_code(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let exit = Stage::set(wasmer, typed)?.exit(7)?;
    for (name, error) in [("an exit", exit), ("a trap", trap(wasmer)?)] {
        let exception = error.is_exception();
        let code = error.to_trap().map_or("none".into(), |code| code.message().to_owned());
        say!(out, "{name}: trap code {code}, an exception {exception}");
    }
    Ok(())
}
