//! Standard output that tolerates a closed pipe.
use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use crate::escape::escaped;

/// Stdout, which may be closed early (`| head -1`): then the rest is not printed, and that is no error.
pub(crate) struct Stdout(anstream::AutoStream<io::Stdout>);

impl Stdout {
    pub(crate) fn new() -> Self {
        Self(anstream::AutoStream::auto(io::stdout()))
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

/// Says something on stderr that is no result. Nobody may be listening, and that is no error.
pub fn note(what: impl Display) {
    let _ = writeln!(anstream::stderr(), "{what}");
}

/// Says in one line why a command could not be carried out: with names from modules and files in it.
pub fn refuse(error: &anyhow::Error) {
    note(format_args!("error: {}", escaped(&format!("{error:#}"))));
}
