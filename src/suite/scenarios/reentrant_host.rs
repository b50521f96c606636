//! A host that calls a guest that calls the host, and so on down, all in one store.
use std::sync::Arc;

use anyhow::Result;

use super::Engine;
use super::api::{Caller, Error, Instance, Module, Store, TypedFunc, imports, new_store, runtime_with_stack, wrap_env};
use super::fixture::global;
use crate::guest;

/// The host and its guest.
pub(crate) struct ReentrantHost {
    store: Store<Below>,
    instance: Instance,
    level: TypedFunc<u32, u32>,
}

/// Room in bytes for 200 levels of a host that is compiled without optimization.
const STACK: usize = 1 << 20;

/// What the host function returns for the guest to trap.
pub(crate) const DIVIDE_BY_ZERO: u32 = u32::MAX;

/// Calls the guest below. At the bottom there is none, and this returns 0.
pub(crate) type EnterGuest<'a> = dyn FnMut() -> Result<u32, Error> + 'a;

/// What the host function does at a level, counted from 0 at the bottom.
type Pass = dyn Fn(u32, &mut EnterGuest) -> Result<u32, Error> + Send + Sync;

/// What the host function finds in its store.
struct Below {
    /// The guest's function. Known only once the guest is instantiated, for which the host function is needed.
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

    /// Calls the guest at the top; so many levels are below it.
    pub(crate) fn enter(&mut self, levels: u32) -> Result<u32, Error> {
        self.level.call(&mut self.store, levels)
    }

    /// How often a guest was entered, and how often it was left by returning.
    pub(crate) fn entered_and_left(&mut self) -> Result<(i32, i32)> {
        let entered = global(&mut self.store, &self.instance, "entered")?;
        Ok((entered, global(&mut self.store, &self.instance, "left")?))
    }
}

/// The host function. It keeps nothing of its store borrowed while a guest below it may call it again.
fn down(mut caller: Caller<'_, Below>, level: u32) -> Result<u32, Error> {
    let Below { level: guest, pass } = caller.data();
    let (guest, pass) = (guest.clone(), pass.clone());
    pass(level, &mut || match (&guest, level) {
        (None, _) | (_, 0) => Ok(0),
        (Some(guest), _) => guest.call(&mut caller, level - 1),
    })
}
