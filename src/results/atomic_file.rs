//! A file that appears under its name only when it is complete.
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use tempfile::NamedTempFile;

/// A file that is written beside its place, and moved there once it is whole: whoever looks finds the older one or the
/// new one, and never a part.
pub struct AtomicFile {
    path: PathBuf,
    beside: BufWriter<NamedTempFile>,
}

impl AtomicFile {
    /// Makes sure that something can be written there, and begins.
    ///
    /// # Errors
    /// When nothing can be written there.
    pub fn begin(path: &Path) -> Result<Self> {
        ensure!(!path.is_dir(), "{} is a folder; name a file in it", path.display());
        ensure!(!path.exists() || path.is_file(), "{} is no file that could be replaced", path.display());
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let beside = NamedTempFile::new_in(folder).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { path: path.to_owned(), beside: BufWriter::new(beside) })
    }

    /// Puts it in its place.
    ///
    /// # Errors
    /// When it cannot be written: a full disk, mostly. An older file stays then.
    pub fn finish(self) -> Result<()> {
        let Self { path, beside } = self;
        let put = || -> Result<()> {
            let beside = beside.into_inner().map_err(io::IntoInnerError::into_error)?;
            beside.as_file().sync_all()?;
            readable_by_others(beside.as_file())?;
            beside.persist(&path)?;
            Ok(())
        };
        put().with_context(|| format!("cannot write {}", path.display()))
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.beside.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.beside.flush()
    }
}

/// A temporary file is its owner's alone; a report is like any other file.
fn readable_by_others(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    let _ = file;
    Ok(())
}
