//! Wasmtime: one API, two compilers.
mod api;
mod artifact;
#[path = "../caller/mod.rs"]
mod caller;
mod early_exit;
mod epoch;
mod exception;
mod seam;

use std::any::Any;
use std::num::NonZero;
use std::sync::Arc;

use ::wasmtime::{Config, Engine, OptLevel, Strategy};
use anyhow::Result;

use super::{BackendInfo, BackendOption, BackendOptions, Family, Listed, OpenBackend, SupportTable, listed};
use crate::catalog::benchmark::floor;
use crate::guest;

/// What the host code that wasmtime and wasmi share calls it.
type Own = Wasmtime;

/// A compiler of wasmtime's with its settings.
#[derive(Clone)]
pub(crate) struct Wasmtime {
    compiler: &'static str,
    config: Config,
    shelf: Arc<caller::Shelf>,
}

const CRANELIFT: &[BackendOption<Config>] = &[
    BackendOption {
        key: "opt",
        values: &[
            ("none", |c| c.cranelift_opt_level(OptLevel::None)),
            ("speed", |c| c.cranelift_opt_level(OptLevel::Speed)),
            ("size", |c| c.cranelift_opt_level(OptLevel::SpeedAndSize)),
        ],
    },
    BackendOption {
        key: "nan",
        values: &[
            ("canonical", |c| c.cranelift_nan_canonicalization(true)),
            ("any", |c| c.cranelift_nan_canonicalization(false)),
        ],
    },
    BACKTRACE,
    THREADS,
];

const WINCH: &[BackendOption<Config>] = &[BACKTRACE, THREADS];

/// How many of the guest's frames an error notes when it is made: 20 by default. Each error makes room for as many
/// beforehand; where that fails, as it does for the greatest number there is, the error notes none.
const BACKTRACE: BackendOption<Config> = BackendOption {
    key: "backtrace",
    values: &[
        ("off", |c| c.wasm_backtrace_max_frames(None)),
        ("20", |c| c.wasm_backtrace_max_frames(NonZero::new(20))),
        ("4096", |c| c.wasm_backtrace_max_frames(NonZero::new(4096))),
    ],
};

const THREADS: BackendOption<Config> =
    BackendOption { key: "threads", values: &[("1", |c| c.parallel_compilation(false))] };

pub(super) fn cranelift(settings: &BackendOptions) -> Result<Arc<dyn OpenBackend>> {
    Ok(Arc::new(Wasmtime::with_settings(settings)?))
}

pub(super) fn winch(settings: &BackendOptions) -> Result<Arc<dyn OpenBackend>> {
    Ok(Arc::new(Wasmtime::with("winch", Strategy::Winch, WINCH, settings)?))
}

pub(super) fn cranelift_options() -> Vec<Listed> {
    listed(CRANELIFT)
}

pub(super) fn winch_options() -> Vec<Listed> {
    listed(WINCH)
}

impl Wasmtime {
    /// With the compiler that it takes by itself.
    fn with_settings(settings: &BackendOptions) -> Result<Self> {
        Self::with("cranelift", Strategy::Cranelift, CRANELIFT, settings)
    }

    fn with(
        compiler: &'static str,
        strategy: Strategy,
        knobs: &[BackendOption<Config>],
        settings: &BackendOptions,
    ) -> Result<Self> {
        let mut config = Config::new();
        config.strategy(strategy);
        settings.apply(knobs, &mut config)?;
        // Whether it can be had at all, on this processor and with these settings.
        Engine::new(&config)?;
        Ok(Self { compiler, config, shelf: Arc::default() })
    }

    /// A fresh engine: nothing that was compiled before lives in it.
    fn engine(&self) -> Engine {
        engine(&self.config)
    }

    /// A fresh engine that compiles on one thread.
    fn engine_of_one_thread(&self) -> Engine {
        engine(self.config.clone().parallel_compilation(false))
    }

    /// A fresh engine whose guests pay fuel for what they execute.
    fn fuelled_engine(&self) -> Engine {
        engine(self.config.clone().consume_fuel(true))
    }
}

fn engine(config: &Config) -> Engine {
    Engine::new(config).expect("as much was asked of it when the backend was opened")
}

impl Family for Wasmtime {
    const REPERTOIRE: SupportTable<Self> = SupportTable {
        scenarios: &[
            early_exit::CAN,
            artifact::SCENARIOS,
            epoch::SCENARIOS,
            exception::SCENARIOS,
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
            artifact::BENCHMARKS,
            epoch::BENCHMARKS,
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
            ("metering/", "wasmtime counts fuel in place of points: see `fuel/`"),
            ("async/", "built without wasmtime's own `async`"),
        ],
    };

    fn company(&self) -> Result<Box<dyn Any>> {
        Ok(Box::new(self.shelved(guest::LEAVING)?))
    }

    fn about(&self) -> BackendInfo {
        let compiler = match self.compiler {
            // Both are released with wasmtime, Cranelift under numbers of its own.
            "cranelift" => format!("cranelift {}", env!("EARLY_EXIT_CRANELIFT")),
            other => format!("{other} {}", env!("EARLY_EXIT_WASMTIME")),
        };
        BackendInfo {
            engine: format!("wasmtime {}", env!("EARLY_EXIT_WASMTIME")),
            compiler,
            llvm: None,
            exit_made_of: vec![floor::ERROR.id.to_owned()],
            wasm_features: caller::claimed(&self.engine()),
        }
    }
}
