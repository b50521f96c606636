//! The error that a host function raises and that must come back to the caller.
use std::fmt;

/// What a guest was ended with. Any type that is an `Error`, `Send`, `Sync` and `'static` would do: no engine
/// has heard of this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct ExitCode(pub u32);

impl fmt::Display for ExitCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl std::error::Error for ExitCode {}
