//! A file that appears under its name only when it is complete.
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
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
        let path = &linked(path)?;
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

/// The file that a symbolic link leads to, there or not; anything else as it is. A link that was replaced would be gone.
fn linked(path: &Path) -> Result<PathBuf> {
    let mut file = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(target) = std::fs::read_link(&file) else { return Ok(file) };
        file = file.parent().unwrap_or(Path::new("")).join(target);
    }
    bail!("{} is a link that leads nowhere", path.display())
}

/// As many links in a row as Linux follows.
const MOST_LINKS: usize = 40;

/// A temporary file is its owner's alone; a report is like any other file.
fn readable_by_others(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    let _ = file;
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    fn written(path: &Path) -> Result<()> {
        let mut file = AtomicFile::begin(path)?;
        file.write_all(b"new")?;
        file.finish()
    }

    #[test]
    fn a_link_is_written_through_and_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        fs::create_dir(place("elsewhere")).unwrap();
        fs::write(place("elsewhere/there"), "old").unwrap();
        symlink("elsewhere/there", place("to-a-file")).unwrap();
        symlink("elsewhere/missing", place("to-nothing-yet")).unwrap();
        symlink("to-a-file", place("to-a-link")).unwrap();
        for (link, file) in [("to-a-link", "elsewhere/there"), ("to-nothing-yet", "elsewhere/missing")] {
            written(&place(link)).unwrap();
            assert!(fs::symlink_metadata(place(link)).unwrap().is_symlink());
            assert_eq!(fs::read_to_string(place(file)).unwrap(), "new");
        }
    }

    #[test]
    fn what_cannot_be_replaced_is_refused_before_anything_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        symlink("round", place("round")).unwrap();
        symlink("/dev/full", place("full")).unwrap();
        symlink(folder.path(), place("folder")).unwrap();
        for path in ["round", "full", "folder", "missing/report.json"].map(place) {
            let error = format!("{:#}", AtomicFile::begin(&path).err().expect("it is no place for a file"));
            assert!(error.contains(path.to_str().unwrap()) && error.lines().count() == 1, "{error}");
        }
    }
}
