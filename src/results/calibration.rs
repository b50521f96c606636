//! The results of a calibration.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Build, Machine};
use crate::catalog::benchmark::CellId;
use crate::statistics::TimeVerdict;

/// What this program found out about itself on a machine: twins, some of which carried a known cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Calibration {
    /// [`VERSION`](super::VERSION) of the program that wrote it.
    pub version: u32,
    /// The machine.
    pub machine: Machine,
    /// The build.
    pub build: Build,
    /// The subject whose twins they are.
    pub subject: String,
    /// Seconds that each run was given.
    pub budget_seconds: f64,
    /// The runs.
    pub runs: Vec<CalibrationRun>,
}

/// A run of a calibration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CalibrationRun {
    /// The seed of every random choice.
    pub seed: u64,
    /// Seconds that it took.
    pub took_seconds: f64,
    /// Launches that were made.
    pub launches_made: u32,
    /// Processes that were ready to run, averaged over its last minute, where the system tells.
    pub load: Option<f64>,
    /// What was found of each twin at each address.
    pub found: Vec<InjectionResult>,
}

/// What was found of a twin at an address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InjectionResult {
    /// Where.
    pub address: CellId,
    /// The share of its time that it was to carry on top.
    pub carried: f64,
    /// The log ratio to the reference.
    pub log_ratio: f64,
    /// Half of its 95 % interval; nothing with fewer than three launches.
    pub half_width: Option<f64>,
    /// The log ratio that would have been called by itself in nine runs of ten, at this scatter.
    pub resolvable: Option<f64>,
    /// What `compare` says with a margin of 2 %: confirmed, and corrected over all that is.
    pub by_margin: TimeVerdict,
    /// What `compare` says with no margin.
    pub by_any: TimeVerdict,
    /// What the first look says of it by itself, with no margin and no correction.
    pub by_itself: TimeVerdict,
}
