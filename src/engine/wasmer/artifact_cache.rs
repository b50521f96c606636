//! Artifacts of compiled guests, which are kept for later cells and processes.
use std::collections::HashMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use anyhow::Result;
use wasmer::Module;

use super::Wasmer;
use super::api::Runtime;

/// The artifacts of compiled guests, in memory and, if told, in a folder.
#[derive(Default)]
pub(super) struct ArtifactCache {
    artifacts: Mutex<HashMap<Vec<u8>, Vec<u8>>>,
    folder: OnceLock<PathBuf>,
}

impl ArtifactCache {
    /// Also keeps artifacts in a folder. Only the first call has an effect.
    pub(super) fn keep_in(&self, folder: &Path) {
        let _ = self.folder.set(folder.to_owned());
    }

    /// The artifact of a guest: from memory, or from the folder, or else from `make`.
    fn artifact(&self, guest: &[u8], make: impl FnOnce() -> Result<Vec<u8>>) -> Result<Vec<u8>> {
        let mut artifacts = self.artifacts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(artifact) = artifacts.get(guest) {
            return Ok(artifact.clone());
        }
        let artifact = self.read_or_make(guest, make)?;
        artifacts.insert(guest.to_owned(), artifact.clone());
        Ok(artifact)
    }

    /// Reads the artifact of a guest from the folder, or makes the artifact and writes it there.
    fn read_or_make(&self, guest: &[u8], make: impl FnOnce() -> Result<Vec<u8>>) -> Result<Vec<u8>> {
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

impl Wasmer {
    /// Compiles a guest, given as text or as bytes, or loads its artifact, in a new runtime.
    pub(super) fn load_guest(&self, guest: &[u8]) -> Result<(Runtime, Module)> {
        let compile = || Ok(Module::new(&self.runtime(), wat::parse_bytes(guest)?)?.serialize()?.to_vec());
        let artifact = self.artifacts.artifact(guest, compile)?;
        let runtime = self.runtime();
        // SAFETY: this compiler made the bytes from a valid module, in this process or in a process of the same build with
        // the same options.
        let module = unsafe { Module::deserialize(&runtime, artifact.as_slice()) }?;
        Ok((runtime, module))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_artifact_is_read_by_the_next_process() {
        let folder = tempfile::tempdir().unwrap();
        let cache = || {
            let cache = ArtifactCache::default();
            cache.keep_in(folder.path());
            cache
        };
        assert_eq!(cache().artifact(b"guest", || Ok(b"made".to_vec())).unwrap(), b"made");
        assert_eq!(cache().artifact(b"guest", || panic!("it is there")).unwrap(), b"made");
        assert_eq!(cache().artifact(b"other", || Ok(b"made too".to_vec())).unwrap(), b"made too");
        assert_eq!(ArtifactCache::default().artifact(b"guest", || Ok(b"again".to_vec())).unwrap(), b"again");
    }
}
