//! A call of an export, and its text.
use std::fmt;

use anyhow::{Result, anyhow, bail, ensure};
use serde::{Deserialize, Serialize};

use super::{Interface, Type, Value};
use crate::escape::escaped;
use crate::suggest;

/// A call of an export.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Invocation {
    /// The export.
    pub export: String,
    /// The arguments.
    pub arguments: Vec<Value>,
}

/// The entry point of a WASI command.
const START: &str = "_start";

impl Invocation {
    /// Parses a call: an export, and arguments of its parameter types. Without an export, it is `_start` if there is one.
    ///
    /// # Errors
    /// When the function does not exist, or an argument is invalid. The error lists what is valid.
    pub fn read(interface: &Interface, asked: &[String]) -> Result<Option<Self>> {
        let Some((name, arguments)) = asked.split_first() else {
            let start = interface.functions().any(|(name, ty)| name == START && ty.parameters.is_empty());
            return Ok(start.then(|| Self { export: START.into(), arguments: Vec::new() }));
        };
        let Some((_, signature)) = interface.functions().find(|(known, _)| known == name) else {
            let known: Vec<_> = interface.functions().map(|(name, _)| name).collect();
            bail!("the module exports no function `{name}`; {}", suggest::hint("it exports", name, &known));
        };
        let of = || format!("`{name}` is {name}{signature}");
        let (takes, given) = (signature.parameters.len(), arguments.len());
        ensure!(takes == given, "{}: {given} arguments were given, and it takes {takes}", of());
        let read =
            |(text, ty): (&String, &Type)| value(text, *ty).ok_or_else(|| anyhow!("{}: `{text}` is no {ty}", of()));
        let arguments = arguments.iter().zip(&signature.parameters).map(read).collect::<Result<_>>()?;
        Ok(Some(Self { export: name.clone(), arguments }))
    }

    /// The options of `run` for this call, at the end of the command line.
    pub fn as_options(&self) -> String {
        let arguments: Vec<_> = self.arguments.iter().map(text).collect();
        let separated = if arguments.is_empty() { "" } else { " -- " };
        format!("--invoke {}{separated}{}", self.export, arguments.join(" "))
    }
}

impl fmt::Display for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arguments: Vec<_> = self.arguments.iter().map(Value::to_string).collect();
        write!(f, "{}({})", escaped(&self.export), arguments.join(", "))
    }
}

/// Parses a value: integers in decimal or hexadecimal, signed or unsigned; floats also as `inf`, `nan` and `nan:0x…`; `null`
/// for a reference, and a number for an `externref`.
fn value(text: &str, ty: Type) -> Option<Value> {
    Some(match ty {
        Type::I32 => Value::I32(integer(text, 32)? as i32),
        Type::I64 => Value::I64(integer(text, 64)? as i64),
        Type::V128 => Value::V128(integer(text, 128)? as u128),
        Type::F32 => Value::F32(match nan(text, 23)? {
            Some((sign, payload)) => (u32::from(sign) << 31) | 0x7f80_0000 | payload as u32,
            None => text.parse::<f32>().ok()?.to_bits(),
        }),
        Type::F64 => Value::F64(match nan(text, 52)? {
            Some((sign, payload)) => (u64::from(sign) << 63) | 0x7ff0_0000_0000_0000 | payload,
            None => text.parse::<f64>().ok()?.to_bits(),
        }),
        Type::FuncRef if text == "null" => Value::FuncRef(false),
        Type::ExternRef if text == "null" => Value::ExternRef(None),
        Type::ExternRef => Value::ExternRef(Some(text.parse().ok()?)),
        Type::Other if text == "null" => Value::OtherRef(false),
        Type::FuncRef | Type::Other | Type::NonNull => return None,
    })
}

/// The text from which [`value`] parses this value.
fn text(value: &Value) -> String {
    let nan = |negative: bool, payload: u64| format!("{}nan:{payload:#x}", if negative { "-" } else { "" });
    match *value {
        Value::F32(bits) if f32::from_bits(bits).is_nan() => nan(bits >> 31 == 1, u64::from(bits) & 0x7f_ffff),
        Value::F64(bits) if f64::from_bits(bits).is_nan() => nan(bits >> 63 == 1, bits & 0xf_ffff_ffff_ffff),
        Value::ExternRef(Some(n)) => n.to_string(),
        other => other.to_string(),
    }
}

