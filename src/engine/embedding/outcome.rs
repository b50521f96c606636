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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names are the specification's; `Display` spells them out")]
pub enum Trap {
    Unreachable,
    IntegerDivideByZero,
    IntegerOverflow,
    InvalidConversionToInteger,
    OutOfBoundsMemoryAccess,
    OutOfBoundsTableAccess,
    UninitializedElement,
    IndirectCallTypeMismatch,
    CallStackExhausted,
    UnalignedAtomic,
    ExpectedSharedMemory,
    /// Of any type: not every engine distinguishes a reference to an exception.
    #[serde(alias = "null-exception-reference")]
    NullReference,
    OutOfBoundsArrayAccess,
    CastFailure,
    AllocationTooLarge,
    UncaughtException,
    /// Interrupted from another thread, or by a deadline of the engine.
    Interrupted,
    /// The fuel or points are exhausted.
    OutOfFuel,
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreachable => "unreachable",
            Self::IntegerDivideByZero => "integer divide by zero",
            Self::IntegerOverflow => "integer overflow",
            Self::InvalidConversionToInteger => "invalid conversion to integer",
            Self::OutOfBoundsMemoryAccess => "out of bounds memory access",
            Self::OutOfBoundsTableAccess => "out of bounds table access",
            Self::UninitializedElement => "uninitialized element",
            Self::IndirectCallTypeMismatch => "indirect call type mismatch",
            Self::CallStackExhausted => "call stack exhausted",
            Self::UnalignedAtomic => "unaligned atomic",
            Self::ExpectedSharedMemory => "expected shared memory",
            Self::NullReference => "null reference",
            Self::OutOfBoundsArrayAccess => "out of bounds array access",
            Self::CastFailure => "cast failure",
            Self::AllocationTooLarge => "allocation size too large",
            Self::UncaughtException => "uncaught exception",
            Self::Interrupted => "interrupted",
            Self::OutOfFuel => "out of fuel",
        })
    }
}
