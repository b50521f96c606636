//! How a call ends: with values, an exit code, a trap, or an error.
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Value;
use crate::escape::escaped_lines;
use crate::exit_code::ExitCode;

/// The outcome of a call, independent of any engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ended", content = "with", rename_all = "kebab-case")]
pub enum Outcome {
    /// The guest returned.
    Returned(Vec<Value>),
    /// The caller got the host's error, an [`ExitCode`].
    Exited(ExitCode),
    /// The guest trapped.
    Trapped(Trap),
    /// The call panicked, with this message.
    Panicked(String),
    /// Any other error, as the engine displays it.
    Failed(String),
}

impl Outcome {
    /// The outcome of a caught panic.
    pub fn panicked(payload: &(dyn std::any::Any + Send)) -> Self {
        Self::Panicked(panic_message(payload).to_owned())
    }
}

/// The message of a panic, or a placeholder if it has none.
pub(crate) fn panic_message(payload: &(dyn std::any::Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a message")
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Returned(values) if values.is_empty() => write!(f, "returned"),
            Self::Returned(values) => {
                let values: Vec<_> = values.iter().map(Value::to_string).collect();
                write!(f, "returned {}", values.join(", "))
            }
            Self::Exited(code) => write!(f, "exited early with exit code: {code}"),
            Self::Trapped(trap) => write!(f, "trapped: {trap}"),
            Self::Panicked(message) => write!(f, "panicked: {}", escaped_lines(message)),
            Self::Failed(error) => write!(f, "failed: {}", escaped_lines(error)),
        }
    }
}

/// Why a guest trapped. `Display` uses the messages of the WebAssembly specification's tests, so that all engines give the same
/// transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names are the specification's; the messages spell them out")]
pub enum Trap {
    #[error("unreachable")]
    Unreachable,
    #[error("integer divide by zero")]
    IntegerDivideByZero,
    #[error("integer overflow")]
    IntegerOverflow,
    #[error("invalid conversion to integer")]
    InvalidConversionToInteger,
    #[error("out of bounds memory access")]
    OutOfBoundsMemoryAccess,
    #[error("out of bounds table access")]
    OutOfBoundsTableAccess,
    #[error("uninitialized element")]
    UninitializedElement,
    #[error("indirect call type mismatch")]
    IndirectCallTypeMismatch,
    #[error("call stack exhausted")]
    CallStackExhausted,
    #[error("unaligned atomic")]
    UnalignedAtomic,
    #[error("expected shared memory")]
    ExpectedSharedMemory,
    /// Of any type: not every engine distinguishes a reference to an exception.
    #[serde(alias = "null-exception-reference")]
    #[error("null reference")]
    NullReference,
    #[error("out of bounds array access")]
    OutOfBoundsArrayAccess,
    #[error("cast failure")]
    CastFailure,
    #[error("allocation size too large")]
    AllocationTooLarge,
    #[error("uncaught exception")]
    UncaughtException,
    /// Interrupted from another thread, or by a deadline of the engine.
    #[error("interrupted")]
    Interrupted,
    /// The fuel or points are exhausted.
    #[error("out of fuel")]
    OutOfFuel,
}
