//! The wasmtime family: two compilers behind one API.
mod api;
mod callback;
mod context;
mod convert;
mod early_exit;
mod epoch;
#[path = "../../suite/guest_view.rs"]
mod guest_view;
#[path = "../../suite/mod.rs"]
mod suite;
#[path = "../../suite/wasmtime_style/mod.rs"]
mod wasmtime_style;

use std::any::Any;
use std::num::NonZero;
use std::sync::Arc;

use ::wasmtime::{Config, Module, OptLevel, Strategy};
use anyhow::Result;

use self::api::{Mechanisms, Runtime};
use self::wasmtime_style::module_cache::{self, ModuleCache};
use self::wasmtime_style::runtime::{FUEL, LIMITER, switch_on};

use super::{
    BackendInfo, BackendOption, BackendOptions, Family, ListedOption, NO_C_API, SupportTable, listed, no_error_clones,
    wasm_features,
};
use crate::catalog::benchmark::{Benchmark, cold, native};
use crate::guest;

/// The name that `src/suite/` uses for the engine's type.
type Engine = Wasmtime;

/// A wasmtime compiler with its options.
#[derive(Clone)]
pub(crate) struct Wasmtime {
    compiler: &'static str,
    config: Config,
    mechanisms: Mechanisms,
    module_cache: Arc<ModuleCache>,
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
    BackendOption { key: "target", values: &[("pulley", |c| target_pulley(c))] },
    BackendOption { key: "signals", values: &[("off", |c| c.signals_based_traps(false))] },
];

/// Compiles for wasmtime's interpreter Pulley instead of this machine. Pulley needs no executable memory.
fn target_pulley(config: &mut Config) -> &mut Config {
    const TARGET: &str = match (cfg!(target_pointer_width = "64"), cfg!(target_endian = "little")) {
        (true, true) => "pulley64",
        (true, false) => "pulley64be",
        (false, true) => "pulley32",
        (false, false) => "pulley32be",
    };
    config.target(TARGET).expect("the name of a target")
}

const WINCH: &[BackendOption<Config>] = &[BACKTRACE, THREADS];

/// The maximum number of guest frames in an error's backtrace; by default 20. Each error reserves memory for the maximum. If
/// the reservation fails, as for `usize::MAX`, the backtrace is empty.
const BACKTRACE: BackendOption<Config> = BackendOption {
    key: "backtrace",
    values: &[
        ("off", |c| c.wasm_backtrace_max_frames(None)),
        ("20", |c| c.wasm_backtrace_max_frames(NonZero::new(20))),
        ("4096", |c| c.wasm_backtrace_max_frames(NonZero::new(4096))),
        // A guest has 512 KiB of stack, and a frame has at least 16 bytes.
        ("all", |c| c.wasm_backtrace_max_frames(NonZero::new(1 << 15))),
    ],
};

const THREADS: BackendOption<Config> =
    BackendOption { key: "threads", values: &[("1", |c| c.parallel_compilation(false))] };

/// The options that enable mechanisms to stop or limit a guest.
const MECHANISMS: &[BackendOption<Mechanisms>] = &[
    FUEL,
    BackendOption { key: "epoch", values: &[("on", |mechanisms| switch_on(mechanisms, |m| &mut m.epoch))] },
    LIMITER,
];

/// The options of one compiler, followed by [`MECHANISMS`].
fn listed_with(own: &[BackendOption<Config>]) -> Vec<ListedOption> {
    listed(own).into_iter().chain(listed(MECHANISMS)).collect()
}

pub(super) fn cranelift_options() -> Vec<ListedOption> {
    listed_with(CRANELIFT)
}

pub(super) fn winch_options() -> Vec<ListedOption> {
    listed_with(WINCH)
}

impl Wasmtime {
    #[cfg(test)]
    fn for_tests() -> Self {
        Self::cranelift(&BackendOptions::default()).expect("the engine as it is by itself")
    }

