//! A host and a guest that call each other recursively, in one store.
use std::sync::Arc;

use anyhow::Result;

use super::api::{Caller, Error, Instance, Module, Store, TypedFunc, imports, new_store, runtime_with_stack, wrap_env};
use super::fixture::global;
use super::{Engine, guest};

/// The host and its guest.
pub(crate) struct ReentrantHost {
    store: Store<Below>,
    instance: Instance,
    level: TypedFunc<u32, u32>,
}

/// The stack size in bytes, enough for 200 levels of a host that is compiled without optimization.
const STACK: usize = 1 << 20;

/// The result of the host function with which the guest traps.
pub(crate) const DIVIDE_BY_ZERO: u32 = u32::MAX;

/// Calls the guest one level below. At the bottom there is no guest, and the result is 0.
pub(crate) type EnterGuest<'a> = dyn FnMut() -> Result<u32, Error> + 'a;

/// The behaviour of the host function at a level, counted from 0 at the bottom.
type Pass = dyn Fn(u32, &mut EnterGuest) -> Result<u32, Error> + Send + Sync;

/// The store's data, for the host function.
struct Below {
    /// The guest's function; `None` until the guest is instantiated, because the instantiation needs the host function.
    level: Option<TypedFunc<u32, u32>>,
    pass: Arc<Pass>,
}

impl ReentrantHost {
    pub(crate) fn new(
        engine: &Engine,
        pass: impl Fn(u32, &mut EnterGuest) -> Result<u32, Error> + Send + Sync + 'static,
    ) -> Result<Self> {
        let below = Below { level: None, pass: Arc::new(pass) };
        let runtime = runtime_with_stack(engine, STACK);
        let module = Module::new(&runtime, guest::wasm(guest::LEVELS))?;
        let mut store = new_store(&runtime, below);
        let imports = imports! { "env" => { "down" => wrap_env(&mut store, down) } };
        let instance = Instance::new(&mut store, &module, &imports)?;
        let level: TypedFunc<u32, u32> = instance.get_typed_func(&mut store, "level")?;
        store.data_mut().level = Some(level.clone());
        Ok(Self { store, instance, level })
    }

    /// Calls the guest at the top, with `levels` levels below.
    pub(crate) fn enter(&mut self, levels: u32) -> Result<u32, Error> {
        self.level.call(&mut self.store, levels)
    }

    /// The number of calls that the guest entered, and the number of those that returned, as text.
    pub(crate) fn calls(&mut self) -> Result<String> {
        let entered = global(&mut self.store, &self.instance, "entered")?;
        let left = global(&mut self.store, &self.instance, "left")?;
        Ok(format!("guest: entered {entered} times, returned {left} times"))
    }
}

/// The host function. It does not borrow from the store while it calls the guest, because the guest may call it again.
fn down(mut caller: Caller<'_, Below>, level: u32) -> Result<u32, Error> {
    let Below { level: guest, pass } = caller.data();
    let (guest, pass) = (guest.clone(), pass.clone());
    pass(level, &mut || match (&guest, level) {
        (None, _) | (_, 0) => Ok(0),
        (Some(guest), _) => guest.call(&mut caller, level - 1),
    })
}
