//! Scenarios of guests that try to catch the host's exits and exceptions.
use anyhow::{Result, bail};
use wasmer::{Exception, FunctionEnvMut, RuntimeError, Tag, Type, Value};

use crate::catalog::scenario::guest_view;
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::engine::wasmer::Wasmer;
use crate::engine::wasmer::api::{Instance, Store, TypedFunc, imports, wrap, wrap_env};
use crate::engine::wasmer::suite::scenarios::fixture::{compile_if_claimed, ended, exit_unless_0};
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(super) const SCENARIOS: ScenarioTable<Wasmer> = &[
    (&guest_view::CATCH_ALL, Do(catch_all)),
    (&guest_view::HOST_EXCEPTION, Do(host_exception)),
    (&guest_view::EXCEPTION_HANDED_ON, Do(exception_handed_on)),
];

/// The data of the store, which the host function `throw` uses.
#[derive(Default)]
struct Thrown {
    tag: Option<Tag>,
    /// The guest function that [`let_throw`] calls.
    guest: Option<TypedFunc<i32, i32>>,
    wraps: bool,
}

/// An instance of the guest that catches. Its host functions throw and exit.
struct Catcher {
    store: Store<Thrown>,
    instance: Instance,
}

impl Catcher {
    fn new(wasmer: &Wasmer, throw: fn(FunctionEnvMut<Thrown>, i32) -> Result<(), RuntimeError>) -> Result<Self> {
        let runtime = wasmer.runtime();
        let module = compile_if_claimed(wasmer, "exceptions", &runtime, guest::EXCEPTIONS)?;
        let mut store = Store::new(&runtime, Thrown::default());
        let tag = Tag::new(&mut store, [Type::I32]);
        store.data_mut().tag = Some(tag.clone());
        let imports = imports! {
            "env" => {
                "oops" => tag,
                "early_exit" => wrap(&mut store, exit_unless_0),
                "throw" => wrap_env(&mut store, throw),
            },
        };
        let instance = Instance::new(&mut store, &module, &imports)?;
        Ok(Self { store, instance })
    }

    fn call(&mut self, export: &str, payload: i32) -> Result<Result<i32, RuntimeError>> {
        let function: TypedFunc<i32, i32> = self.instance.get_typed_func(&mut self.store, export)?;
        Ok(function.call(&mut self.store, payload))
    }

    /// Calls `run`, which calls `early_exit` below a `catch_all`.
    fn run(&mut self, code: u32) -> Result<Result<i32, RuntimeError>> {
        let run: TypedFunc<(u32, i32), i32> = self.instance.get_typed_func(&mut self.store, "run")?;
        Ok(run.call(&mut self.store, (code, 7)))
    }
}

/// A host function that returns an exception as its error. Wasmer throws the exception into the guest.
fn throw(mut env: FunctionEnvMut<Thrown>, payload: i32) -> Result<(), RuntimeError> {
    let (thrown, mut store) = env.data_and_store_mut();
    let Some(tag) = &thrown.tag else { return Ok(()) };
    let exception = Exception::new(&mut store, tag, &[Value::I32(payload)]);
    Err(RuntimeError::exception(&store, exception))
}

fn catch_all(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut catcher = Catcher::new(wasmer, throw)?;
    say!(out, "its own exception, below `catch_all`: {}", ended(&catcher.call("throw_and_catch_all", 13)?));
    say!(out, "an exit, below `catch_all`: {}", ended(&catcher.run(5)?));
    say!(out, "not asked to exit: {}", ended(&catcher.run(0)?));
    Ok(())
}

fn host_exception(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut catcher = Catcher::new(wasmer, throw)?;
    say!(out, "caught by its tag: {}", ended(&catcher.call("host_throws", 13)?));
    say!(out, "caught by `catch_all`: {}", ended(&catcher.call("host_throws_catch_all", 14)?));
    let result = catcher.call("host_throws_bare", 15)?;
    say!(out, "not caught: {}", ended(&result));
    let Err(error) = result else { bail!("nobody caught the exception, and yet the guest returned") };
    let payload = error.to_exception().map(|exception| exception.payload(&mut catcher.store)).unwrap_or_default();
    say!(
        out,
        "it is an exception: {}, with the payload {payload:?}, and an exit code: {}",
        error.is_exception(),
        error.is::<ExitCode>()
    );
    say!(out, "asked to exit after it: {}", ended(&catcher.run(5)?));
    Ok(())
}

/// A host error with another error as its source.
#[derive(Debug, thiserror::Error)]
#[error("the host's own error")]
struct Wrapper(#[source] RuntimeError);

/// A host function that calls a guest that throws, and returns the error as it is or wrapped.
fn let_throw(mut env: FunctionEnvMut<Thrown>, payload: i32) -> Result<(), RuntimeError> {
    let (thrown, mut store) = env.data_and_store_mut();
    let Some(guest) = thrown.guest.clone() else { return Ok(()) };
    let wraps = thrown.wraps;
    match guest.call(&mut store, payload) {
        Ok(_) => Ok(()),
        Err(error) if wraps => Err(RuntimeError::user(Box::new(Wrapper(error)))),
        Err(error) => Err(error),
    }
}

fn exception_handed_on(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut catcher = Catcher::new(wasmer, let_throw)?;
    say!(out, "the host gets: {}", ended(&catcher.call("throw", 13)?));
    let throws = catcher.instance.get_typed_func(&mut catcher.store, "throw")?;
    catcher.store.data_mut().guest = Some(throws);

    say!(out, "handed on, the guest above: {}", ended(&catcher.call("host_throws", 13)?));
    catcher.store.data_mut().wraps = true;
    match catcher.call("host_throws_catch_all", 13)? {
        Ok(value) => say!(out, "wrapped, the guest above caught it, and returned {value}"),
        Err(error) => {
            let Wrapper(cause) = error.downcast()?;
            let from_an_exception = cause.is_exception();
            say!(out, "wrapped, the guest above did not catch it: {}", Wrapper(cause));
            say!(out, "it was made from an exception: {from_an_exception}");
        }
    }
    Ok(())
}
