//! Reads a module from a file or standard input, as bytes or text.
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tempfile::NamedTempFile;

use super::interface::Interface;

/// A module that somebody named, where workers can read it: it does not travel through their pipes.
pub struct Source {
    /// What it was called, as text.
    pub name: String,
    /// How many bytes it has, as WebAssembly.
    pub bytes: u64,
    /// What it imports and exports.
    pub interface: Interface,
    path: PathBuf,
    /// Gone with this, where it was made: of text, or of standard input.
    _made: Option<NamedTempFile>,
}

/// What stands for standard input.
const STDIN: &str = "-";
/// No module is larger: engines take a gigabyte at most.
const LARGEST: u64 = 1 << 30;
/// What is not read as text, since a text of that size would take more memory than it is worth.
const LARGEST_TEXT: usize = 16 << 20;

impl Source {
    /// Reads a module from a file, or from standard input where that is named `-`. Text (`.wat`) becomes bytes.
    ///
    /// # Errors
    /// When it cannot be read, or is no module; in one line.
    pub fn open(name: impl AsRef<OsStr>) -> Result<Self> {
        let name = name.as_ref();
        let shown = if name == STDIN { "standard input".into() } else { name.to_string_lossy() };
        Self::take(Path::new(name), name == STDIN).with_context(|| shown.into_owned())
    }

    fn take(name: &Path, stdin: bool) -> Result<Self> {
        let found = if stdin { bounded(io::stdin().lock())? } else { bounded(opened(name)?)? };
        let (wasm, as_it_was) = if is_text(&found) { (assembled(&found)?, false) } else { (found, !stdin) };
        let interface = Interface::read(&wasm)?;
        let bytes = wasm.len() as u64;
        let (path, made) = if as_it_was {
            (fs::canonicalize(name)?, None)
        } else {
            let mut file = NamedTempFile::with_prefix("early-exit-")
                .context("the temporary folder cannot be written to (TMPDIR names another)")?;
            file.write_all(&wasm)?;
            (file.path().to_owned(), Some(file))
        };
        Ok(Self { name: name.to_string_lossy().into_owned(), bytes, interface, path, _made: made })
    }

    /// Where workers find it.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn opened(path: &Path) -> Result<File> {
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => anyhow::anyhow!("there is no such file"),
        _ => anyhow::anyhow!("it cannot be read: {error}"),
    })?;
    if file.metadata()?.is_dir() {
        bail!("it is a folder, and no module");
    }
    Ok(file)
}

fn bounded(from: impl Read) -> Result<Vec<u8>> {
    let mut found = Vec::new();
    from.take(LARGEST + 1).read_to_end(&mut found).context("it cannot be read")?;
    if found.len() as u64 > LARGEST {
        bail!("it has more than {} MiB, which no engine takes", LARGEST >> 20);
    }
    Ok(found)
}

/// Bytes that can only be meant as text.
fn is_text(found: &[u8]) -> bool {
    !found.is_empty() && found.len() <= LARGEST_TEXT && !found.starts_with(b"\0") && std::str::from_utf8(found).is_ok()
}

/// The module that a text is of. What is wrong with it is told in one line, with the place.
fn assembled(text: &[u8]) -> Result<Vec<u8>> {
    // What editors on Windows put in front of a text is no part of it.
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    wat::parse_bytes(text).map(Into::into).map_err(|error| {
        let told = error.to_string();
        let mut lines = told.lines().map(str::trim);
        let what = lines.next().unwrap_or_default();
        let place = lines.find_map(|line| line.strip_prefix("--> ")).unwrap_or_default();
        let place = place.trim_start_matches("<anon>:");
        anyhow::anyhow!("it is no module, and no text of one: {what}, at line and column {place}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(content: &[u8]) -> String {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        format!("{:#}", Source::open(file.path().to_str().unwrap()).err().unwrap())
    }

    #[test]
    fn what_is_no_module_is_told_in_one_line() {
        for (content, expected) in [
            (b"".as_slice(), "it is empty"),
            (b"hello", "no text of one: expected `(`, at line and column 1:1"),
            (b"(module (func (result i32) nonsense))", "at line and column 1:28"),
            (b"\0asm\x0d\0\x01\0", "a component, not a module"),
            (b"\0asm\x01\0\0\0\x01\x7f", "cut off"),
            (b"\x89PNG\r\n", "does not begin as a module does"),
        ] {
            let told = told(content);
            assert!(told.contains(expected) && told.lines().count() == 1, "{told}");
        }
        assert!(format!("{:#}", Source::open("no/such.wasm").err().unwrap()).contains("there is no such file"));
        assert!(format!("{:#}", Source::open("/").err().unwrap()).contains("a folder"));
    }

    #[test]
    fn text_becomes_a_module_for_as_long_as_it_is_needed() {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(b"(module (func (export \"f\")))").unwrap();
        let source = Source::open(file.path().to_str().unwrap()).unwrap();
        let made = source.path().to_owned();
        assert!(fs::read(&made).unwrap().starts_with(b"\0asm"));
        assert_eq!(source.interface.exports[0].name, "f");
        drop(source);
        assert!(!made.exists());
    }
}
