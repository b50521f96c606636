//! Generates a random module and the calls to make.
use anyhow::{Context, Result};
use arbitrary::Unstructured;
use rand::RngExt;
use wasm_smith::{Config, Module};

use super::feature_set::FeatureSet;
use super::rewrite::Avoided;
use super::seed::ModuleSeed;
use super::shape::{ModuleShape, argument};
use crate::engine::embedding::Invocation;
use crate::engine::known_issue::{BRANCH_TABLE_WITH_VALUES, SELECT_BY_COMPARISON};

/// A random module and the calls to make.
#[derive(Debug, PartialEq, Eq)]
pub struct GeneratedModule {
    /// The module.
    pub wasm: Vec<u8>,
    /// One call per exported function, each on a new instance.
    pub calls: Vec<Invocation>,
    /// Selects the import call at which to exit; any number.
    pub exit_choice: u64,
}

/// The limit of loops and calls of an instance, mostly below the recursion that exhausts a stack.
const FUEL: u32 = 600;
/// The largest memory, in bytes.
const MEMORY: u64 = 1 << 20;

/// Generates the module.
///
/// # Errors
/// When the entropy does not suffice.
pub fn generate(seed: &ModuleSeed, features: &FeatureSet) -> Result<GeneratedModule> {
    let mut choices = seed.choices();
    let mut config = Config {
        max_funcs: 10,
        max_imports: 6,
        max_globals: 8,
        max_tables: 1,
        max_types: 12,
        max_tags: 3,
        max_element_segments: 4,
        max_elements: 12,
        max_data_segments: 4,
        max_instructions: choices.random_range(20..300),
        max_table_elements: 64,
        max_memory32_bytes: MEMORY,
        max_memory64_bytes: u128::from(MEMORY),
        memory_max_size_required: true,
        table_max_size_required: true,
        canonicalize_nans: true,
        gc_enabled: false,
        compact_imports_enabled: false,
        allow_start_export: choices.random_bool(0.1),
        // Without this, most modules end in their first trap.
        disallow_traps: choices.random_bool(0.5),
        ..Config::default()
    };
    // Fewer features at once are tested more deeply.
    let avoided =
        Avoided { selects: !features.has(SELECT_BY_COMPARISON), tables: !features.has(BRANCH_TABLE_WITH_VALUES) };
    let features = features.some(|| choices.random_bool(0.8));
    features.apply(&mut config);
    let shape = ModuleShape::draw(&features, &mut choices);
    // The generator does not count the exported memory.
    if shape.exports_memory && !features.has("multi-memory") {
        config.max_memories = 0;
    }
    config.available_imports = Some(wat::parse_str(&shape.imports)?);
    config.exports = Some(wat::parse_str(&shape.exports)?);
    let entropy = seed.entropy();
    let mut module = Module::new(config, &mut Unstructured::new(&entropy)).context("no module comes of it")?;
    module.ensure_termination(FUEL)?;
    let mut call = |(export, parameters): (String, Vec<_>)| {
        let arguments = parameters.iter().map(|ty| argument(*ty, &mut choices)).collect();
        Invocation { export, arguments }
    };
    let calls = shape.functions.into_iter().map(&mut call).collect();
    let wasm = avoided.rewrite(module.to_bytes())?;
    Ok(GeneratedModule { wasm, calls, exit_choice: choices.random() })
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::*;
    use crate::engine::embedding::Interface;
    use crate::spec::claims::Claims;

    fn features() -> FeatureSet {
        FeatureSet { features: ["multi-value", "reference-types", "bulk-memory", "simd"].map(String::from).to_vec() }
    }

    /// The modules of a run, without those for which the entropy does not suffice.
    fn modules(seed: u64, numbers: Range<u64>, features: &FeatureSet) -> impl Iterator<Item = GeneratedModule> {
        numbers.filter_map(move |number| generate(&ModuleSeed::new(seed, number), features).ok())
    }

    #[test]
    fn one_seed_is_one_module_and_one_set_of_calls() {
        for number in 0..20 {
            let [one, other] = [(); 2].map(|()| generate(&ModuleSeed::new(5, number), &features()).unwrap());
            assert_eq!(one, other);
        }
    }

    #[test]
    fn every_call_is_of_an_export_with_arguments_of_its_types() {
        for generated in modules(1, 0..100, &features()) {
            let interface = Interface::read(&generated.wasm).unwrap();
            assert!(!generated.calls.is_empty());
            for call in &generated.calls {
                let (_, signature) = interface.functions().find(|(name, _)| *name == call.export).unwrap();
                let given: Vec<_> = call.arguments.iter().map(|value| value.ty()).collect();
                assert_eq!(given, signature.parameters);
            }
        }
    }

    #[test]
    fn a_rewritten_module_is_valid() {
        for generated in modules(4, 0..100, &features()) {
            assert_eq!(Claims::all().lack(&generated.wasm), None);
        }
    }

    #[test]
    fn modules_use_selected_features_only() {
        for generated in modules(2, 0..40, &FeatureSet::default()) {
            let text = wasmprinter::print_bytes(&generated.wasm).unwrap();
            assert!(text.matches("(memory (;").count() <= 1, "{text}");
            assert!(!text.contains("v128") && !text.contains("externref") && !text.contains("memory.fill"), "{text}");
        }
    }
}
