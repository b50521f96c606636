//! An engine with its enabled mechanisms, and stores in which these never stop a guest by themselves.
use std::ops::Deref;

use super::super::api::{EngineHandle, Store, set_up};
use crate::engine::BackendOption;

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

/// The option that enables fuel.
pub(crate) const FUEL: BackendOption<Mechanisms> =
    BackendOption { key: "fuel", values: &[("on", |mechanisms| switch_on(mechanisms, |m| &mut m.fuel))] };

/// The option that enables the limiter.
pub(crate) const LIMITER: BackendOption<Mechanisms> =
    BackendOption { key: "limiter", values: &[("on", |mechanisms| switch_on(mechanisms, |m| &mut m.limiter))] };

/// Enables a mechanism.
pub(crate) fn switch_on(mechanisms: &mut Mechanisms, mechanism: fn(&mut Mechanisms) -> &mut bool) -> &mut Mechanisms {
    *mechanism(mechanisms) = true;
    mechanisms
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
