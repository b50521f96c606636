//! What came out, as data: everything that is shown is drawn from it.
mod atomic_file;
mod calibration;
mod catalog;
mod comparison;
mod fingerprint;
pub mod journal;
mod read;
mod report_set;
mod samples;
pub(crate) mod validate;
mod verdict;

pub use atomic_file::AtomicFile;
pub use calibration::{Calibration, CalibrationRun, InjectionResult};
pub use catalog::{BackendEntry, Catalog, Entry};
pub use comparison::{CellComparison, ChangedMetric, ChangedVerdict, ComparedVariant, Comparison};
pub use fingerprint::Build;
pub use read::Document;
pub use report_set::ReportSet;
pub use samples::{CellRecord, Launch, Machine, Metric, Report, RunInfo, SkipReason};
pub use validate::Invalid;
pub use verdict::{ScenarioResult, Verdict};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::BackendInfo;

/// The version of the documents that this program writes.
pub const VERSION: u32 = 1;

/// A subject of a report: what a column of its tables is. Everything else refers to it by its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Variant {
    /// What tables call it: the backend with its settings, as the command line takes it.
    pub label: String,
    /// The licence of its compiler.
    pub licence: String,
    /// What the backend said of itself.
    pub about: BackendInfo,
    /// The build that it is part of.
    pub build: Build,
    /// The place of the subject that this one repeats, to show how far two that are the same come apart.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub twin_of: Option<usize>,
    /// The place of the subject that this one is held against, where it is not the first.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub held_against: Option<usize>,
}

/// A backend that has no column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AbsentBackend {
    /// The backend.
    pub backend: String,
    /// Why.
    pub why: String,
}

/// What `check` found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckResult {
    /// [`VERSION`].
    pub version: u32,
    /// The columns.
    pub subjects: Vec<Variant>,
    /// Backends that have none, each with the reason: never left out in silence.
    pub absent: Vec<AbsentBackend>,
    /// The cells.
    pub played: Vec<ScenarioResult>,
    /// Whether the program was interrupted, so that cells are missing.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub interrupted: bool,
}
