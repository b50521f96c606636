//! The proposals that a backend claims to support.
use wasmparser::{Validator, WasmFeatures};

/// The proposals that a backend claims, to find the modules that need more.
#[derive(Debug, Clone, Copy)]
pub struct Claims(WasmFeatures);

/// The names of proposals, and the validator's features of each.
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

/// Features of every engine, which engines do not list: the first version and its early extensions.
const ALWAYS: WasmFeatures = WasmFeatures::WASM1
    .union(WasmFeatures::GC_TYPES)
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::SIGN_EXTENSION);

impl Claims {
    /// The claims with these proposals; unknown names are ignored.
    pub fn new(names: &[String]) -> Self {
        let claimed = FEATURES.iter().filter(|(name, _)| names.iter().any(|claimed| claimed == name));
        Self(claimed.fold(ALWAYS, |all, (_, features)| all | *features))
    }

    /// Every feature of the validator. A module that is invalid with these claims is invalid for every engine.
    pub fn all() -> Self {
        Self(WasmFeatures::all())
    }

    /// Whether a valid module uses a proposal.
    pub fn uses(proposal: &str, wasm: &[u8]) -> bool {
        let of = FEATURES.iter().filter(|(name, _)| *name == proposal);
        let without = Self(of.fold(WasmFeatures::all(), |all, (_, features)| all.difference(*features)));
        Self::all().lack(wasm).is_none() && without.lack(wasm).is_some()
    }

    /// The validation error of a module that exceeds the claims; `None` if the claims suffice.
    pub fn lack(self, wasm: &[u8]) -> Option<String> {
        let error = Validator::new_with_features(self.0).validate_all(wasm).err()?;
        Some(error.message().to_owned())
    }

    /// Whether the name of a proposal is known.
    pub fn knows(name: &str) -> bool {
        FEATURES.iter().any(|(known, _)| *known == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_that_exceeds_the_claims_has_an_error_and_any_other_has_none() {
        let wasm = wat::parse_str("(module (func (result i32 i32) i32.const 1 i32.const 2))").unwrap();
        assert_eq!(Claims::new(&["multi-value".into()]).lack(&wasm), None);
        assert!(Claims::new(&["simd".into()]).lack(&wasm).unwrap().contains("multi-value"));
        assert_eq!(Claims::all().lack(&wasm), None);
        let invalid = wat::parse_str("(module (func (result i32)))").unwrap();
        assert!(Claims::all().lack(&invalid).is_some());
        assert!(Claims::knows("threads") && !Claims::knows("no-such"));
        assert!(Claims::uses("multi-value", &wasm) && !Claims::uses("simd", &wasm));
        assert!(!Claims::uses("multi-value", &invalid));
    }
}
