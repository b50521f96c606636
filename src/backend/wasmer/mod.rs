//! Wasmer: one API, three compilers. The host code of scenarios and benchmarks exists once, for all of them.
mod benchmarks;
#[cfg(feature = "cranelift")]
pub(super) mod cranelift;
mod embedding;
#[cfg(feature = "llvm")]
pub(super) mod llvm;
mod scenarios;
#[cfg(feature = "singlepass")]
pub(super) mod singlepass;

use std::sync::Arc;

use ::wasmer::Engine;
use ::wasmer::sys::{CompilerConfig, EngineBuilder, Features, Target};

use super::{About, Family, Repertoire};

/// A Wasmer compiler with its settings.
#[derive(Clone)]
pub(crate) struct Wasmer {
    compiler: String,
    llvm: Option<String>,
    config: Arc<dyn Fn() -> Box<dyn CompilerConfig> + Send + Sync>,
}

impl Wasmer {
    fn with(
        compiler: String,
        llvm: Option<String>,
        config: impl Fn() -> Box<dyn CompilerConfig> + Send + Sync + 'static,
    ) -> Self {
        Self { compiler, llvm, config: Arc::new(config) }
    }

    /// The compiler's configuration, to be changed further: middleware, mostly.
    fn config(&self) -> Box<dyn CompilerConfig> {
        (self.config)()
    }

    /// A fresh engine: nothing that was compiled before lives in it.
    ///
    /// Never `Engine::default()`: it takes the first compiler of a fixed order, or none.
    fn engine(&self) -> Engine {
        EngineBuilder::new(self.config()).into()
    }
}

impl Family for Wasmer {
    const REPERTOIRE: Repertoire<Self> =
        Repertoire { scenarios: scenarios::REPERTOIRE, benchmarks: &[benchmarks::REPERTOIRE] };

    fn about(&self) -> About {
        About {
            engine: format!("wasmer {}", ::wasmer::sys::vm::VERSION),
            compiler: self.compiler.clone(),
            llvm: self.llvm.clone(),
            wasm_features: claimed(&self.config().supported_features_for_target(&Target::default())),
        }
    }
}

/// The features by the names that the proposals have.
fn claimed(features: &Features) -> Vec<String> {
    let Features {
        threads,
        reference_types,
        simd,
        bulk_memory,
        multi_value,
        tail_call,
        module_linking,
        multi_memory,
        memory64,
        exceptions,
        relaxed_simd,
        extended_const,
        wide_arithmetic,
    } = *features;
    [
        ("multi-value", multi_value),
        ("reference-types", reference_types),
        ("bulk-memory", bulk_memory),
        ("simd", simd),
        ("relaxed-simd", relaxed_simd),
        ("threads", threads),
        ("exceptions", exceptions),
        ("extended-const", extended_const),
        ("tail-call", tail_call),
        ("multi-memory", multi_memory),
        ("memory64", memory64),
        ("wide-arithmetic", wide_arithmetic),
        ("module-linking", module_linking),
    ]
    .into_iter()
    .filter(|(_, claimed)| *claimed)
    .map(|(name, _)| name.to_owned())
    .collect()
}