/// An integer that fits in the number of bits, signed or unsigned.
fn integer(text: &str, bits: u32) -> Option<i128> {
    let (negative, digits) = sign(text);
    let digits = digits.replace('_', "");
    // At most one sign.
    if !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let size = match digits.strip_prefix("0x") {
        Some(digits) if digits.starts_with(|first: char| first.is_ascii_hexdigit()) => u128::from_str_radix(digits, 16),
        _ => digits.parse(),
    }
    .ok()?;
    let (most, least) = (u128::MAX >> (128 - bits), 1u128 << (bits - 1));
    match negative {
        true => (size <= least).then(|| (size as i128).wrapping_neg()),
        false => (size <= most).then_some(size as i128),
    }
}

/// Whether a number is negative, and its text without the sign.
fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// The sign and payload of a NaN; `None` for an invalid payload.
fn nan(text: &str, bits: u32) -> Option<Option<(bool, u64)>> {
    let (sign, rest) = sign(text);
    if rest == "nan" {
        return Some(Some((sign, 1 << (bits - 1))));
    }
    let Some(payload) = rest.strip_prefix("nan:0x") else { return Some(None) };
    let payload = u64::from_str_radix(payload, 16).ok()?;
    (payload > 0 && payload < 1 << bits).then_some(Some((sign, payload)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_read_by_their_type() {
        assert_eq!(value("-1", Type::I32), Some(Value::I32(-1)));
        assert_eq!(value("0xffffffff", Type::I32), Some(Value::I32(-1)));
        assert_eq!(value("4294967295", Type::I32), Some(Value::I32(-1)));
        assert_eq!(value("-0x80000000", Type::I32), Some(Value::I32(i32::MIN)));
        assert_eq!(value("-9223372036854775808", Type::I64), Some(Value::I64(i64::MIN)));
        assert_eq!(value("1_000", Type::I64), Some(Value::I64(1000)));
        assert_eq!(value("-inf", Type::F32), Some(Value::F32(f32::NEG_INFINITY.to_bits())));
        assert_eq!(value("nan", Type::F64), Some(Value::F64(0x7ff8_0000_0000_0000)));
        assert_eq!(value("-nan:0x1", Type::F32), Some(Value::F32(0xff80_0001)));
        assert_eq!(value("1e-3", Type::F64), Some(Value::F64(1e-3f64.to_bits())));
        assert_eq!(value("null", Type::ExternRef), Some(Value::ExternRef(None)));
        assert_eq!(value("null", Type::Other), Some(Value::OtherRef(false)));
    }

    #[test]
    fn arguments_of_wrong_type_or_number_are_rejected() {
        for text in ["4294967296", "-2147483649", "1.5", "", "-", "0x", "--1", "+-1", "0x-1", "null", "inf"] {
            assert_eq!(value(text, Type::I32), None, "{text}");
        }
        assert_eq!(value("nan:0x0", Type::F32), None);
        assert_eq!(value("nan:0x800000", Type::F32), None);
        assert_eq!(value("1", Type::FuncRef), None);
        assert_eq!(value("null", Type::NonNull), None);
    }

    proptest! {
        #[test]
        fn every_argument_can_be_typed_in(i32: i32, i64: i64, f32: u32, f64: u64, v128: u128, reference: Option<u32>) {
            let nan = Value::F32(f32 | 0x7f80_0001);
            let values = [Value::I32(i32), Value::I64(i64), Value::F32(f32), nan, Value::F64(f64), Value::V128(v128)];
            for typed in values.into_iter().chain([Value::ExternRef(reference), Value::FuncRef(false), Value::OtherRef(false)]) {
                prop_assert_eq!(value(&text(&typed), typed.ty()), Some(typed));
            }
            prop_assert_eq!(value(&format!("{i32:#x}"), Type::I32), Some(Value::I32(i32)));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[-+0-9a-fxn:_i.]{0,44}|\\PC{0,12}") {
            for ty in [Type::I32, Type::I64, Type::F32, Type::F64, Type::V128, Type::FuncRef, Type::ExternRef, Type::Other, Type::NonNull] {
                if let Some(value) = value(&text, ty) {
                    prop_assert_eq!(value.ty(), ty);
                }
            }
        }
    }
}
