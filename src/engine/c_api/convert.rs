//! Conversion between the C API's values and messages and those of the any-module interface.
use anyhow::{Result, bail};

use super::bindings::{Api, Bytes, Payload, Trap as CTrap, Val, kind};
use crate::engine::embedding::{CANNOT_PASS, Trap, Unsupported, Value};

pub(super) fn to_engine(value: Value) -> Result<Val> {
    // All bytes are set, because some libraries read the whole payload.
    let mut of = Payload { i64: 0 };
    let kind = match value {
        Value::I32(n) => {
            of.i32 = n;
            kind::I32
        }
        Value::I64(n) => {
            of.i64 = n;
            kind::I64
        }
        Value::F32(bits) => {
            of.f32 = bits;
            kind::F32
        }
        Value::F64(bits) => {
            of.f64 = bits;
            kind::F64
        }
        Value::FuncRef(false) => {
            of.reference = std::ptr::null_mut();
            kind::FUNCREF
        }
        Value::FuncRef(true) | Value::OtherRef(true) => bail!(CANNOT_PASS),
        Value::V128(_) | Value::ExternRef(_) | Value::OtherRef(false) => {
            bail!(Unsupported(format!("through the C API, a host has no value of the type {}", value.ty()).into()))
        }
    };
    Ok(Val { kind, of })
}

/// Converts a value that the host owns, and deletes its reference.
pub(super) fn from_engine(api: &Api, value: &mut Val) -> Result<Value> {
    // SAFETY: the kind determines which field of the union was written.
    unsafe {
        Ok(match value.kind {
            kind::I32 => Value::I32(value.of.i32),
            kind::I64 => Value::I64(value.of.i64),
            kind::F32 => Value::F32(value.of.f32),
            kind::F64 => Value::F64(value.of.f64),
            kind::FUNCREF => {
                let there = !value.of.reference.is_null();
                if there {
                    (api.wasm_val_delete)(value);
                }
                Value::FuncRef(there)
            }
            other => bail!("the library gave a value of the kind {other}, which `wasm.h` does not have"),
        })
    }
}

/// The unchanged bytes of a trap's message.
pub(super) fn message_bytes(api: &Api, trap: *const CTrap) -> Vec<u8> {
    let mut message = Bytes::EMPTY;
    // SAFETY: the trap is valid. The bytes are copied before they are deleted.
    unsafe {
        (api.wasm_trap_message)(trap, &mut message);
        let bytes = message.as_slice().to_vec();
        (api.wasm_byte_vec_delete)(&mut message);
        bytes
    }
}

/// The message of a trap, as text without the final NUL.
pub(super) fn message(api: &Api, trap: *const CTrap) -> String {
    let bytes = message_bytes(api, trap);
    String::from_utf8_lossy(&bytes).trim_end_matches('\0').to_owned()
}

/// The cause in a message, without the frames that wasmtime adds. The guest chooses the function names in the frames.
pub(super) fn cause(message: &str) -> &str {
    let after = match message.rsplit_once("Caused by:") {
        Some((_, cause)) => cause,
        // Without a separate cause, the cause is the text before the frames.
        None => message.split("wasm backtrace:").next().unwrap_or(message),
    };
    after.trim()
}

/// The texts with which libraries report traps. Wasmtime and Wasmer use the specification's texts or similar ones, wasmi uses
/// the names of its trap codes.
const TRAPS: &[(&str, Trap)] = &[
    ("`unreachable` instruction", Trap::Unreachable),
    ("UnreachableCodeReached", Trap::Unreachable),
    ("integer divide by zero", Trap::IntegerDivideByZero),
    ("IntegerDivisionByZero", Trap::IntegerDivideByZero),
    ("integer overflow", Trap::IntegerOverflow),
    ("IntegerOverflow", Trap::IntegerOverflow),
    ("invalid conversion to integer", Trap::InvalidConversionToInteger),
    ("BadConversionToInteger", Trap::InvalidConversionToInteger),
    // The specification says "undefined element" for an index outside of the table.
    ("out of bounds table access", Trap::OutOfBoundsTableAccess),
    ("table access out of bounds", Trap::OutOfBoundsTableAccess),
    ("table out of bounds", Trap::OutOfBoundsTableAccess),
    ("TableOutOfBounds", Trap::OutOfBoundsTableAccess),
    ("ElementSegmentDoesNotFit", Trap::OutOfBoundsTableAccess),
    ("InitOutOfBounds", Trap::OutOfBoundsTableAccess),
    ("out of bounds memory access", Trap::OutOfBoundsMemoryAccess),
    ("memory out of bounds", Trap::OutOfBoundsMemoryAccess),
    ("MemoryOutOfBounds", Trap::OutOfBoundsMemoryAccess),
    ("OutOfBoundsAccess", Trap::OutOfBoundsMemoryAccess),
    ("uninitialized element", Trap::UninitializedElement),
    ("IndirectCallToNull", Trap::UninitializedElement),
    ("indirect call type mismatch", Trap::IndirectCallTypeMismatch),
    ("BadSignature", Trap::IndirectCallTypeMismatch),
    ("call stack exhausted", Trap::CallStackExhausted),
    ("StackOverflow", Trap::CallStackExhausted),
    ("unaligned atomic", Trap::UnalignedAtomic),
    ("atomic wait on non-shared memory", Trap::ExpectedSharedMemory),
    ("null reference", Trap::NullReference),
    ("out of bounds array access", Trap::OutOfBoundsArrayAccess),
    ("cast failure", Trap::CastFailure),
    ("allocation size too large", Trap::AllocationTooLarge),
    ("thrown Wasm exception", Trap::UncaughtException),
    ("uncaught exception", Trap::UncaughtException),
];

/// The trap that a message reports, if it is a trap of the guest.
pub(super) fn trap(message: &str) -> Option<Trap> {
    let cause = cause(message);
    // The whole message, as in Wasmer: the word alone could be part of another message.
    if cause == "unreachable" || cause == "wasm trap: unreachable" {
        return Some(Trap::Unreachable);
    }
    TRAPS.iter().find(|(words, _)| cause.contains(words)).map(|(_, trap)| *trap)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trap_is_recognised_by_its_cause_and_not_by_function_names() {
        let frames = "error while executing at wasm backtrace:\n    0: 0x61 - m!integer overflow\n\nCaused by:\n    ";
        assert_eq!(trap(&format!("{frames}wasm trap: integer divide by zero")), Some(Trap::IntegerDivideByZero));
        let old = "wasm trap: call stack exhausted\nwasm backtrace:\n    0: 0x61 - m!out of bounds memory access\n";
        assert_eq!(trap(old), Some(Trap::CallStackExhausted));
        assert_eq!(trap("wasm trap: wasm `unreachable` instruction executed"), Some(Trap::Unreachable));
        assert_eq!(trap("undefined element: out of bounds table access"), Some(Trap::OutOfBoundsTableAccess));
        assert_eq!(trap("Error { kind: TrapCode(IndirectCallToNull) }"), Some(Trap::UninitializedElement));
        assert_eq!(trap("uncaught exception"), Some(Trap::UncaughtException));
        assert_eq!(trap("exit code: 1"), None);
    }
}
