//! The Wasmer family: three compilers behind one API, with the same host code for scenarios and benchmarks.
mod api;
mod artifact_cache;
mod benchmarks;
mod compiler;
mod convert;
#[path = "../../suite/guest_view.rs"]
mod guest_view;
#[cfg(feature = "host-interrupt")]
mod interrupt;
mod metering;
mod middleware;
mod scenarios;
#[path = "../../suite/mod.rs"]
mod suite;

use std::any::Any;
use std::path::Path;
use std::sync::Arc;

use ::wasmer::Module;
use ::wasmer::sys::{CompilerConfig, EngineBuilder};
use anyhow::Result;
use wasmer_middlewares::Metering;

use self::api::Runtime;
use self::artifact_cache::ArtifactCache;
pub(super) use self::compiler::*;
use self::middleware::{LateStart, MeterEachModule};
use self::suite::module_cache::ModuleCache;
use super::{BackendInfo, BackendOptions, Family, NO_C_API, SupportTable, wasm_features};
use crate::catalog::benchmark::native;
use crate::guest;

/// The name that `src/suite/` uses for the engine's type.
type Engine = Wasmer;

/// A Wasmer compiler with its options.
#[derive(Clone)]
pub(crate) struct Wasmer {
    compiler: &'static str,
    version: String,
    config: MakeConfig,
    one_thread: MakeConfig,
    metering: bool,
    module_cache: Arc<ModuleCache>,
    artifacts: Arc<ArtifactCache>,
}

type MakeConfig = Arc<dyn Fn() -> Box<dyn CompilerConfig> + Send + Sync>;

impl Wasmer {
    pub(super) fn open<C: WasmerCompiler>(options: &BackendOptions) -> Result<Self> {
        let mut settings = CompilerSettings::<C>::default();
        options.apply(CompilerSettings::<C>::OPTIONS, &mut settings)?;
        let CompilerSettings { config, metering } = settings;
        let mut one_thread = config.clone();
        one_thread.use_one_thread();
        Ok(Self {
            compiler: C::NAME,
            version: C::version(),
            config: Arc::new(move || Box::new(config.clone())),
            one_thread: Arc::new(move || Box::new(one_thread.clone())),
            metering,
            module_cache: Arc::default(),
            artifacts: Arc::default(),
        })
    }

    #[cfg(test)]
    fn for_tests() -> Self {
        #[cfg(feature = "cranelift")]
        use self::Cranelift as AnyCompiler;
        #[cfg(not(any(feature = "cranelift", feature = "singlepass")))]
        use self::LLVM as AnyCompiler;
        #[cfg(all(feature = "singlepass", not(feature = "cranelift")))]
        use self::Singlepass as AnyCompiler;
        Self::open::<AnyCompiler>(&BackendOptions::default()).expect("the compiler as it is by itself")
    }

    /// A new runtime without compiled code.
    ///
    /// It has the compiler of this backend. `Engine::default()` would take the first compiler in a fixed order, or none.
    fn runtime(&self) -> Runtime {
        self.runtime_with((self.config)())
    }

    fn runtime_with(&self, mut config: Box<dyn CompilerConfig>) -> Runtime {
        if self.metering {
            config.push_middleware(Arc::new(MeterEachModule::default()));
        }
        EngineBuilder::new(config).into()
    }

    /// A new runtime whose guests start with `points` points and pay one point per instruction. `metering=on` has no effect on it.
    /// The host must call the start function, see [`LateStart`].
    ///
    /// The runtime can compile one module only, because a `Metering` stores the indices of that module's globals.
    fn metered_runtime(&self, points: u64) -> Runtime {
        let mut config = (self.config)();
        config.push_middleware(Arc::new(Metering::new(points, |_| 1)));
        config.push_middleware(Arc::new(LateStart));
        EngineBuilder::new(config).into()
    }

    /// A new runtime that compiles on one thread.
    fn single_threaded_runtime(&self) -> Runtime {
        self.runtime_with((self.one_thread)())
    }
}

const NO_INTERRUPTS: &str = "built without interrupts; build with `--features host-interrupt`";

impl Family for Wasmer {
    const SUPPORT: SupportTable<Self> = SupportTable {
        scenarios: &[scenarios::SCENARIOS, suite::scenarios::SCENARIOS],
        benchmarks: &[
            &[
                benchmarks::BENCHMARKS,
                metering::BENCHMARKS,
                #[cfg(feature = "host-interrupt")]
                interrupt::BENCHMARKS,
            ],
            suite::benchmarks::BENCHMARKS,
        ],
        never: &[
            &[
                ("fuel/", "Wasmer counts points, by a middleware: see `metering/`"),
                ("resume/", "Wasmer's calls cannot be resumed"),
                ("async/", "built without the feature `async`"),
                ("interrupt/epoch-callback", "Wasmer counts no epochs"),
                ("interrupt/", "needs the feature `host-interrupt`"),
                ("unwind/interrupt", NO_INTERRUPTS),
                ("stop/interrupt-loop", NO_INTERRUPTS),
                ("stop/interrupt-", "built without interrupts"),
                ("limit/limiter-exits", "a memory of Wasmer's refuses to grow, and has no error for its guest"),
            ],
            NO_C_API,
        ],
    };

    fn keep_artifacts(&self, folder: &Path) {
        self.artifacts.keep_in(folder);
    }

    fn resident_code(&self) -> Result<Box<dyn Any>> {
        Ok(Box::new(self.cached_module(guest::LEAVING)?))
    }

    fn about(&self) -> BackendInfo {
        let runtime = self.runtime();
        BackendInfo {
            engine: format!("wasmer {}", ::wasmer::sys::vm::VERSION),
            compiler: format!("{} {}", self.compiler, self.version),
            llvm: (self.compiler == "llvm").then(|| self.version.clone()),
            // Only Wasmer runs a guest in a coroutine and captures a backtrace of the host's stack.
            exit_made_of: [&native::COROUTINE, &native::BACKTRACE, &native::ERROR]
                .map(|part| part.id.to_owned())
                .into(),
            wasm_features: wasm_features::claimed(|wasm| Module::validate(&runtime, wasm).is_ok()),
            ..BackendInfo::default()
        }
    }
}
