//! The wasmi family: an interpreter whose API follows wasmtime's.
mod api;
mod convert;
mod early_exit;
mod resume;
#[path = "../../suite/mod.rs"]
mod suite;
#[path = "../../suite/wasmtime_style/mod.rs"]
mod wasmtime_style;

use std::any::Any;
use std::sync::Arc;

use ::wasmi::{CompilationMode, Config, Module};
use anyhow::Result;

use self::api::{Mechanisms, Runtime};
use self::suite::module_cache::ModuleCache;

use super::Support::Not;
use super::{
    BackendInfo, BackendOptions, BenchmarkTable, Family, NO_C_API, OptionTable, ScenarioTable, SupportTable,
    wasm_features,
};
use crate::catalog::benchmark;
use crate::catalog::scenario::module;
use crate::guest;

/// The name that `src/suite/` uses for the engine's type.
type Engine = Wasmi;

/// The interpreter with its options.
#[derive(Clone)]
pub(crate) struct Wasmi {
    config: Config,
    mechanisms: Mechanisms,
    module_cache: Arc<ModuleCache>,
}

pub(super) const OPTIONS: &[OptionTable<Wasmi>] = &[&[
    ("compilation", "eager", |wasmi| _ = wasmi.config.compilation_mode(CompilationMode::Eager)),
    ("compilation", "lazy-translation", |wasmi| _ = wasmi.config.compilation_mode(CompilationMode::LazyTranslation)),
    ("compilation", "lazy", |wasmi| _ = wasmi.config.compilation_mode(CompilationMode::Lazy)),
    // The mechanisms to stop or limit a guest.
    ("fuel", "on", |wasmi| wasmi.mechanisms.fuel = Some(u64::MAX)),
    ("limiter", "on", |wasmi| wasmi.mechanisms.limiter = true),
]];

/// The maximum depth of a guest, in calls. Wasmi's default is 1,000, but compilers limit the stack in bytes. With this depth,
/// wasmi's stack of 1,000,000 bytes is the limit, so that the same guests run on all backends.
const NO_LIMIT_BUT_THE_STACK: usize = 1_000_000;

impl Wasmi {
    #[cfg(test)]
    fn for_tests() -> Self {
        Self::open(&BackendOptions::default()).expect("the engine as it is by itself")
    }

    pub(super) fn open(options: &BackendOptions) -> Result<Self> {
        let (config, mechanisms) = (Config::default(), Mechanisms::default());
        let mut wasmi = Self { config, mechanisms, module_cache: Arc::default() };
        wasmi.config.set_max_recursion_depth(NO_LIMIT_BUT_THE_STACK);
        options.apply(OPTIONS, &mut wasmi)?;
        wasmi.config.consume_fuel(wasmi.mechanisms.fuel.is_some());
        Ok(wasmi)
    }

    /// A new runtime without compiled code.
    fn runtime(&self) -> Runtime {
        Runtime::new(::wasmi::Engine::new(&self.config), self.mechanisms)
    }

    /// A new runtime that compiles on one thread, as every runtime of wasmi does.
    fn single_threaded_runtime(&self) -> Runtime {
        self.runtime()
    }

    /// A new runtime whose guests pay fuel for what they execute. Each store starts with `fuel`.
    fn metered_runtime(&self, fuel: u64) -> Runtime {
        let engine = ::wasmi::Engine::new(self.config.clone().consume_fuel(true));
        Runtime::new(engine, Mechanisms { fuel: Some(fuel), ..self.mechanisms })
    }
}

/// The scenarios of the suite that wasmi does not support, because it has no artifacts.
const NO_SCENARIOS: ScenarioTable<Wasmi> =
    &[(&module::SERIALIZED, Not(api::NO_ARTIFACTS)), (&module::HEADLESS, Not(api::NO_ARTIFACTS))];

const NO_INTERRUPTS: &str = "wasmi cannot be interrupted from another thread";

/// The benchmarks of the suite that wasmi does not support.
const NO_BENCHMARKS: BenchmarkTable<Wasmi> = &[
    (&benchmark::artifact::SERIALIZE, Not(api::NO_ARTIFACTS)),
    (&benchmark::artifact::DESERIALIZE, Not(api::NO_ARTIFACTS)),
    (&benchmark::cold::ARTIFACT_TO_EXIT, Not(api::NO_ARTIFACTS)),
    (
        &benchmark::unwind::PANIC,
        Not("a panic in a host function ends the process: it cannot unwind wasmi's own frames"),
    ),
];

impl Family for Wasmi {
    const SUPPORT: SupportTable<Self> = SupportTable {
        scenarios: &[
            &[early_exit::SCENARIOS, resume::SCENARIOS, NO_SCENARIOS, wasmtime_style::fuel::SCENARIOS],
            suite::scenarios::SCENARIOS,
        ],
        benchmarks: &[&[NO_BENCHMARKS, wasmtime_style::fuel::BENCHMARKS], suite::benchmarks::BENCHMARKS],
        never: &[
            NO_C_API,
            &[
                ("metering/", "wasmi counts fuel in place of points: see `fuel/`"),
                ("async/", "wasmi has no async calls"),
                (
                    "interrupt/",
                    "wasmi cannot be interrupted from another thread: give it fuel, or a deadline in an import",
                ),
                ("unwind/interrupt", NO_INTERRUPTS),
                ("stop/interrupt-", NO_INTERRUPTS),
                ("guest/", "wasmi has no exceptions"),
                ("catch/context", "wasmi's error takes no context: an error of the host's does, see `catch/anyhow`"),
                ("limit/limiter-exits", "wasmi's limiter has one error, and none of the host's"),
            ],
            wasmtime_style::NEVER,
        ],
    };

    fn resident_code(&self) -> Result<Box<dyn Any>> {
        Ok(Box::new(self.cached_module(guest::LEAVING)?))
    }

    fn about(&self) -> BackendInfo {
        let runtime = self.runtime();
        BackendInfo {
            engine: format!("wasmi {}", env!("EARLY_EXIT_WASMI")),
            compiler: BackendInfo::NO_COMPILER.into(),
            exit_made_of: vec![benchmark::native::ERROR.id.to_owned()],
            wasm_features: wasm_features::claimed(|wasm| Module::validate(&runtime, wasm).is_ok()),
            ..BackendInfo::default()
        }
    }
}
