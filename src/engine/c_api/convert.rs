//! Conversion between the C API's values and messages and those of the any-module interface.
use anyhow::{Result, bail};

use super::bindings::{Api, Payload, Val, kind};
use crate::engine::embedding::{CANNOT_PASS, Trap, Unsupported, Value};

pub(super) fn to_engine(value: Value) -> Result<Val> {
    // All bytes of the payload are set, because some libraries read the whole payload.
    let of_64_bits = |kind, i64| Val { kind, of: Payload { i64 } };
    Ok(match value {
        Value::I32(n) => Val::i32(n),
        Value::I64(n) => of_64_bits(kind::I64, n),
        Value::F32(bits) => Val { kind: kind::F32, ..Val::i32(bits.cast_signed()) },
        Value::F64(bits) => of_64_bits(kind::F64, bits.cast_signed()),
        Value::FuncRef(false) => of_64_bits(kind::FUNCREF, 0),
        Value::FuncRef(true) | Value::OtherRef(true) => bail!(CANNOT_PASS),
        Value::V128(_) | Value::ExternRef(_) | Value::OtherRef(false) => {
            bail!(Unsupported(format!("through the C API, a host has no value of the type {}", value.ty()).into()))
        }
    })
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
const TRAPS: &[(Trap, &[&str])] = &[
    (Trap::Unreachable, &["`unreachable` instruction", "UnreachableCodeReached"]),
    (Trap::IntegerDivideByZero, &["integer divide by zero", "IntegerDivisionByZero"]),
    (Trap::IntegerOverflow, &["integer overflow", "IntegerOverflow"]),
    (Trap::InvalidConversionToInteger, &["invalid conversion to integer", "BadConversionToInteger"]),
    // The specification says "undefined element" for an index outside of the table.
    (
        Trap::OutOfBoundsTableAccess,
        &["out of bounds table access", "table access out of bounds", "table out of bounds"],
    ),
    (Trap::OutOfBoundsTableAccess, &["TableOutOfBounds", "ElementSegmentDoesNotFit", "InitOutOfBounds"]),
    (Trap::OutOfBoundsMemoryAccess, &["out of bounds memory access", "memory out of bounds"]),
    (Trap::OutOfBoundsMemoryAccess, &["MemoryOutOfBounds", "OutOfBoundsAccess"]),
    (Trap::UninitializedElement, &["uninitialized element", "IndirectCallToNull"]),
    (Trap::IndirectCallTypeMismatch, &["indirect call type mismatch", "BadSignature"]),
    (Trap::CallStackExhausted, &["call stack exhausted", "StackOverflow"]),
    (Trap::UnalignedAtomic, &["unaligned atomic"]),
    (Trap::ExpectedSharedMemory, &["atomic wait on non-shared memory"]),
    (Trap::NullReference, &["null reference"]),
    (Trap::OutOfBoundsArrayAccess, &["out of bounds array access"]),
    (Trap::CastFailure, &["cast failure"]),
    (Trap::AllocationTooLarge, &["allocation size too large"]),
    (Trap::UncaughtException, &["thrown Wasm exception", "uncaught exception"]),
];

/// The trap that a message reports, if it is a trap of the guest.
pub(super) fn trap(message: &str) -> Option<Trap> {
    let cause = cause(message);
    // The whole message, as in Wasmer: the word alone could be part of another message.
    if cause == "unreachable" || cause == "wasm trap: unreachable" {
        return Some(Trap::Unreachable);
    }
    let reported = |(_, texts): &&(_, &[&str])| texts.iter().any(|text| cause.contains(text));
    TRAPS.iter().find(reported).map(|(trap, _)| *trap)
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
