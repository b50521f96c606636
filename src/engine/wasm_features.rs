//! Detection of the supported WebAssembly features.
use crate::guest;

/// Modules that need a feature beyond the first version of WebAssembly, by the name of its proposal.
const PROBES: &[(&str, &str)] = &[
    ("multi-value", "(module (func (result i32 i32) i32.const 1 i32.const 2))"),
    ("reference-types", "(module (table 1 externref) (func (drop (table.get 0 (i32.const 0)))))"),
    ("bulk-memory", "(module (memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0))))"),
    ("simd", "(module (func (drop (v128.const i64x2 0 0))))"),
    ("relaxed-simd", "(module (func (param v128) (result v128) (i8x16.relaxed_swizzle (local.get 0) (local.get 0))))"),
    ("threads", "(module (memory 1 1 shared) (func (drop (i32.atomic.load (i32.const 0)))))"),
    ("exceptions", "(module (tag $oops) (func (throw $oops)))"),
    ("extended-const", "(module (global i32 (i32.add (i32.const 1) (i32.const 1))))"),
    ("tail-call", "(module (func $f (return_call $f)))"),
    ("multi-memory", "(module (memory 1) (memory 1))"),
    ("memory64", "(module (memory i64 1))"),
    ("wide-arithmetic", "(module (func (param i64) (result i64 i64) (i64.mul_wide_s (local.get 0) (local.get 0))))"),
    ("gc", "(module (type (struct)))"),
];

/// The features whose probes `takes` accepts.
pub(super) fn claimed(takes: impl Fn(&[u8]) -> bool) -> Vec<String> {
    PROBES.iter().filter(|(_, text)| takes(&guest::wasm(text))).map(|(name, _)| (*name).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An invalid probe would report the feature as missing on every engine.
    #[test]
    fn each_probe_is_a_module() {
        for (name, text) in PROBES {
            assert!(wat::parse_str(text).is_ok(), "{name}");
        }
        assert_eq!(claimed(|_| true).len(), PROBES.len());
    }
}
