//! The cache of compiled guests: cells share modules in use, and artifacts are kept for later cells and processes.
use std::collections::HashMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use anyhow::Result;
use wasmer::Module;

use super::Wasmer;
use super::api::Runtime;

/// The artifacts of compiled guests. Loaded code makes every backtrace in the process slower. So a guest is loaded at most
/// once, while a cell uses it.
#[derive(Default)]
pub(crate) struct ModuleCache {
    guests: Mutex<HashMap<Vec<u8>, CachedArtifact>>,
    folder: OnceLock<PathBuf>,
}

struct CachedArtifact {
    artifact: Vec<u8>,
    in_use: Weak<(Runtime, Module)>,
}

impl ModuleCache {
    /// Also keeps artifacts in a folder. Only the first call has an effect.
    pub(crate) fn keep_in(&self, folder: &Path) {
        let _ = self.folder.set(folder.to_owned());
    }

    /// Reads the artifact of a guest from the folder, or makes the artifact and writes it there.
    fn artifact(&self, guest: &[u8], make: impl FnOnce() -> Result<Vec<u8>>) -> Result<Vec<u8>> {
        let Some(folder) = self.folder.get() else { return make() };
        let mut hasher = DefaultHasher::new();
        guest.hash(&mut hasher);
        let file = folder.join(format!("{:016x}-{}", hasher.finish(), guest.len()));
        if let Ok(kept) = fs::read(&file) {
            return Ok(kept);
        }
        let artifact = make()?;
        // Another process may read the file, so it is renamed when complete. If writing fails, each process makes the artifact.
        let beside = file.with_extension(std::process::id().to_string());
        let _ = fs::write(&beside, &artifact).and_then(|()| fs::rename(&beside, &file));
        Ok(artifact)
    }
}

/// A module, and its runtime without other modules.
pub(crate) type CachedModule = Arc<(Runtime, Module)>;

impl Wasmer {
    /// Compiles a guest, given as text or as bytes, or loads its artifact. Modules in use are shared.
    pub(crate) fn cached_module<G: AsRef<[u8]> + ?Sized>(&self, guest: &G) -> Result<CachedModule> {
        let guest = guest.as_ref();
        let mut guests = self.module_cache.guests.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cached) = guests.get(guest)
            && let Some(in_use) = cached.in_use.upgrade()
        {
            return Ok(in_use);
        }
        let artifact = match guests.get(guest) {
            Some(cached) => cached.artifact.clone(),
            None => self.module_cache.artifact(guest, || self.artifact_of(guest))?,
        };
        let runtime = self.runtime();
        // SAFETY: this compiler made the bytes from a valid module, in this process or in a process of the same build with
        // the same options.
        let module = unsafe { Module::deserialize(&runtime, artifact.as_slice()) }?;
        let taken = Arc::new((runtime, module));
        guests.insert(guest.to_owned(), CachedArtifact { artifact, in_use: Arc::downgrade(&taken) });
        Ok(taken)
    }

    fn artifact_of(&self, guest: &[u8]) -> Result<Vec<u8>> {
        Ok(Module::new(&self.runtime(), wat::parse_bytes(guest)?)?.serialize()?.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_artifact_is_read_by_the_next_process() {
        let folder = tempfile::tempdir().unwrap();
        let cache = || {
            let cache = ModuleCache::default();
            cache.keep_in(folder.path());
            cache
        };
        assert_eq!(cache().artifact(b"guest", || Ok(b"made".to_vec())).unwrap(), b"made");
        assert_eq!(cache().artifact(b"guest", || panic!("it is there")).unwrap(), b"made");
        assert_eq!(cache().artifact(b"other", || Ok(b"made too".to_vec())).unwrap(), b"made too");
        assert_eq!(ModuleCache::default().artifact(b"guest", || Ok(b"again".to_vec())).unwrap(), b"again");
    }
}
