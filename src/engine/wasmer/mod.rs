//! The Wasmer family: three compilers behind one API, with the same host code for scenarios and benchmarks.
mod api;
mod benchmarks;
mod convert;
#[cfg(feature = "cranelift")]
pub(super) mod cranelift;
#[path = "../../suite/guest_view.rs"]
mod guest_view;
mod late_start;
#[cfg(feature = "llvm")]
pub(super) mod llvm;
mod metering;
mod module_cache;
mod scenarios;
#[cfg(feature = "singlepass")]
pub(super) mod singlepass;
#[path = "../../suite/mod.rs"]
mod suite;

use std::any::Any;
use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;

use ::wasmer::Module;
use ::wasmer::sys::{CompilerConfig, EngineBuilder};
use anyhow::Result;
use wasmer_middlewares::Metering;

use self::api::Runtime;
use self::late_start::LateStart;
use self::metering::{MECHANISMS, MeterEachModule, WasmerMechanisms};
use self::module_cache::ModuleCache;
use super::{
    BackendInfo, BackendOption, BackendOptions, Family, ListedOption, NO_C_API, SupportTable, listed, wasm_features,
};
use crate::catalog::benchmark::native;
use crate::guest;

/// The name that `src/suite/` uses for the engine's type.
type Engine = Wasmer;

/// A Wasmer compiler with its options.
#[derive(Clone)]
pub(crate) struct Wasmer {
    compiler: String,
    llvm: Option<String>,
    config: MakeConfig,
    one_thread: MakeConfig,
    mechanisms: WasmerMechanisms,
    module_cache: Arc<ModuleCache>,
}

/// The options of one compiler, followed by [`MECHANISMS`].
fn listed_with<C>(own: &[BackendOption<C>]) -> Vec<ListedOption> {
    listed(own).into_iter().chain(listed(MECHANISMS)).collect()
}

type MakeConfig = Arc<dyn Fn() -> Box<dyn CompilerConfig> + Send + Sync>;

impl Wasmer {
    fn with<C: CompilerConfig + Clone + Send + Sync + 'static>(
        compiler: String,
        llvm: Option<String>,
        mut config: C,
        (options, chosen): (&[BackendOption<C>], &BackendOptions),
        num_threads: fn(&mut C, NonZero<usize>) -> &mut C,
    ) -> Result<Self> {
        let mut mechanisms = WasmerMechanisms::default();
        chosen.apply_both((options, &mut config), (MECHANISMS, &mut mechanisms))?;
        let mut one_thread = config.clone();
        num_threads(&mut one_thread, NonZero::<usize>::MIN);
        Ok(Self {
            compiler,
            llvm,
            config: Arc::new(move || Box::new(config.clone())),
            one_thread: Arc::new(move || Box::new(one_thread.clone())),
            mechanisms,
            module_cache: Arc::default(),
        })
    }

    #[cfg(test)]
    fn for_tests() -> Self {
        #[cfg(feature = "cranelift")]
        use cranelift as compiler;
        #[cfg(not(any(feature = "cranelift", feature = "singlepass")))]
        use llvm as compiler;
        #[cfg(all(feature = "singlepass", not(feature = "cranelift")))]
        use singlepass as compiler;
        compiler::open(&super::BackendOptions::default()).expect("the compiler as it is by itself")
    }

    /// A new compiler configuration, to which the caller can add middlewares.
    fn config(&self) -> Box<dyn CompilerConfig> {
        (self.config)()
    }

    /// A new runtime without compiled code.
    ///
    /// It has the compiler of this backend. `Engine::default()` would take the first compiler in a fixed order, or none.
    fn runtime(&self) -> Runtime {
        self.runtime_with(self.config())
    }

    fn runtime_with(&self, mut config: Box<dyn CompilerConfig>) -> Runtime {
        if self.mechanisms.metering {
            config.push_middleware(Arc::new(MeterEachModule::default()));
        }
        EngineBuilder::new(config).into()
    }

    /// A new runtime whose guests start with `points` points and pay one point per instruction. `metering=on` has no effect on it.
    /// The host must call the start function, see [`LateStart`].
    ///
    /// The runtime can compile one module only, because a `Metering` stores the indices of that module's globals.
    fn metered_runtime(&self, points: u64) -> Runtime {
        let mut config = self.config();
        config.push_middleware(Arc::new(Metering::new(points, |_| 1)));
        config.push_middleware(Arc::new(LateStart));
        EngineBuilder::new(config).into()
    }

    /// A new runtime that compiles on one thread.
    fn single_threaded_runtime(&self) -> Runtime {
        self.runtime_with((self.one_thread)())
    }
}

impl Family for Wasmer {
    const SUPPORT: SupportTable<Self> = SupportTable {
        scenarios: &[scenarios::SCENARIOS, suite::scenarios::SCENARIOS],
        benchmarks: &[benchmarks::BENCHMARKS, suite::benchmarks::BENCHMARKS],
        never: &[
            &[
                ("fuel/", "Wasmer counts points, by a middleware: see `metering/`"),
                ("resume/", "Wasmer's calls cannot be resumed"),
                ("interrupt/epoch-callback", "Wasmer counts no epochs"),
                ("limit/limiter-exits", "a memory of Wasmer's refuses to grow, and has no error for its guest"),
            ],
            NO_C_API,
        ],
    };

    fn keep_artifacts(&self, folder: &Path) {
        self.module_cache.keep_in(folder);
    }

    fn resident_code(&self) -> anyhow::Result<Box<dyn Any>> {
        Ok(Box::new(self.cached_module(guest::LEAVING)?))
    }

    fn about(&self) -> BackendInfo {
        let runtime = self.runtime();
        BackendInfo {
            engine: format!("wasmer {}", ::wasmer::sys::vm::VERSION),
            compiler: self.compiler.clone(),
            library: None,
            llvm: self.llvm.clone(),
            // Only Wasmer runs a guest in a coroutine and captures a backtrace of the host's stack.
            exit_made_of: [&native::COROUTINE, &native::BACKTRACE, &native::ERROR]
                .map(|part| part.id.to_owned())
                .into(),
            wasm_features: wasm_features::claimed(|wasm| Module::validate(&runtime, wasm).is_ok()),
        }
    }
}
