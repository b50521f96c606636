//! Wasmi: an interpreter, with the API of wasmtime.
mod api;
#[path = "../caller/mod.rs"]
mod caller;
mod early_exit;
mod seam;

use std::any::Any;
use std::sync::Arc;

use ::wasmi::{CompilationMode, Config, Engine};
use anyhow::Result;

use super::Support::Not;
use super::{
    BackendInfo, BackendOption, BackendOptions, Family, Listed, OpenBackend, Play, Prepare, SupportTable, Table, listed,
};
use crate::catalog::benchmark;
use crate::catalog::benchmark::Benchmark;
use crate::catalog::scenario::{Scenario, module};
use crate::guest;

/// What the host code that wasmtime and wasmi share calls it.
type Own = Wasmi;

/// The interpreter with its settings.
#[derive(Clone)]
pub(crate) struct Wasmi {
    config: Config,
    shelf: Arc<caller::Shelf>,
}

const SETTINGS: &[BackendOption<Config>] = &[BackendOption {
    key: "compilation",
    values: &[
        ("eager", |c| c.compilation_mode(CompilationMode::Eager)),
        ("lazy-translation", |c| c.compilation_mode(CompilationMode::LazyTranslation)),
        ("lazy", |c| c.compilation_mode(CompilationMode::Lazy)),
    ],
}];

/// By itself wasmi ends a guest that is 1,000 calls deep, where the compilers count bytes of stack. So that the same
/// guests run on all, it counts bytes too here: its 1,000,000.
const NO_LIMIT_BUT_THE_STACK: usize = 1_000_000;

pub(super) fn open(settings: &BackendOptions) -> Result<Arc<dyn OpenBackend>> {
    Ok(Arc::new(Wasmi::with_settings(settings)?))
}

pub(super) fn options() -> Vec<Listed> {
    listed(SETTINGS)
}

impl Wasmi {
    fn with_settings(settings: &BackendOptions) -> Result<Self> {
        let mut config = Config::default();
        config.set_max_recursion_depth(NO_LIMIT_BUT_THE_STACK);
        settings.apply(SETTINGS, &mut config)?;
        Ok(Self { config, shelf: Arc::default() })
    }

    /// A fresh engine: nothing that was compiled before lives in it.
    fn engine(&self) -> Engine {
        Engine::new(&self.config)
    }

    /// There is no other: wasmi translates on the thread that asks.
    fn engine_of_one_thread(&self) -> Engine {
        self.engine()
    }

    /// A fresh engine whose guests pay fuel for what they execute.
    fn fuelled_engine(&self) -> Engine {
        Engine::new(self.config.clone().consume_fuel(true))
    }
}

/// The artifacts that it has no scenarios of.
const NO_SCENARIOS: Table<Scenario, Play<Wasmi>> =
    &[(&module::SERIALIZED, Not(seam::NO_ARTIFACTS)), (&module::HEADLESS, Not(seam::NO_ARTIFACTS))];

/// What has no row in the tables of the code that it shares with wasmtime.
const LACKS: Table<Benchmark, Prepare<Wasmi>> = &[
    (&benchmark::cold::ARTIFACT_TO_EXIT, Not(seam::NO_ARTIFACTS)),
    (
        &benchmark::unwind::PANIC,
        Not("a panic in a host function ends the process: it cannot unwind wasmi's own frames"),
    ),
    (&benchmark::unwind::INTERRUPT, Not("wasmi cannot be interrupted from another thread")),
];

impl Family for Wasmi {
    const REPERTOIRE: SupportTable<Self> = SupportTable {
        scenarios: &[
            early_exit::CAN,
            NO_SCENARIOS,
            caller::scenarios::early_exit::CAN,
            caller::scenarios::exit::CAN,
            caller::scenarios::catch::CAN,
            caller::scenarios::after::CAN,
            caller::scenarios::rust_stack::CAN,
            caller::scenarios::nesting::CAN,
            caller::scenarios::depth::CAN,
            caller::scenarios::module::CAN,
            caller::scenarios::panic::CAN,
            caller::scenarios::fuel::CAN,
            caller::scenarios::limit::CAN,
            caller::scenarios::interrupt::CAN,
            caller::scenarios::threads::CAN,
            caller::scenarios::wasi::CAN,
            caller::scenarios::soak::CAN,
            caller::scenarios::last::CAN,
        ],
        benchmarks: &[
            LACKS,
            caller::benchmarks::compile::CAN,
            caller::benchmarks::instantiate::CAN,
            caller::benchmarks::cold::CAN,
            caller::benchmarks::call::CAN,
            caller::benchmarks::leave::CAN,
            caller::benchmarks::trap::CAN,
            caller::benchmarks::sweep::CAN,
            caller::benchmarks::recover::CAN,
            caller::benchmarks::execute::CAN,
        ],
        never: &[
            ("metering/", "wasmi counts fuel in place of points: see `fuel/`"),
            ("async/", "wasmi has no async calls"),
            ("interrupt/", "wasmi cannot be interrupted from another thread: give it fuel, or a deadline in an import"),
            ("guest/", "wasmi has no exceptions"),
            ("artifact/", seam::NO_ARTIFACTS),
        ],
    };

    fn company(&self) -> Result<Box<dyn Any>> {
        Ok(Box::new(self.shelved(guest::LEAVING)?))
    }

    fn about(&self) -> BackendInfo {
        BackendInfo {
            engine: format!("wasmi {}", env!("EARLY_EXIT_WASMI")),
            compiler: BackendInfo::NO_COMPILER.into(),
            llvm: None,
            exit_made_of: vec![benchmark::floor::ERROR.id.to_owned()],
            wasm_features: caller::claimed(&self.engine()),
        }
    }
}
