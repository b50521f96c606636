//! The results of a calibration.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Build, Machine};
use crate::catalog::benchmark::CellId;
use crate::statistics::RatioVerdict;

/// The results of a calibration: A/A controls, some with an injected slowdown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Calibration {
    /// The [`VERSION`](super::VERSION) of the document.
    pub version: u32,
    /// The machine.
    pub machine: Machine,
    /// The build.
    pub build: Build,
    /// The variant of which the controls are copies.
    pub variant: String,
    /// The budget of each run, in seconds.
    pub budget_seconds: f64,
    /// The runs.
    pub runs: Vec<CalibrationRun>,
}

/// One run of a calibration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CalibrationRun {
    /// The random seed.
    pub seed: u64,
    /// The duration in seconds.
    pub elapsed_seconds: f64,
    /// The number of completed launches.
    pub launches_completed: u32,
    /// The system's load average over the last minute, if available.
    pub load: Option<f64>,
    /// One result per control and cell.
    pub injections: Vec<InjectionResult>,
}

/// The result of one control in one cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InjectionResult {
    /// The cell.
    pub cell_id: CellId,
    /// The injected slowdown as a share of the cell's time.
    pub injected_slowdown: f64,
    /// The log ratio to the reference.
    pub log_ratio: f64,
    /// Half of its 95 % interval; absent with fewer than three launches.
    pub half_width: Option<f64>,
    /// The log ratio that a single comparison would detect in nine runs of ten, at this scatter.
    pub resolvable: Option<f64>,
    /// The verdict of `compare` with a margin of 2 %, confirmed and corrected for multiple comparisons.
    pub verdict_with_margin: RatioVerdict,
    /// The verdict of `compare` with no margin.
    pub verdict_without_margin: RatioVerdict,
    /// The verdict of the first run alone, with no margin and no correction.
    pub uncorrected_verdict: RatioVerdict,
}
