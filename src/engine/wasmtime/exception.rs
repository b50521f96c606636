//! Scenarios of guests that try to catch the host's exits and exceptions. To throw, a host function puts an exception into its
//! store and returns a `ThrownException`.
use ::wasmtime::{
    AsContextMut, Caller, Error, ExnRef, ExnRefPre, ExnType, Extern, Func, FuncType, Instance, Store, Tag, TagType,
    ThrownException, TypedFunc, Val, ValType,
};
use anyhow::{Context, Result, bail};

use super::Wasmtime;
use super::api::new_store;
use super::suite::scenarios::fixture::{compile_if_claimed, ended};
use crate::catalog::scenario::guest_view;
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(super) const SCENARIOS: ScenarioTable<Wasmtime> = &[
    (&guest_view::CATCH_ALL, Do(catch_all)),
    (&guest_view::HOST_EXCEPTION, Do(host_exception)),
    (&guest_view::EXCEPTION_HANDED_ON, Do(exception_handed_on)),
];

/// The data of the store, which the host function `throw` uses.
#[derive(Default)]
struct PendingThrow {
    tag: Option<Tag>,
    /// The guest function that [`let_throw`] calls.
    guest: Option<TypedFunc<i32, i32>>,
    wraps: bool,
}

/// An instance of the guest that catches. Its host functions throw and exit.
struct CatchingGuest {
    store: Store<PendingThrow>,
    instance: Instance,
}

type Throw = fn(Caller<'_, PendingThrow>, i32) -> Result<(), Error>;

impl CatchingGuest {
    fn new(wasmtime: &Wasmtime, throw: Throw) -> Result<Self> {
        let engine = wasmtime.runtime();
        let module = compile_if_claimed(wasmtime, "exceptions", &engine, guest::EXCEPTIONS)?;
        let mut store = new_store(&engine, PendingThrow::default());
        let tag = Tag::new(&mut store, &TagType::new(FuncType::new(&engine, [ValType::I32], [])))?;
        store.data_mut().tag = Some(tag);
        let early_exit =
            |code: u32| -> Result<(), Error> { if code == 0 { Ok(()) } else { Err(ExitCode(code).into()) } };
        let imports: [Extern; 3] =
            [Func::wrap(&mut store, early_exit).into(), Func::wrap(&mut store, throw).into(), tag.into()];
        let instance = Instance::new(&mut store, &module, &imports)?;
        Ok(Self { store, instance })
    }

    fn call(&mut self, export: &str, payload: i32) -> Result<Result<i32, Error>> {
        let function: TypedFunc<i32, i32> = self.instance.get_typed_func(&mut self.store, export)?;
        Ok(function.call(&mut self.store, payload))
    }

    /// Calls `run`, which calls `early_exit` below a `catch_all`.
    fn run(&mut self, code: u32) -> Result<Result<i32, Error>> {
        let run: TypedFunc<(u32, i32), i32> = self.instance.get_typed_func(&mut self.store, "run")?;
        Ok(run.call(&mut self.store, (code, 7)))
    }
}

/// A host function that throws an exception into the guest.
fn throw(mut caller: Caller<'_, PendingThrow>, payload: i32) -> Result<(), Error> {
    let Some(tag) = caller.data().tag else { return Ok(()) };
    let of = ExnType::from_tag_type(&tag.ty(&caller))?;
    let pre = ExnRefPre::new(&mut caller, of);
    let exception = ExnRef::new(&mut caller, &pre, &tag, &[Val::I32(payload)])?;
    caller.as_context_mut().throw(exception)
}

fn catch_all(wasmtime: &Wasmtime, out: &Transcript) -> Result<()> {
    let mut catcher = CatchingGuest::new(wasmtime, throw)?;
    say!(out, "its own exception, below `catch_all`: {}", ended(&catcher.call("throw_and_catch_all", 13)?));
    say!(out, "an exit, below `catch_all`: {}", ended(&catcher.run(5)?));
    say!(out, "not asked to exit: {}", ended(&catcher.run(0)?));
    Ok(())
}

fn host_exception(wasmtime: &Wasmtime, out: &Transcript) -> Result<()> {
    let mut catcher = CatchingGuest::new(wasmtime, throw)?;
    say!(out, "caught by its tag: {}", ended(&catcher.call("host_throws", 13)?));
    say!(out, "caught by `catch_all`: {}", ended(&catcher.call("host_throws_catch_all", 14)?));
    let result = catcher.call("host_throws_bare", 15)?;
    say!(out, "not caught: {}", ended(&result));
    let Err(error) = result else { bail!("nobody caught the exception, and yet the guest returned") };
    let exception = catcher.store.take_pending_exception().context("there is no exception in the store")?;
    let payload = [exception.field(&mut catcher.store, 0)?];
    say!(
        out,
        "it is an exception: {}, with the payload {payload:?}, and an exit code: {}",
        error.is::<ThrownException>(),
        error.is::<ExitCode>()
    );
    say!(out, "asked to exit after it: {}", ended(&catcher.run(5)?));
    Ok(())
}

/// A host error that holds another error.
#[derive(Debug, thiserror::Error)]
#[error("the host's own error")]
struct WrappedException(Error);

/// A host function that calls a guest that throws, and returns the error as it is or wrapped.
fn let_throw(mut caller: Caller<'_, PendingThrow>, payload: i32) -> Result<(), Error> {
    let Some(guest) = caller.data().guest.clone() else { return Ok(()) };
    let wraps = caller.data().wraps;
    match guest.call(&mut caller, payload) {
        Ok(_) => Ok(()),
        Err(error) if wraps => Err(WrappedException(error).into()),
        Err(error) => Err(error),
    }
}

fn exception_handed_on(wasmtime: &Wasmtime, out: &Transcript) -> Result<()> {
    let mut catcher = CatchingGuest::new(wasmtime, let_throw)?;
    say!(out, "the host gets: {}", ended(&catcher.call("throw", 13)?));
    let throws = catcher.instance.get_typed_func(&mut catcher.store, "throw")?;
    catcher.store.data_mut().guest = Some(throws);

    say!(out, "handed on, the guest above: {}", ended(&catcher.call("host_throws", 13)?));
    catcher.store.data_mut().wraps = true;
    match catcher.call("host_throws_catch_all", 13)? {
        Ok(value) => say!(out, "wrapped, the guest above caught it, and returned {value}"),
        Err(error) => {
            let wrapper: WrappedException = error.downcast()?;
            say!(out, "wrapped, the guest above did not catch it: {wrapper}");
            say!(out, "it was made from an exception: {}", wrapper.0.is::<ThrownException>());
        }
    }
    Ok(())
}
