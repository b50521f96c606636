//! Compiled guests, shared by the cells that need them.
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use anyhow::Result;

use super::super::api::{Module, Runtime};
use super::Engine;

/// Guests that are in use: once however many cells need one, and gone when none does, so that code which one cell does
/// not run is none of its business.
#[derive(Default)]
pub(crate) struct ModuleCache(Mutex<HashMap<Vec<u8>, InUse>>);

type InUse = Weak<(Runtime, Module)>;

/// A module, and the runtime that it lives in, which is its own.
pub(crate) type CachedModule = Arc<(Runtime, Module)>;

impl Engine {
    /// A guest, as text or as bytes, compiled.
    pub(crate) fn cached_module<G: AsRef<[u8]> + ?Sized>(&self, guest: &G) -> Result<CachedModule> {
        let guest = guest.as_ref();
        let mut modules = self.module_cache.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(in_use) = modules.get(guest).and_then(Weak::upgrade) {
            return Ok(in_use);
        }
        let runtime = self.runtime();
        let module = Module::new(&runtime, wat::parse_bytes(guest)?)?;
        let taken = Arc::new((runtime, module));
        modules.insert(guest.to_owned(), Arc::downgrade(&taken));
        Ok(taken)
    }
}
