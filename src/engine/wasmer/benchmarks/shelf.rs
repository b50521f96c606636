use std::collections::HashMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use anyhow::Result;
use wasmer::{Engine, Module};

use crate::engine::wasmer::Wasmer;

/// Guests that were compiled before, as artifacts. What is registered makes every backtrace in its process slower: so a
/// guest is there while a cell needs it, once however many cells do, and then gone.
#[derive(Default)]
pub(in crate::engine::wasmer) struct Shelf {
    guests: Mutex<HashMap<Vec<u8>, Shelved>>,
    folder: OnceLock<PathBuf>,
}

struct Shelved {
    artifact: Vec<u8>,
    in_use: Weak<(Engine, Module)>,
}

impl Shelf {
    /// Keeps artifacts in a folder too. The first one that is named counts.
    pub(in crate::engine::wasmer) fn keep_in(&self, folder: &Path) {
        let _ = self.folder.set(folder.to_owned());
    }

    /// What another process made of a guest, or what is made of it now.
    fn artifact(&self, guest: &[u8], make: impl FnOnce() -> Result<Vec<u8>>) -> Result<Vec<u8>> {
        let Some(folder) = self.folder.get() else { return make() };
        let mut hasher = DefaultHasher::new();
        guest.hash(&mut hasher);
        let file = folder.join(format!("{:016x}-{}", hasher.finish(), guest.len()));
        if let Ok(kept) = fs::read(&file) {
            return Ok(kept);
        }
        let artifact = make()?;
        // Whole or not at all: another process may be looking. What cannot be kept is made again there.
        let beside = file.with_extension(std::process::id().to_string());
        let _ = fs::write(&beside, &artifact).and_then(|()| fs::rename(&beside, &file));
        Ok(artifact)
    }
}

/// A module, and the engine that it lives in, which is its own.
pub(in crate::engine::wasmer) type Guest = Arc<(Engine, Module)>;

impl Wasmer {
    /// A guest, as text or as bytes, compiled.
    pub(in crate::engine::wasmer) fn shelved<G: AsRef<[u8]> + ?Sized>(&self, guest: &G) -> Result<Guest> {
        let guest = guest.as_ref();
        let mut shelf = self.shelf.guests.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shelved) = shelf.get(guest)
            && let Some(in_use) = shelved.in_use.upgrade()
        {
            return Ok(in_use);
        }
        let artifact = match shelf.get(guest) {
            Some(shelved) => shelved.artifact.clone(),
            None => self.shelf.artifact(guest, || self.artifact_of(guest))?,
        };
        let engine = self.engine();
        // SAFETY: the bytes are what this compiler made of a valid module, in this process or in another of this build
        // with the same settings.
        let module = unsafe { Module::deserialize(&engine, artifact.as_slice()) }?;
        let taken = Arc::new((engine, module));
        shelf.insert(guest.to_owned(), Shelved { artifact, in_use: Arc::downgrade(&taken) });
        Ok(taken)
    }

    fn artifact_of(&self, guest: &[u8]) -> Result<Vec<u8>> {
        Ok(Module::new(&self.engine(), wat::parse_bytes(guest)?)?.serialize()?.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_process_made_the_next_one_reads() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = || {
            let shelf = Shelf::default();
            shelf.keep_in(folder.path());
            shelf
        };
        assert_eq!(shelf().artifact(b"guest", || Ok(b"made".to_vec())).unwrap(), b"made");
        assert_eq!(shelf().artifact(b"guest", || panic!("it is there")).unwrap(), b"made");
        assert_eq!(shelf().artifact(b"other", || Ok(b"made too".to_vec())).unwrap(), b"made too");
        assert_eq!(Shelf::default().artifact(b"guest", || Ok(b"again".to_vec())).unwrap(), b"again");
    }
}
