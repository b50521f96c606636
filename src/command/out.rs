//! Standard output that tolerates a closed pipe.
use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Write};

use anyhow::Result;
use serde::Serialize;

use crate::escape::escaped;

/// Standard output. If it is closed early (`| head -1`), the rest is discarded without an error.
pub(crate) struct Stdout(anstream::AutoStream<io::Stdout>);

impl Stdout {
    pub(crate) fn new() -> Self {
        Self(anstream::AutoStream::auto(io::stdout()))
    }

    /// Prints a document as JSON.
    pub(crate) fn json(&mut self, document: &impl Serialize) -> Result<()> {
        serde_json::to_writer_pretty(&mut *self, document)?;
        Ok(writeln!(self)?)
    }

    /// Prints a document as JSON or as text.
    pub(crate) fn print(&mut self, json: bool, document: &impl Serialize, text: impl FnOnce() -> String) -> Result<()> {
        if json { self.json(document) } else { Ok(write!(self, "{}", text())?) }
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(bytes.len()),
            other => other,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}

/// Prints a message that is not a result to stderr. A closed stderr is ignored.
pub fn note(what: impl Display) {
    let _ = writeln!(anstream::stderr(), "{what}");
}

/// Replaces the status line on stderr, on a terminal only; an empty text clears it. A closed stderr is ignored.
pub(crate) fn status_line(text: impl Display) {
    if io::stderr().is_terminal() {
        let _ = write!(io::stderr(), "\r\x1b[K{text}");
    }
}

/// Prints in one line why a command failed. The error can contain names from modules and files.
pub fn refuse(error: &anyhow::Error) {
    note(format_args!("error: {}", escaped(&format!("{error:#}"))));
}
