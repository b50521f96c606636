//! The error that a host function raises and that the caller must get back.

/// The exit code of a guest, an ordinary error: engines accept any type that is `Error + Send + Sync + 'static`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error, serde::Serialize, serde::Deserialize)]
#[error("{0}")]
pub struct ExitCode(pub u32);
