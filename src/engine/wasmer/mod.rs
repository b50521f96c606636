//! Wasmer: one API, three compilers. The host code of scenarios and benchmarks exists once, for all of them.
mod benchmarks;
#[cfg(feature = "cranelift")]
pub(super) mod cranelift;
mod embedding;
mod ensemble;
mod late_start;
#[cfg(feature = "llvm")]
pub(super) mod llvm;
mod scenarios;
mod seam;
#[cfg(feature = "singlepass")]
pub(super) mod singlepass;

use std::any::Any;
use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;

use ::wasmer::Engine;
use ::wasmer::sys::{CompilerConfig, EngineBuilder, Features, Target};
use wasmer_middlewares::Metering;

use self::late_start::LateStart;
use super::{BackendInfo, Family, SupportTable};
use crate::catalog::benchmark::floor;
use crate::guest;

/// A Wasmer compiler with its settings.
#[derive(Clone)]
pub(crate) struct Wasmer {
    compiler: String,
    llvm: Option<String>,
    config: MakeConfig,
    one_thread: MakeConfig,
    shelf: Arc<benchmarks::Shelf>,
}

type MakeConfig = Arc<dyn Fn() -> Box<dyn CompilerConfig> + Send + Sync>;

impl Wasmer {
    fn with<C: CompilerConfig + Clone + Send + Sync + 'static>(
        compiler: String,
        llvm: Option<String>,
        config: C,
        num_threads: fn(&mut C, NonZero<usize>) -> &mut C,
    ) -> Self {
        let mut one_thread = config.clone();
        num_threads(&mut one_thread, NonZero::<usize>::MIN);
        Self {
            compiler,
            llvm,
            config: Arc::new(move || Box::new(config.clone())),
            one_thread: Arc::new(move || Box::new(one_thread.clone())),
            shelf: Arc::default(),
        }
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

    /// A fresh engine whose guests start with so many points, and pay one for each instruction; a start
    /// function is theirs to call, see [`LateStart`].
    ///
    /// One module only: a `Metering` remembers where the module that it rewrote keeps its points.
    fn metered(&self, points: u64) -> Engine {
        let mut config = self.config();
        config.push_middleware(Arc::new(Metering::new(points, |_| 1)));
        config.push_middleware(Arc::new(LateStart));
        EngineBuilder::new(config).into()
    }

    /// A fresh engine that compiles on one thread, however many it would take by itself.
    fn engine_of_one_thread(&self) -> Engine {
        EngineBuilder::new((self.one_thread)()).into()
    }
}

impl Family for Wasmer {
    const REPERTOIRE: SupportTable<Self> = SupportTable {
        scenarios: scenarios::REPERTOIRE,
        benchmarks: benchmarks::REPERTOIRE,
        never: &[("fuel/", "Wasmer counts points, by a middleware: see `metering/`")],
    };

    fn keep_artifacts(&self, folder: &Path) {
        self.shelf.keep_in(folder);
    }

    fn company(&self) -> anyhow::Result<Box<dyn Any>> {
        Ok(Box::new(self.shelved(guest::LEAVING)?))
    }

    fn about(&self) -> BackendInfo {
        BackendInfo {
            engine: format!("wasmer {}", ::wasmer::sys::vm::VERSION),
            compiler: self.compiler.clone(),
            llvm: self.llvm.clone(),
            // Nobody but Wasmer runs a guest in a coroutine and looks at the host's stack.
            exit_made_of: [&floor::COROUTINE, &floor::BACKTRACE, &floor::ERROR].map(|part| part.id.to_owned()).into(),
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
