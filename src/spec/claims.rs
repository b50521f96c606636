//! The proposals that a backend claims to support.
use wasmparser::{Validator, WasmFeatures};

/// What a backend claims, so that nobody asks it for more.
#[derive(Debug, Clone, Copy)]
pub struct Claims(WasmFeatures);

/// The claims' names, and what belongs to each.
const FEATURES: &[(&str, WasmFeatures)] = &[
    ("multi-value", WasmFeatures::MULTI_VALUE),
    ("reference-types", WasmFeatures::REFERENCE_TYPES.union(WasmFeatures::CALL_INDIRECT_OVERLONG)),
    ("bulk-memory", WasmFeatures::BULK_MEMORY.union(WasmFeatures::BULK_MEMORY_OPT)),
    ("simd", WasmFeatures::SIMD),
    ("relaxed-simd", WasmFeatures::RELAXED_SIMD),
    ("threads", WasmFeatures::THREADS),
    ("exceptions", WasmFeatures::EXCEPTIONS),
    ("extended-const", WasmFeatures::EXTENDED_CONST),
    ("tail-call", WasmFeatures::TAIL_CALL),
    ("multi-memory", WasmFeatures::MULTI_MEMORY),
    ("memory64", WasmFeatures::MEMORY64),
    ("wide-arithmetic", WasmFeatures::WIDE_ARITHMETIC),
    ("gc", WasmFeatures::GC.union(WasmFeatures::FUNCTION_REFERENCES)),
];

/// What every engine has, and none names: the first version, and what soon was part of it.
const ALWAYS: WasmFeatures = WasmFeatures::WASM1
    .union(WasmFeatures::GC_TYPES)
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::SIGN_EXTENSION);

impl Claims {
    /// From the names that proposals have. One that is not known here is never asked for.
    pub fn new(names: &[String]) -> Self {
        let claimed = FEATURES.iter().filter(|(name, _)| names.iter().any(|claimed| claimed == name));
        Self(claimed.fold(ALWAYS, |all, (_, features)| all | *features))
    }

    /// All that the validator knows: what is refused with this is a module for no engine.
    pub fn all() -> Self {
        Self(WasmFeatures::all())
    }

    /// Why a module is more than what is claimed, where it is.
    pub fn lack(self, wasm: &[u8]) -> Option<String> {
        let error = Validator::new_with_features(self.0).validate_all(wasm).err()?;
        Some(error.message().to_owned())
    }

    /// Whether a feature is known here.
    pub fn knows(name: &str) -> bool {
        FEATURES.iter().any(|(known, _)| *known == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_needs_what_it_uses() {
        let wasm = wat::parse_str("(module (func (result i32 i32) i32.const 1 i32.const 2))").unwrap();
        assert_eq!(Claims::new(&["multi-value".into()]).lack(&wasm), None);
        assert!(Claims::new(&["simd".into()]).lack(&wasm).unwrap().contains("multi-value"));
        assert_eq!(Claims::all().lack(&wasm), None);
        let invalid = wat::parse_str("(module (func (result i32)))").unwrap();
        assert!(Claims::all().lack(&invalid).is_some());
        assert!(Claims::knows("threads") && !Claims::knows("no-such"));
    }
}
