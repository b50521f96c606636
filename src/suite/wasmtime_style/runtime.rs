//! An engine with what its stores need so that no mechanism stops a guest that nobody means to stop.
use std::ops::Deref;

use super::super::api::{EngineHandle, Store, set_up};

/// The mechanisms that can stop a guest, or refuse it memory. An option switches each on.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mechanisms {
    /// Guests pay fuel for what they execute.
    pub(crate) fuel: bool,
    /// Guests look at the engine's epoch.
    #[allow(dead_code, reason = "not every engine has one")]
    pub(crate) epoch: bool,
    /// A limiter is asked whenever a memory or a table grows.
    pub(crate) limiter: bool,
}

/// An engine of the library's, and the mechanisms that are on in it.
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

/// A store whose guests run for as long as they like: with more fuel than any guest can use up, and an epoch that never ends.
pub(crate) fn new_store<T: 'static>(runtime: &Runtime, data: T) -> Store<T> {
    let mut store = Store::new(runtime, data);
    set_up(&mut store, runtime.mechanisms);
    store
}
