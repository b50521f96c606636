//! WebAssembly values and types, independent of any engine.
use std::fmt;

use serde::{Deserialize, Serialize};

/// A WebAssembly value. Floats are kept as bits, so that values can be compared and NaNs keep their payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "Bits", try_from = "Bits")]
pub enum Value {
    /// `i32`
    I32(i32),
    /// `i64`
    I64(i64),
    /// `f32`, as its bits
    F32(u32),
    /// `f64`, as its bits
    F64(u64),
    /// `v128`, as its bits
    V128(u128),
    /// `funcref`: whether there is a function. A function can be observed, but not passed to a guest.
    FuncRef(bool),
    /// `externref`: null, or a number that the host passed to the guest.
    ExternRef(Option<u32>),
    /// A reference of another type, or one that the host did not make: whether it is not null. It can be observed, but only
    /// null can be passed to a guest.
    OtherRef(bool),
}

/// The error for a reference that only the guest can make.
pub const CANNOT_PASS: &str = "a reference that the host only observed cannot be passed to a guest";

/// The type of a [`Value`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are the specification's")]
pub enum Type {
    I32,
    I64,
    F32,
    F64,
    V128,
    FuncRef,
    ExternRef,
    /// Another nullable reference type: to an exception, or of the garbage collection proposal.
    Other,
    /// A reference type without null.
    NonNull,
}

impl From<wasmparser::ValType> for Type {
    fn from(of: wasmparser::ValType) -> Self {
        use wasmparser::{RefType, ValType};
        match of {
            ValType::I32 => Self::I32,
            ValType::I64 => Self::I64,
            ValType::F32 => Self::F32,
            ValType::F64 => Self::F64,
            ValType::V128 => Self::V128,
            ValType::Ref(RefType::FUNCREF) => Self::FuncRef,
            ValType::Ref(RefType::EXTERNREF) => Self::ExternRef,
            ValType::Ref(of) if of.is_nullable() => Self::Other,
            ValType::Ref(_) => Self::NonNull,
        }
    }
}

impl Type {
    /// Zero, or the null reference; `None` for [`Type::NonNull`].
    pub fn zero(self) -> Option<Value> {
        // No bits are a null reference; a number has bits.
        Value::from_bits(self, None).or_else(|| Value::from_bits(self, Some(0)))
    }
}

impl Value {
    /// The type of the value.
    pub fn ty(self) -> Type {
        match self {
            Self::I32(_) => Type::I32,
            Self::I64(_) => Type::I64,
            Self::F32(_) => Type::F32,
            Self::F64(_) => Type::F64,
            Self::V128(_) => Type::V128,
            Self::FuncRef(_) => Type::FuncRef,
            Self::ExternRef(_) => Type::ExternRef,
            Self::OtherRef(_) => Type::Other,
        }
    }

    /// The value of a type from its bits, or the null reference; `None` if the type has no such value.
    fn from_bits(ty: Type, bits: Option<u128>) -> Option<Self> {
        Some(match ty {
            Type::I32 => Self::I32(u32::try_from(bits?).ok()?.cast_signed()),
            Type::I64 => Self::I64(u64::try_from(bits?).ok()?.cast_signed()),
            Type::F32 => Self::F32(bits?.try_into().ok()?),
            Type::F64 => Self::F64(bits?.try_into().ok()?),
            Type::V128 => Self::V128(bits?),
            Type::FuncRef => Self::FuncRef(bits.is_some()),
            Type::ExternRef => Self::ExternRef(bits.map(u32::try_from).transpose().ok()?),
            Type::Other => Self::OtherRef(bits.is_some()),
            Type::NonNull => return None,
        })
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::I32(n) => write!(f, "{n}"),
            Self::I64(n) => write!(f, "{n}"),
            Self::F32(bits) => write!(f, "{:?}", f32::from_bits(*bits)),
            Self::F64(bits) => write!(f, "{:?}", f64::from_bits(*bits)),
            Self::V128(bits) => write!(f, "{bits:#034x}"),
            Self::FuncRef(false) | Self::ExternRef(None) | Self::OtherRef(false) => f.write_str("null"),
            Self::FuncRef(true) => f.write_str("a function"),
            Self::ExternRef(Some(n)) => write!(f, "extern {n}"),
            Self::OtherRef(true) => f.write_str("a reference"),
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::V128 => "v128",
            Self::FuncRef => "funcref",
            Self::ExternRef => "externref",
            Self::Other => "reference",
            Self::NonNull => "non-null reference",
        })
    }
}

/// The serialized form of a value. The bits are text, because JSON numbers can hold neither NaNs nor 128 bits.
#[derive(Clone, Serialize, Deserialize)]
struct Bits {
    #[serde(rename = "type")]
    ty: Type,
    /// In hexadecimal; `None` for the null reference.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    bits: Option<String>,
}

impl From<Value> for Bits {
    fn from(value: Value) -> Self {
        let bits = match value {
            Value::I32(n) => Some(u128::from(n.cast_unsigned())),
            Value::I64(n) => Some(u128::from(n.cast_unsigned())),
            Value::F32(bits) => Some(u128::from(bits)),
            Value::F64(bits) => Some(u128::from(bits)),
            Value::V128(bits) => Some(bits),
            Value::FuncRef(there) | Value::OtherRef(there) => there.then_some(1),
            Value::ExternRef(n) => n.map(u128::from),
        };
        Self { ty: value.ty(), bits: bits.map(|bits| format!("{bits:x}")) }
    }
}

impl TryFrom<Bits> for Value {
    type Error = String;

    fn try_from(Bits { ty, bits }: Bits) -> Result<Self, String> {
        let number = bits.as_deref().map(|bits| u128::from_str_radix(bits, 16)).transpose();
        let value = number.ok().and_then(|number| Self::from_bits(ty, number));
        value.ok_or_else(|| format!("{} is no {ty}", bits.as_deref().unwrap_or("nothing")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_value() -> impl Strategy<Value = Value> {
        prop_oneof![
            any::<i32>().prop_map(Value::I32),
            any::<i64>().prop_map(Value::I64),
            any::<u32>().prop_map(Value::F32),
            any::<u64>().prop_map(Value::F64),
            any::<u128>().prop_map(Value::V128),
            any::<bool>().prop_map(Value::FuncRef),
            any::<Option<u32>>().prop_map(Value::ExternRef),
            any::<bool>().prop_map(Value::OtherRef),
        ]
    }

    proptest! {
        #[test]
        fn a_value_travels_whole(value in any_value()) {
            let text = serde_json::to_string(&value).unwrap();
            prop_assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        }

        #[test]
        fn invalid_values_are_rejected_without_a_panic(text in "\\PC{0,40}") {
            let document = serde_json::json!({ "type": "i32", "bits": text });
            if let Ok(value) = serde_json::from_value::<Value>(document) {
                prop_assert_eq!(value.ty(), Type::I32);
            }
        }
    }
}
