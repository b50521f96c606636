//! The wasmtime family: two compilers behind one API.
mod api;
mod convert;
mod early_exit;
mod epoch;
#[path = "../../suite/guest_view.rs"]
mod guest_view;
mod scenarios;
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
use self::suite::module_cache::ModuleCache;

use super::{BackendInfo, BackendOptions, Family, NO_C_API, OptionTable, SupportTable, wasm_features};
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

pub(super) const CRANELIFT: &[OptionTable<Wasmtime>] = &[CRANELIFT_CODE, BOTH_COMPILERS, CRANELIFT_RUNTIME, MECHANISMS];

pub(super) const WINCH: &[OptionTable<Wasmtime>] = &[BOTH_COMPILERS, MECHANISMS];

const CRANELIFT_CODE: OptionTable<Wasmtime> = &[
    ("opt", "none", |wasmtime| _ = wasmtime.config.cranelift_opt_level(OptLevel::None)),
    ("opt", "speed", |wasmtime| _ = wasmtime.config.cranelift_opt_level(OptLevel::Speed)),
    ("opt", "size", |wasmtime| _ = wasmtime.config.cranelift_opt_level(OptLevel::SpeedAndSize)),
    ("nan", "canonical", |wasmtime| _ = wasmtime.config.cranelift_nan_canonicalization(true)),
    ("nan", "any", |wasmtime| _ = wasmtime.config.cranelift_nan_canonicalization(false)),
];

/// `backtrace` is the maximum number of guest frames in an error's backtrace; by default 20. Each error reserves memory for the
/// maximum. If the reservation fails, as for `usize::MAX`, the backtrace is empty.
const BOTH_COMPILERS: OptionTable<Wasmtime> = &[
    ("backtrace", "off", |wasmtime| _ = wasmtime.config.wasm_backtrace_max_frames(None)),
    ("backtrace", "20", |wasmtime| _ = wasmtime.config.wasm_backtrace_max_frames(NonZero::new(20))),
    ("backtrace", "4096", |wasmtime| _ = wasmtime.config.wasm_backtrace_max_frames(NonZero::new(4096))),
    // A guest has 512 KiB of stack, and a frame has at least 16 bytes.
    ("backtrace", "all", |wasmtime| _ = wasmtime.config.wasm_backtrace_max_frames(NonZero::new(1 << 15))),
    ("threads", "1", |wasmtime| _ = wasmtime.config.parallel_compilation(false)),
];

/// `target=pulley` compiles for wasmtime's interpreter Pulley instead of this machine. Pulley needs no executable memory.
const CRANELIFT_RUNTIME: OptionTable<Wasmtime> = &[
    ("target", "pulley", |wasmtime| _ = wasmtime.config.target(PULLEY).expect("the name of a target")),
    ("signals", "off", |wasmtime| _ = wasmtime.config.signals_based_traps(false)),
];

const PULLEY: &str = match (cfg!(target_pointer_width = "64"), cfg!(target_endian = "little")) {
    (true, true) => "pulley64",
    (true, false) => "pulley64be",
    (false, true) => "pulley32",
    (false, false) => "pulley32be",
};

/// The options that enable mechanisms to stop or limit a guest.
const MECHANISMS: OptionTable<Wasmtime> = &[
    ("fuel", "on", |wasmtime| wasmtime.mechanisms.fuel = Some(u64::MAX)),
    ("epoch", "on", |wasmtime| wasmtime.mechanisms.epoch = true),
    ("limiter", "on", |wasmtime| wasmtime.mechanisms.limiter = true),
];

impl Wasmtime {
    #[cfg(test)]
    fn for_tests() -> Self {
        Self::cranelift(&BackendOptions::default()).expect("the engine as it is by itself")
    }

    /// Wasmtime with Cranelift, its default compiler.
    pub(super) fn cranelift(options: &BackendOptions) -> Result<Self> {
        Self::open("cranelift", Strategy::Cranelift, CRANELIFT, options)
    }

    /// Wasmtime with its single-pass compiler.
    pub(super) fn winch(options: &BackendOptions) -> Result<Self> {
        Self::open("winch", Strategy::Winch, WINCH, options)
    }

    fn open(
        compiler: &'static str,
        strategy: Strategy,
        tables: &[OptionTable<Self>],
        options: &BackendOptions,
    ) -> Result<Self> {
        let (config, mechanisms) = (Config::new(), Mechanisms::default());
        let mut wasmtime = Self { compiler, config, mechanisms, module_cache: Arc::default() };
        wasmtime.config.strategy(strategy);
        options.apply(tables, &mut wasmtime)?;
        let Mechanisms { fuel, epoch, .. } = wasmtime.mechanisms;
        wasmtime.config.consume_fuel(fuel.is_some()).epoch_interruption(epoch);
        // Fails early if wasmtime does not support this processor or these options.
        ::wasmtime::Engine::new(&wasmtime.config)?;
        Ok(wasmtime)
    }

    /// A new runtime without compiled code.
    fn runtime(&self) -> Runtime {
        runtime(&self.config, self.mechanisms)
    }

    /// A new runtime that compiles on one thread.
    fn single_threaded_runtime(&self) -> Runtime {
        runtime(self.config.clone().parallel_compilation(false), self.mechanisms)
    }

    /// A new runtime whose guests pay fuel for what they execute. Each store starts with `fuel`.
    fn metered_runtime(&self, fuel: u64) -> Runtime {
        runtime(self.config.clone().consume_fuel(true), Mechanisms { fuel: Some(fuel), ..self.mechanisms })
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
                scenarios::SCENARIOS,
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
            exit_made_of: vec![native::ERROR.id.to_owned()],
            wasm_features: wasm_features::claimed(|wasm| Module::validate(&runtime, wasm).is_ok()),
            ..BackendInfo::default()
        }
    }
}
