//! Compiled guests, shared by cells.
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use anyhow::Result;

use super::Engine;
use super::api::{Module, Runtime};

/// The compiled guests that cells use. All cells share one module per guest. The module is dropped with its last cell,
/// because loaded code makes every backtrace in the process slower.
#[derive(Default)]
pub(crate) struct ModuleCache(Mutex<HashMap<Vec<u8>, InUse>>);

type InUse = Weak<(Runtime, Module)>;

/// A module, and its runtime without other modules.
pub(crate) type CachedModule = Arc<(Runtime, Module)>;

impl Engine {
    /// The compiled module of a guest, from text or bytes.
    pub(crate) fn cached_module<G: AsRef<[u8]> + ?Sized>(&self, guest: &G) -> Result<CachedModule> {
        let guest = guest.as_ref();
        let mut modules = self.module_cache.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(in_use) = modules.get(guest).and_then(Weak::upgrade) {
            return Ok(in_use);
        }
        let loaded = Arc::new(self.load_guest(guest)?);
        modules.insert(guest.to_owned(), Arc::downgrade(&loaded));
        Ok(loaded)
    }
}
