//! The report of a measurement: variants, machine, and the samples of each cell.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Build, Variant};
use crate::catalog::benchmark::CellId;
use crate::escape::escaped_lines;

/// The result of `measure`: machine, run parameters, and every sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// The [`VERSION`](super::VERSION) of the document.
    pub version: u32,
    /// The metric of the samples.
    #[serde(skip_serializing_if = "Metric::is_time", default)]
    pub metric: Metric,
    /// The machine that ran the measurement.
    pub machine: Machine,
    /// The build of the supervisor.
    pub build: Build,
    /// The parameters and the outcome of the run.
    pub run: RunInfo,
    /// The columns. The first is the reference for ratios.
    pub variants: Vec<Variant>,
    /// One record per cell and variant.
    pub cells: Vec<CellRecord>,
    /// The confirmation run of a comparison: cells with a difference, measured again. Variants are matched by label.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub confirmation: Option<Box<Report>>,
}

/// The metric of samples.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// Nanoseconds per iteration.
    #[default]
    Time,
    /// Instructions per iteration in user space.
    Instructions,
}

impl Metric {
    pub(crate) fn is_time(&self) -> bool {
        *self == Self::Time
    }

    /// The unit of the samples.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Time => "ns",
            Self::Instructions => "instructions",
        }
    }
}

/// The parameters and the outcome of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunInfo {
    /// The start time in UTC.
    pub started_at: String,
    /// The random seed.
    pub seed: u64,
    /// The budget in seconds.
    pub budget_seconds: f64,
    /// The duration in seconds.
    pub elapsed_seconds: f64,
    /// The number of planned launches.
    pub launches: u32,
    /// The number of completed launches.
    pub launches_completed: u32,
    /// Whether all planned launches completed.
    pub complete: bool,
    /// Warnings for the reader, each with a remedy.
    pub notes: Vec<String>,
}

/// A machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Machine {
    /// The processor's name.
    pub cpu: String,
    /// The number of logical processors available to this program.
    pub processors: usize,
    /// Memory in bytes, if known.
    pub memory: Option<u64>,
    /// The operating system and its version.
    pub os: String,
    /// The kernel.
    pub kernel: String,
    /// The frequency governor, if known.
    pub governor: Option<String>,
}

/// The samples of one cell on one variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CellRecord {
    /// The index of the variant.
    pub variant: usize,
    /// The cell.
    pub cell_id: CellId,
    /// The slowdown injected on purpose, as a share of the cell's time.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub injected_slowdown: f64,
    /// Metrics without timing: name and value.
    pub metrics: Vec<(String, f64)>,
    /// The samples per launch. Samples are paired by round with those of other variants in the same launch and cell.
    pub launches: Vec<Launch>,
    /// Why samples are missing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub skip_reason: Option<SkipReason>,
}

impl CellRecord {
    /// A cell without samples.
    pub fn new(variant: usize, cell_id: CellId, injected_slowdown: f64) -> Self {
        Self { variant, cell_id, injected_slowdown, metrics: Vec::new(), launches: Vec::new(), skip_reason: None }
    }
}

/// The samples of one cell in one launch.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Launch {
    /// The launch's number, from 1.
    pub launch: u32,
    /// Iterations per slice of a batch.
    pub iterations: u64,
    /// Slices per batch.
    #[serde(default = "one")]
    pub slices: u32,
    /// Nanoseconds per iteration, one value per round: the mean of the middle half of the slices.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub nanoseconds: Vec<f64>,
    /// Instructions per iteration, one value per pair of batches, of which one has twice the iterations of the other.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub instructions: Vec<f64>,
    /// Of `instructions`, those of the unwinder's search in a program's unwind table. Its steps depend on where functions lie in
    /// the program, so they differ between builds. Empty if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub unwind_table_search: Vec<f64>,
    /// Nanoseconds of single iterations, for cells whose distribution matters: some of each batch.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub each: Vec<u64>,
    /// The number of batches with more than 1 % of their time taken by other processes.
    pub disturbed: u32,
}

impl Launch {
    /// A launch without samples.
    pub fn empty(launch: u32, iterations: u64, slices: u32) -> Self {
        Self { launch, iterations, slices, ..Self::default() }
    }

    /// The samples in the report's metric.
    pub fn samples(&self) -> &[f64] {
        if self.instructions.is_empty() { &self.nanoseconds } else { &self.instructions }
    }
}

/// Old reports have no slices: a batch was one.
fn one() -> u32 {
    1
}

fn is_zero(share: &f64) -> bool {
    *share == 0.0
}

/// Why samples are missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum SkipReason {
    /// The backend does not support the benchmark.
    Unsupported {
        /// Why not.
        reason: String,
    },
    /// An iteration gave a wrong result, or preparation failed.
    Failed {
        /// The error.
        reason: String,
    },
    /// The worker crashed, hung or broke the protocol.
    WorkerLost {
        /// What happened.
        reason: String,
    },
    /// The cell is too slow for the budget.
    TooSlow {
        /// The budget in seconds that would be enough; absent if not even one sample completed.
        needs_seconds: Option<f64>,
    },
}

impl SkipReason {
    /// The word for a table cell.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unsupported { .. } => "n/a",
            Self::Failed { .. } => "FAILED",
            Self::WorkerLost { .. } => "CRASHED",
            Self::TooSlow { .. } => "too slow",
        }
    }

    /// The budget in seconds that would be enough for a cell that is too slow, if known.
    pub fn needs(&self) -> Option<f64> {
        match self {
            Self::TooSlow { needs_seconds } => *needs_seconds,
            _ => None,
        }
    }

    /// The explanation, safe for a terminal.
    pub fn reason(&self) -> String {
        match self {
            Self::Unsupported { reason } | Self::Failed { reason } | Self::WorkerLost { reason } => {
                escaped_lines(reason)
            }
            Self::TooSlow { needs_seconds: Some(seconds) } => {
                format!("the budget is too small for enough launches; use --budget {:.0}", seconds.ceil())
            }
            Self::TooSlow { needs_seconds: None } => {
                "the budget of the pilot run ended before this cell; raise --budget".into()
            }
        }
    }
}
