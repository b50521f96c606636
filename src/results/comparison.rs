//! The results of a comparison.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Build, Machine, Metric};
use crate::catalog::benchmark::CellId;
use crate::engine::BackendInfo;
use crate::statistics::RatioVerdict;

/// The result of `compare`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// The [`VERSION`](super::VERSION) of the document.
    pub version: u32,
    /// The metric that was compared.
    #[serde(skip_serializing_if = "Metric::is_time", default)]
    pub metric: Metric,
    /// The machine of the newer report.
    pub machine: Machine,
    /// Whether both variants were measured in the same rounds. A comparison of two files is not.
    pub live: bool,
    /// Differences up to this share are ignored: 0.02 is 2 %.
    pub margin: f64,
    /// The variants, each with its baseline.
    pub variants: Vec<ComparedVariant>,
    /// One comparison per variant and cell.
    pub cells: Vec<CellComparison>,
    /// Scenarios with a changed verdict.
    pub changed_verdicts: Vec<ChangedVerdict>,
    /// Metrics without timing that changed, such as sizes.
    pub changed_metrics: Vec<ChangedMetric>,
    /// Warnings for the reader.
    pub notes: Vec<String>,
}

/// A variant and its baseline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ComparedVariant {
    /// The variant's label in tables.
    pub label: String,
    /// The baseline's label in tables.
    pub baseline: String,
    /// The variant's backend.
    pub backend_info: BackendInfo,
    /// The baseline's backend.
    pub baseline_backend_info: BackendInfo,
    /// The variant's build.
    pub build: Build,
    /// The baseline's build.
    pub baseline_build: Build,
}

/// A cell compared with its baseline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CellComparison {
    /// The index of the variant.
    pub variant: usize,
    /// The cell.
    pub cell_id: CellId,
    /// The verdict; absent if the variant or the baseline has no samples.
    pub verdict: Option<RatioVerdict>,
    /// The variant's time or instructions divided by the baseline's: above 1 is slower.
    pub ratio: Option<f64>,
    /// The lower end of the ratio's 95 % interval; for instructions, the least ratio of any two repeats.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// Whether the numbers and the verdict come from the confirmation run alone: for times, because the first run showed a
    /// difference and the confirmation run is conclusive; for instructions, because the first run did not show the cell to be the
    /// same.
    pub confirmed: bool,
    /// Why the variant or the baseline has no samples.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub skip_reason: Option<String>,
    /// Whether the baseline has samples and the variant fails.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub newly_failing: bool,
}

/// A scenario with a changed verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChangedVerdict {
    /// The variant's label.
    pub label: String,
    /// The scenario.
    pub scenario: String,
    /// The baseline's verdict.
    pub before: String,
    /// The variant's verdict.
    pub after: String,
    /// Whether the check passed before and fails now.
    pub worse: bool,
}

/// A metric without timing that changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChangedMetric {
    /// The index of the variant.
    pub variant: usize,
    /// The cell.
    pub cell_id: CellId,
    /// The metric's name.
    pub metric: String,
    /// The baseline's value.
    pub before: f64,
    /// The variant's value.
    pub after: f64,
}

impl Comparison {
    /// Whether a slower cell fails the comparison: times were measured in the same rounds, or instructions were counted, which
    /// do not drift between runs.
    pub fn is_gate(&self) -> bool {
        self.live || self.metric == Metric::Instructions
    }

    /// The number of cells with a verdict.
    pub fn count(&self, verdict: RatioVerdict) -> usize {
        self.cells.iter().filter(|pair| pair.verdict == Some(verdict)).count()
    }

    /// Whether a scenario or a cell newly fails.
    pub fn is_worse(&self) -> bool {
        self.changed_verdicts.iter().any(|changed| changed.worse) || self.cells.iter().any(|pair| pair.newly_failing)
    }
}
