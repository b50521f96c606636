use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use anyhow::Result;

use super::Own;
use super::api::{Engine, Module};

/// Guests that are in use: once however many cells need one, and gone when none does, so that code which one cell does
/// not run is none of its business.
#[derive(Default)]
pub(in super::super) struct Shelf(Mutex<HashMap<Vec<u8>, InUse>>);

type InUse = Weak<(Engine, Module)>;

/// A module, and the engine that it lives in, which is its own.
pub(in super::super) type Guest = Arc<(Engine, Module)>;

impl Own {
    /// A guest, as text or as bytes, compiled.
    pub(in super::super) fn shelved<G: AsRef<[u8]> + ?Sized>(&self, guest: &G) -> Result<Guest> {
        let guest = guest.as_ref();
        let mut shelf = self.shelf.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(in_use) = shelf.get(guest).and_then(Weak::upgrade) {
            return Ok(in_use);
        }
        let engine = self.engine();
        let module = Module::new(&engine, wat::parse_bytes(guest)?)?;
        let taken = Arc::new((engine, module));
        shelf.insert(guest.to_owned(), Arc::downgrade(&taken));
        Ok(taken)
    }
}