    /// Wasmtime with Cranelift, its default compiler.
    pub(super) fn cranelift(options: &BackendOptions) -> Result<Self> {
        Self::with("cranelift", Strategy::Cranelift, CRANELIFT, options)
    }

    /// Wasmtime with its single-pass compiler.
    pub(super) fn winch(options: &BackendOptions) -> Result<Self> {
        Self::with("winch", Strategy::Winch, WINCH, options)
    }

    fn with(
        compiler: &'static str,
        strategy: Strategy,
        own: &[BackendOption<Config>],
        options: &BackendOptions,
    ) -> Result<Self> {
        let mut config = Config::new();
        config.strategy(strategy);
        let mut mechanisms = Mechanisms::default();
        options.apply_both((own, &mut config), (MECHANISMS, &mut mechanisms))?;
        config.consume_fuel(mechanisms.fuel).epoch_interruption(mechanisms.epoch);
        // Fails early if wasmtime does not support this processor or these options.
        ::wasmtime::Engine::new(&config)?;
        Ok(Self { compiler, config, mechanisms, module_cache: Arc::default() })
    }

    /// A new runtime without compiled code.
    fn runtime(&self) -> Runtime {
        runtime(&self.config, self.mechanisms)
    }

    /// A new runtime that compiles on one thread.
    fn single_threaded_runtime(&self) -> Runtime {
        runtime(self.config.clone().parallel_compilation(false), self.mechanisms)
    }

    /// A new runtime whose guests pay fuel for what they execute. `set_fuel` sets the amount per store.
    fn metered_runtime(&self, _: u64) -> Runtime {
        runtime(self.config.clone().consume_fuel(true), Mechanisms { fuel: true, ..self.mechanisms })
    }
}

fn runtime(config: &Config, mechanisms: Mechanisms) -> Runtime {
    let engine = ::wasmtime::Engine::new(config).expect("as much was asked of it when the backend was opened");
    Runtime::new(engine, mechanisms)
}

impl Family for Wasmtime {
    const SUPPORT: SupportTable<Self> = SupportTable {
        scenarios: &[
            &[
                early_exit::SCENARIOS,
                callback::SCENARIOS,
                context::SCENARIOS,
                epoch::SCENARIOS,
                guest_view::SCENARIOS,
                wasmtime_style::fuel::SCENARIOS,
            ],
            suite::scenarios::SCENARIOS,
        ],
        benchmarks: &[&[epoch::BENCHMARKS, wasmtime_style::fuel::BENCHMARKS], suite::benchmarks::BENCHMARKS],
        never: &[
            NO_C_API,
            &[
                ("metering/", "wasmtime counts fuel in place of points: see `fuel/`"),
                ("async/", "built without wasmtime's own `async`"),
                ("resume/", "wasmtime's calls cannot be resumed"),
            ],
            wasmtime_style::NEVER,
            no_error_clones::NEVER,
        ],
    };

    fn cannot(&self, benchmark: &Benchmark) -> Option<&'static str> {
        (self.compiler == "winch" && benchmark.id == cold::ARTIFACT_TO_EXIT.id).then_some(api::WINCH_NEEDS_ITS_COMPILER)
    }

    fn resident_code(&self) -> Result<Box<dyn Any>> {
        Ok(Box::new(self.cached_module(guest::LEAVING)?))
    }

    fn about(&self) -> BackendInfo {
        let runtime = self.runtime();
        let compiler = match self.compiler {
            // Winch has wasmtime's version number, Cranelift has a separate one.
            "cranelift" => format!("cranelift {}", env!("EARLY_EXIT_CRANELIFT")),
            other => format!("{other} {}", env!("EARLY_EXIT_WASMTIME")),
        };
        BackendInfo {
            engine: format!("wasmtime {}", env!("EARLY_EXIT_WASMTIME")),
            compiler,
            library: None,
            llvm: None,
            exit_made_of: vec![native::ERROR.id.to_owned()],
            wasm_features: wasm_features::claimed(|wasm| Module::validate(&runtime, wasm).is_ok()),
        }
    }
}
