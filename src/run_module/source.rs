//! Reads a module from a file or standard input, as bytes or text.
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use tempfile::NamedTempFile;

use crate::engine::embedding::Interface;

/// A module in a file that workers can read, so that the module is not sent through their pipes.
pub struct Source {
    /// The name, as text.
    pub name: String,
    /// The size as WebAssembly, in bytes.
    pub bytes: u64,
    /// The imports and exports.
    pub interface: Interface,
    /// The path for workers, which is Unicode.
    pub path: PathBuf,
    /// A temporary file for text, for standard input and other pipes, and for a path that is not Unicode. Deleted with this.
    _made: Option<NamedTempFile>,
}

/// The name of standard input.
const STDIN: &str = "-";
/// The size limit: engines accept a gigabyte at most.
const LARGEST: u64 = 1 << 30;
/// The size limit of text, because parsing it takes much memory.
const LARGEST_TEXT: usize = 16 << 20;

impl Source {
    /// Reads a module from a file, or from standard input for `-`. Text (`.wat`) is converted.
    ///
    /// # Errors
    /// When the input cannot be read or is not a module. The error has one line.
    pub fn open(name: impl AsRef<OsStr>) -> Result<Self> {
        let name = name.as_ref();
        let shown = if name == STDIN { "standard input".into() } else { name.to_string_lossy() };
        Self::take(Path::new(name), name == STDIN).with_context(|| shown.into_owned())
    }

    fn take(name: &Path, stdin: bool) -> Result<Self> {
        let found = if stdin { bounded(io::stdin().lock())? } else { bounded(opened(name)?)? };
        // A pipe, such as `/dev/stdin`, can be read once only.
        let is_file = !stdin && fs::metadata(name).is_ok_and(|metadata| metadata.is_file());
        let (wasm, as_it_was) = if is_text(&found) { (assembled(&found)?, false) } else { (found, is_file) };
        let interface = Interface::read(&wasm)?;
        let bytes = wasm.len() as u64;
        let in_place = as_it_was.then(|| fs::canonicalize(name)).transpose()?;
        let (path, made) = match in_place.filter(|path| path.to_str().is_some()) {
            Some(path) => (path, None),
            None => {
                let mut file = NamedTempFile::with_prefix("early-exit-")
                    .context("the temporary folder cannot be written to (TMPDIR names another)")?;
                file.write_all(&wasm)?;
                let path = file.path().to_owned();
                ensure!(path.to_str().is_some(), "the temporary folder's path is not Unicode (TMPDIR names another)");
                (path, Some(file))
            }
        };
        Ok(Self { name: name.to_string_lossy().into_owned(), bytes, interface, path, _made: made })
    }
}

fn opened(path: &Path) -> Result<File> {
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => anyhow!("there is no such file"),
        _ => anyhow!("it cannot be read: {error}"),
    })?;
    ensure!(!file.metadata()?.is_dir(), "it is a folder, and no module");
    Ok(file)
}

fn bounded(from: impl Read) -> Result<Vec<u8>> {
    let mut found = Vec::new();
    from.take(LARGEST + 1).read_to_end(&mut found).context("it cannot be read")?;
    ensure!(found.len() as u64 <= LARGEST, "it has more than {} MiB, which no engine takes", LARGEST >> 20);
    Ok(found)
}

/// Whether the bytes are text.
fn is_text(found: &[u8]) -> bool {
    !found.is_empty() && found.len() <= LARGEST_TEXT && !found.starts_with(b"\0") && std::str::from_utf8(found).is_ok()
}

/// Converts text to a module. Errors are in one line, with the location.
fn assembled(text: &[u8]) -> Result<Vec<u8>> {
    // Ignores the byte order mark of editors on Windows.
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    wat::parse_bytes(text).map(Into::into).map_err(|error| {
        let message = error.to_string();
        let mut lines = message.lines().map(str::trim);
        let what = lines.next().unwrap_or_default();
        let place = lines.find_map(|line| line.strip_prefix("--> ")).unwrap_or_default();
        let place = place.trim_start_matches("<anon>:");
        anyhow!("it is no module, and no text of one: {what}, at line and column {place}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(content: &[u8]) -> Result<Source> {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        Source::open(file.path())
    }

    fn message(opened: Result<Source>) -> String {
        format!("{:#}", opened.err().unwrap())
    }

    #[test]
    fn an_invalid_module_is_described_in_one_line() {
        for (content, expected) in [
            (b"".as_slice(), "it is empty"),
            (b"hello", "no text of one: expected `(`, at line and column 1:1"),
            (b"(module (func (result i32) nonsense))", "at line and column 1:28"),
            (b"\0asm\x0d\0\x01\0", "a component, not a module"),
            (b"\0asm\x01\0\0\0\x01\x7f", "cut off"),
            (b"\x89PNG\r\n", "does not begin as a module does"),
        ] {
            let message = message(open(content));
            assert!(message.contains(expected) && message.lines().count() == 1, "{message}");
        }
        assert!(message(Source::open("no/such.wasm")).contains("there is no such file"));
        assert!(message(Source::open("/")).contains("a folder"));
    }

    #[test]
    fn text_becomes_a_module_for_as_long_as_it_is_needed() {
        let source = open(b"(module (func (export \"f\")))").unwrap();
        let made = source.path.clone();
        assert!(fs::read(&made).unwrap().starts_with(b"\0asm"));
        assert_eq!(source.interface.exports[0].name, "f");
        drop(source);
        assert!(!made.exists());
    }
}
