//! The report of a measurement: variants, machine, and the samples of each cell.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Build, Variant};
use crate::catalog::benchmark::CellId;
use crate::escape::escaped_lines;

/// What `measure` found: the fingerprint of the machine, what was asked for, and every sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// [`VERSION`](super::VERSION) of the program that wrote it.
    pub version: u32,
    /// What its samples are.
    #[serde(skip_serializing_if = "Metric::is_time", default)]
    pub metric: Metric,
    /// The machine that it was measured on.
    pub machine: Machine,
    /// The build of the supervisor.
    pub build: Build,
    /// What was asked for, and what became of it.
    pub run: RunInfo,
    /// The columns. The first is the reference that ratios are taken to.
    pub subjects: Vec<Variant>,
    /// The cells, a subject and an address each.
    pub cells: Vec<CellRecord>,
    /// What looked different in a comparison, measured again on fresh launches alone; subjects go by their labels.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub again: Option<Box<Report>>,
}

/// What samples are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// Nanoseconds per iteration.
    #[default]
    Time,
    /// Instructions per iteration, without those of the kernel.
    Instructions,
}

impl Metric {
    pub(crate) fn is_time(&self) -> bool {
        *self == Self::Time
    }

    /// The unit of its samples.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Time => "ns",
            Self::Instructions => "instructions",
        }
    }
}

/// What a run was asked for, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunInfo {
    /// When it began, in UTC.
    pub began: String,
    /// The seed of every random choice.
    pub seed: u64,
    /// Seconds that it was given.
    pub budget_seconds: f64,
    /// Seconds that it took.
    pub took_seconds: f64,
    /// Launches that were planned.
    pub launches: u32,
    /// Launches that were made.
    pub launches_made: u32,
    /// Whether everything that was planned is in the report.
    pub complete: bool,
    /// What a reader should be aware of, each with what to do about it.
    pub notes: Vec<String>,
}

/// The machine that something was measured on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Machine {
    /// The processor, as it calls itself.
    pub cpu: String,
    /// Logical processors that this program may use.
    pub processors: usize,
    /// Memory in bytes, where it is known.
    pub memory: Option<u64>,
    /// The operating system and its version.
    pub os: String,
    /// The kernel.
    pub kernel: String,
    /// How the clock frequency is governed, where it is known.
    pub governor: Option<String>,
}

/// A cell of a subject, and its samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CellRecord {
    /// The subject's place among the report's subjects.
    pub subject: usize,
    /// Which cell.
    pub address: CellId,
    /// The share of its time that was put on top of it on purpose, to see whether it is found.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub handicap: f64,
    /// What is known of it without timing: name and number.
    pub facts: Vec<(String, f64)>,
    /// Its samples, launch by launch. Rounds of one launch are paired with those of the same launch and address on other
    /// subjects, by their place.
    pub launches: Vec<Launch>,
    /// Why there are no samples, or no more.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub trouble: Option<SkipReason>,
}

/// The samples of one cell in one launch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Launch {
    /// Which launch, counted from 1.
    pub launch: u32,
    /// Iterations in each slice of a batch.
    pub iterations: u64,
    /// Slices in each batch.
    #[serde(default = "one")]
    pub slices: u32,
    /// Nanoseconds an iteration, a number for each round: of the middle slice, by time.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub nanoseconds: Vec<f64>,
    /// Instructions per iteration, where these were counted in place of time: a number per pair of batches, of which one has
    /// twice the iterations of the other.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub instructions: Vec<f64>,
    /// Nanoseconds of single iterations, where every one matters: some of each batch.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub each: Vec<u64>,
    /// How many of the batches were disturbed: the system ran something else in their place for more than a hundredth
    /// of their time.
    pub disturbed: u32,
}

impl Launch {
    /// A launch that has no samples yet.
    pub fn empty(launch: u32, iterations: u64, slices: u32) -> Self {
        Self {
            launch,
            iterations,
            slices,
            nanoseconds: Vec::new(),
            instructions: Vec::new(),
            each: Vec::new(),
            disturbed: 0,
        }
    }
}

impl Launch {
    /// The samples, in the report's metric.
    pub fn samples(&self) -> &[f64] {
        if self.instructions.is_empty() { &self.nanoseconds } else { &self.instructions }
    }
}

/// Where a report does not say: batches were not sliced then.
fn one() -> u32 {
    1
}

fn is_zero(share: &f64) -> bool {
    *share == 0.0
}

/// Why a cell has no samples, or no more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "trouble", rename_all = "kebab-case")]
pub enum SkipReason {
    /// The backend never does this.
    Unsupported {
        /// Why not.
        why: String,
    },
    /// It ended in something else than it must, or could not be prepared.
    Failed {
        /// What came.
        why: String,
    },
    /// Its worker was lost over it.
    Lost {
        /// How.
        why: String,
    },
    /// Too slow for the budget.
    TooSlow {
        /// Seconds of budget that have room for it, beside all that is quicker; nothing where not even one sample was seen
        /// to its end.
        needs_seconds: Option<f64>,
    },
}

impl SkipReason {
    /// A word for a table's cell.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unsupported { .. } => "n/a",
            Self::Failed { .. } => "FAILED",
            Self::Lost { .. } => "LOST",
            Self::TooSlow { .. } => "too slow",
        }
    }

    /// Seconds of budget that have room for what was too slow, where that is known.
    pub fn needs(&self) -> Option<f64> {
        match self {
            Self::TooSlow { needs_seconds } => *needs_seconds,
            _ => None,
        }
    }

    /// What there is to say of it.
    pub fn reason(&self) -> String {
        match self {
            Self::Unsupported { why } | Self::Failed { why } | Self::Lost { why } => escaped_lines(why),
            Self::TooSlow { needs_seconds: Some(seconds) } => {
                format!("the budget has no room for enough launches; --budget {:.0} has", seconds.ceil())
            }
            Self::TooSlow { needs_seconds: None } => {
                "the part of the budget that is for the pilot was over before its turn; raise --budget".into()
            }
        }
    }
}
