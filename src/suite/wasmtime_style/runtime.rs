//! An engine with its enabled mechanisms, and stores in which these never stop a guest by themselves.
use std::ops::Deref;

use anyhow::Result;

use super::super::api::{EngineHandle, Module, Store, set_up};
use super::Engine;

/// The mechanisms that can stop a guest or refuse memory. An option enables each.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mechanisms {
    /// The engine charges fuel for executed code.
    pub(crate) fuel: bool,
    /// Guests check the engine's epoch.
    #[allow(dead_code, reason = "not every engine has one")]
    pub(crate) epoch: bool,
    /// The engine calls a limiter when a memory or a table grows.
    pub(crate) limiter: bool,
}

/// The library's engine with its enabled mechanisms.
#[derive(Clone)]
pub(crate) struct Runtime {
    engine: EngineHandle,
    mechanisms: Mechanisms,
}

impl Runtime {
    pub(crate) fn new(engine: EngineHandle, mechanisms: Mechanisms) -> Self {
        Self { engine, mechanisms }
    }
}

impl Deref for Runtime {
    type Target = EngineHandle;

    fn deref(&self) -> &Self::Target {
        &self.engine
    }
}

/// A store whose guests run without limits: with more fuel than any guest can use up, and an epoch deadline that never passes.
pub(crate) fn new_store<T: 'static>(runtime: &Runtime, data: T) -> Store<T> {
    let mut store = Store::new(runtime, data);
    set_up(&mut store, runtime.mechanisms);
    store
}

impl Engine {
    /// Compiles a guest, given as text or as bytes, in a new runtime.
    pub(crate) fn load_guest(&self, guest: &[u8]) -> Result<(Runtime, Module)> {
        let runtime = self.runtime();
        let module = Module::new(&runtime, wat::parse_bytes(guest)?)?;
        Ok((runtime, module))
    }
}
