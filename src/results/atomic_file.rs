//! A file that appears under its name only when it is complete.
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use tempfile::NamedTempFile;

/// A file that is written beside its target and then renamed, so that readers see the old or the new content, never a part.
pub struct AtomicFile {
    path: PathBuf,
    temporary: BufWriter<NamedTempFile>,
}

impl AtomicFile {
    /// Checks that the file can be written, and creates the temporary file.
    ///
    /// # Errors
    /// When the target is not a regular file, or its folder is not writable.
    pub fn begin(path: &Path) -> Result<Self> {
        ensure!(!path.is_dir(), "{} is a directory", path.display());
        ensure!(!path.exists() || path.is_file(), "{} is not a regular file", path.display());
        let path = &linked(path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let temporary = NamedTempFile::new_in(folder).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { path: path.to_owned(), temporary: BufWriter::new(temporary) })
    }

    /// Renames the temporary file to its target.
    ///
    /// # Errors
    /// When the file cannot be written, usually because the disk is full. The old file stays.
    pub fn finish(self) -> Result<()> {
        let Self { path, temporary } = self;
        let put = || -> Result<()> {
            let temporary = temporary.into_inner().map_err(io::IntoInnerError::into_error)?;
            temporary.as_file().sync_all()?;
            // A temporary file is readable by its owner only; a report is an ordinary file.
            #[cfg(unix)]
            temporary.as_file().set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
            temporary.persist(&path)?;
            Ok(())
        };
        put().with_context(|| format!("cannot write {}", path.display()))
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.temporary.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.temporary.flush()
    }
}

/// Follows symbolic links, so that the file is replaced and not the link. The last target need not exist.
fn linked(path: &Path) -> Result<PathBuf> {
    let mut file = path.to_owned();
    for _ in 0..MAX_LINKS {
        let Ok(target) = std::fs::read_link(&file) else { return Ok(file) };
        file = file.parent().unwrap_or(Path::new("")).join(target);
    }
    bail!("{} has too many levels of symbolic links", path.display())
}

/// The limit of Linux.
const MAX_LINKS: usize = 40;

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
    fn a_symbolic_link_is_followed_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        fs::create_dir(place("elsewhere")).unwrap();
        fs::write(place("elsewhere/there"), "old").unwrap();
        symlink("elsewhere/there", place("to-a-file")).unwrap();
        symlink("elsewhere/missing", place("to-missing")).unwrap();
        symlink("to-a-file", place("to-a-link")).unwrap();
        for (link, file) in [("to-a-link", "elsewhere/there"), ("to-missing", "elsewhere/missing")] {
            written(&place(link)).unwrap();
            assert!(fs::symlink_metadata(place(link)).unwrap().is_symlink());
            assert_eq!(fs::read_to_string(place(file)).unwrap(), "new");
        }
    }

    #[test]
    fn an_unwritable_target_is_rejected_at_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        symlink("round", place("round")).unwrap();
        symlink("/dev/full", place("full")).unwrap();
        symlink(folder.path(), place("folder")).unwrap();
        for path in ["round", "full", "folder", "missing/report.json"].map(place) {
            let error = format!("{:#}", AtomicFile::begin(&path).err().expect("the target is not writable"));
            assert!(error.contains(path.to_str().unwrap()) && error.lines().count() == 1, "{error}");
        }
    }
}
