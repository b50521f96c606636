//! The error that a host function raises and that the caller must get back.
use std::fmt;

/// The exit code of a guest. Engines accept any type that implements `Error`, `Send`, `Sync` and `'static`; this type
/// is an ordinary example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct ExitCode(pub u32);

impl fmt::Display for ExitCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl std::error::Error for ExitCode {}
