use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use anyhow::Result;
use wasmer::{Engine, Module};

use crate::backend::wasmer::Wasmer;

/// Guests that were compiled before. Each is compiled once for a subject, on one engine, since a module that is
/// registered makes every backtrace in its process slower: an exit must not cost more in the hundredth cell.
#[derive(Default)]
pub(in crate::backend::wasmer) struct Shelf(Mutex<Option<Shelved>>);

struct Shelved {
    engine: Engine,
    modules: BTreeMap<&'static [u8], Module>,
}

impl Wasmer {
    /// A guest, as text or as bytes, compiled; and the engine that it lives in.
    pub(super) fn shelved<G: AsRef<[u8]> + ?Sized>(&self, guest: &'static G) -> Result<(Engine, Module)> {
        let guest = guest.as_ref();
        let mut shelf = self.shelf.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Shelved { engine, modules } =
            shelf.get_or_insert_with(|| Shelved { engine: self.engine(), modules: BTreeMap::new() });
        if let Some(module) = modules.get(guest) {
            return Ok((engine.clone(), module.clone()));
        }
        let module = Module::new(engine, wat::parse_bytes(guest)?)?;
        modules.insert(guest, module.clone());
        Ok((engine.clone(), module))
    }
}
