use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use anyhow::Result;
use wasmer::{Engine, Module};

use crate::backend::wasmer::Wasmer;

/// Guests that were compiled before, as artifacts. What is registered makes every backtrace in its process slower: so a
/// guest is there while a cell needs it, once however many cells do, and then gone.
#[derive(Default)]
pub(in crate::backend::wasmer) struct Shelf(Mutex<HashMap<Vec<u8>, Shelved>>);

struct Shelved {
    artifact: Vec<u8>,
    in_use: Weak<(Engine, Module)>,
}

/// A module, and the engine that it lives in, which is its own.
pub(in crate::backend::wasmer) type Guest = Arc<(Engine, Module)>;

impl Wasmer {
    /// A guest, as text or as bytes, compiled.
    pub(in crate::backend::wasmer) fn shelved<G: AsRef<[u8]> + ?Sized>(&self, guest: &G) -> Result<Guest> {
        let guest = guest.as_ref();
        let mut shelf = self.shelf.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shelved) = shelf.get(guest)
            && let Some(in_use) = shelved.in_use.upgrade()
        {
            return Ok(in_use);
        }
        let artifact = match shelf.get(guest) {
            Some(shelved) => shelved.artifact.clone(),
            None => Module::new(&self.engine(), wat::parse_bytes(guest)?)?.serialize()?.to_vec(),
        };
        let engine = self.engine();
        // SAFETY: the bytes are what this compiler made of a valid module in this process.
        let module = unsafe { Module::deserialize(&engine, artifact.as_slice()) }?;
        let taken = Arc::new((engine, module));
        shelf.insert(guest.to_owned(), Shelved { artifact, in_use: Arc::downgrade(&taken) });
        Ok(taken)
    }
}
