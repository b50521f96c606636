//! The exports and imports of a random module.
use std::fmt::Write;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::feature_set::FeatureSet;
use crate::engine::embedding::{Type, Value};
use crate::engine::known_issue::MULTI_VALUE_IMPORTS;

/// The imports and exports of a module, with names that need no quoting in a shell.
pub(crate) struct ModuleShape {
    /// The exported functions with their parameters.
    pub(crate) functions: Vec<(String, Vec<Type>)>,
    /// The available imports, as text.
    pub(crate) imports: String,
    /// The exports, as text.
    pub(crate) exports: String,
    /// Whether a memory is exported.
    pub(crate) exports_memory: bool,
}

const NUMBERS: [Type; 4] = [Type::I32, Type::I64, Type::F32, Type::F64];

impl ModuleShape {
    /// A random shape with a few of each.
    pub(crate) fn draw(features: &FeatureSet, rng: &mut ChaCha8Rng) -> Self {
        let (mut imports, mut exports) = (String::from("(module"), String::from("(module"));
        for n in 0..rng.random_range(1..5) {
            let parameters = several(features, rng, 4);
            let several_results = features.has("multi-value") && features.has(MULTI_VALUE_IMPORTS);
            let results = several(features, rng, if several_results { 3 } else { 2 });
            let _ = write!(imports, " (import \"env\" \"i{n}\" (func {}))", signature(&parameters, &results));
        }
        for n in 0..rng.random_range(0..3) {
            let (ty, mutable) = (NUMBERS[rng.random_range(0..4)], rng.random_bool(0.5));
            let _ = write!(imports, " (import \"env\" \"g{n}\" (global {}))", global(ty, mutable));
        }
        let mut functions = Vec::new();
        for n in 0..rng.random_range(1..4) {
            let parameters = several(features, rng, 5);
            let results = several(features, rng, if features.has("multi-value") { 4 } else { 2 });
            let _ = write!(exports, " (func (export \"f{n}\") {} unreachable)", signature(&parameters, &results));
            functions.push((format!("f{n}"), parameters));
        }
        for n in 0..rng.random_range(0..4) {
            let (ty, mutable) = (NUMBERS[rng.random_range(0..4)], rng.random_bool(0.7));
            let _ = write!(exports, " (global (export \"g{n}\") {} ({ty}.const 0))", global(ty, mutable));
        }
        let exports_memory = rng.random_bool(0.9);
        if exports_memory {
            let _ = write!(exports, " (memory (export \"m\") {} {})", rng.random_range(0..3), rng.random_range(3..17));
        }
        imports.push(')');
        exports.push(')');
        Self { functions, imports, exports, exports_memory }
    }
}

/// Fewer than `below` types.
fn several(features: &FeatureSet, rng: &mut ChaCha8Rng, below: usize) -> Vec<Type> {
    let any = |rng: &mut ChaCha8Rng| match rng.random_range(0..10) {
        0 if features.has("simd") => Type::V128,
        1 if features.has("reference-types") => Type::ExternRef,
        n => NUMBERS[n % 4],
    };
    (0..rng.random_range(0..below)).map(|_| any(rng)).collect()
}

fn signature(parameters: &[Type], results: &[Type]) -> String {
    let listed = |types: &[Type]| types.iter().map(|ty| format!(" {ty}")).collect::<String>();
    format!("(param{}) (result{})", listed(parameters), listed(results))
}

fn global(ty: Type, mutable: bool) -> String {
    if mutable { format!("(mut {ty})") } else { ty.to_string() }
}

/// A random argument, often an edge case of arithmetic.
pub(crate) fn argument(ty: Type, rng: &mut ChaCha8Rng) -> Value {
    const I32: [i32; 7] = [0, 1, -1, 2, i32::MIN, i32::MAX, 65_536];
    const I64: [i64; 7] = [0, 1, -1, 2, i64::MIN, i64::MAX, 1 << 32];
    const F32: [f32; 8] = [0.0, -0.0, 1.0, -1.5, f32::INFINITY, f32::MIN_POSITIVE, 2_147_483_648.0, f32::NAN];
    const F64: [f64; 8] = [0.0, -0.0, 1.0, -1.5, f64::INFINITY, f64::MIN_POSITIVE, 9.3e18, f64::NAN];
    let is_edge = rng.random_bool(0.6);
    match ty {
        Type::I32 if is_edge => Value::I32(I32[rng.random_range(0..I32.len())]),
        Type::I64 if is_edge => Value::I64(I64[rng.random_range(0..I64.len())]),
        Type::F32 if is_edge => Value::F32(F32[rng.random_range(0..F32.len())].to_bits()),
        Type::F64 if is_edge => Value::F64(F64[rng.random_range(0..F64.len())].to_bits()),
        Type::I32 => Value::I32(rng.random()),
        Type::I64 => Value::I64(rng.random()),
        // Random bits, but only the canonical NaN.
        Type::F32 => Value::F32(Some(rng.random()).filter(|bits| !f32::from_bits(*bits).is_nan()).unwrap_or(0)),
        Type::F64 => Value::F64(Some(rng.random()).filter(|bits| !f64::from_bits(*bits).is_nan()).unwrap_or(0)),
        Type::V128 => Value::V128(rng.random()),
        Type::ExternRef if is_edge => Value::ExternRef(Some(rng.random_range(0..9))),
        Type::ExternRef => Value::ExternRef(None),
        Type::FuncRef => Value::FuncRef(false),
        Type::Other | Type::NonNull => Value::OtherRef(false),
    }
}
