//! Result documents: reports, checks and comparisons, which all output is rendered from.
mod atomic_file;
mod calibration;
mod catalog;
mod comparison;
pub mod journal;
mod read;
mod report;
mod report_set;
pub(crate) mod validate;
mod verdict;

pub use atomic_file::AtomicFile;
pub use calibration::{Calibration, CalibrationRun, InjectionResult};
pub(crate) use catalog::{BackendEntry, Catalog, Entry};
pub use comparison::{CellComparison, ChangedMetric, ChangedVerdict, ComparedVariant, Comparison};
pub use read::Document;
pub use report::{CellRecord, Launch, Machine, Metric, Report, RunInfo, SkipReason};
pub use report_set::ReportSet;
pub use verdict::{ScenarioResult, Verdict};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::BackendInfo;

/// The version of the documents. Version 1 is still read.
pub const VERSION: u32 = 2;

/// A column of a report: a backend with its options and its build. Other parts of the document refer to it by index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Variant {
    /// The label in tables: the backend with its options, as on the command line.
    pub label: String,
    /// The licence of its compiler.
    pub licence: String,
    /// The backend.
    pub backend_info: BackendInfo,
    /// The build that contains the backend.
    pub build: Build,
    /// The index of the variant that this one is an A/A control of. Controls show the difference that noise alone makes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub control_of: Option<usize>,
    /// The index of the baseline that this variant is compared with.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub baseline: Option<usize>,
}

/// How the program was built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Build {
    /// This program's version.
    pub version: String,
    /// The git revision, with `-dirty` if the work tree had changes.
    pub revision: String,
    /// The output of `rustc --version`.
    pub rustc: String,
    /// The Cargo profile.
    pub profile: String,
    /// The optimisation level of this crate.
    pub opt_level: String,
    /// The target platform.
    pub target: String,
    /// Compiler flags from the environment.
    pub rustflags: String,
    /// Cargo features, sorted.
    pub features: Vec<String>,
}

impl Build {
    /// This build.
    pub fn this() -> Self {
        let features = [
            ("async", cfg!(feature = "async")),
            ("c-api", cfg!(feature = "c-api")),
            ("cranelift", cfg!(feature = "cranelift")),
            ("host-interrupt", cfg!(feature = "host-interrupt")),
            ("llvm", cfg!(feature = "llvm")),
            ("singlepass", cfg!(feature = "singlepass")),
            ("wasmi", cfg!(feature = "wasmi")),
            ("wasmtime", cfg!(feature = "wasmtime")),
        ];
        Self {
            version: env!("CARGO_PKG_VERSION").into(),
            revision: env!("EARLY_EXIT_REVISION").into(),
            rustc: env!("EARLY_EXIT_RUSTC").into(),
            profile: env!("EARLY_EXIT_PROFILE").into(),
            opt_level: env!("EARLY_EXIT_OPT_LEVEL").into(),
            target: env!("EARLY_EXIT_TARGET").into(),
            rustflags: env!("EARLY_EXIT_RUSTFLAGS").into(),
            features: features.into_iter().filter(|(_, on)| *on).map(|(name, _)| name.to_owned()).collect(),
        }
    }
}

/// A backend without a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AbsentBackend {
    /// The backend.
    pub backend: String,
    /// Why it has no column.
    pub reason: String,
}

/// The result of `check`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckResult {
    /// The [`VERSION`] of the document.
    pub version: u32,
    /// The columns.
    pub variants: Vec<Variant>,
    /// Requested backends that have no column.
    pub absent: Vec<AbsentBackend>,
    /// One result per scenario and variant.
    pub results: Vec<ScenarioResult>,
    /// Whether the program was interrupted, so that results are missing.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub interrupted: bool,
}
