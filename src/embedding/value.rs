use std::fmt;

/// A WebAssembly number. Floats are kept as bits, so that values can be compared and NaNs keep their payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::I32(n) => write!(f, "{n}"),
            Self::I64(n) => write!(f, "{n}"),
            Self::F32(bits) => write!(f, "{:?}", f32::from_bits(*bits)),
            Self::F64(bits) => write!(f, "{:?}", f64::from_bits(*bits)),
            Self::V128(bits) => write!(f, "{bits:#034x}"),
        }
    }
}
