//! The results of a comparison.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Build, Machine, Metric};
use crate::catalog::benchmark::CellId;
use crate::engine::BackendInfo;
use crate::statistics::TimeVerdict;

/// What `compare` found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// [`VERSION`](super::VERSION) of the program that wrote it.
    pub version: u32,
    /// What was compared.
    #[serde(skip_serializing_if = "Metric::is_time", default)]
    pub metric: Metric,
    /// The machine of the newer side.
    pub machine: Machine,
    /// Whether both sides were measured in the same rounds. Two files were not, and are advice.
    pub live: bool,
    /// The difference that does not matter: 0.02 is 2 %.
    pub margin: f64,
    /// Who is held against whom.
    pub sides: Vec<ComparedVariant>,
    /// The cells, one a side and address.
    pub pairs: Vec<CellComparison>,
    /// Scenarios whose verdict is another one.
    pub changed: Vec<ChangedVerdict>,
    /// What is known without timing and is another number: sizes, memory.
    pub moved: Vec<ChangedMetric>,
    /// What a reader should be aware of.
    pub notes: Vec<String>,
}

/// A subject, and the one that it is held against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ComparedVariant {
    /// What tables call it.
    pub label: String,
    /// What tables call the other.
    pub base: String,
    /// What it says of itself.
    pub about: BackendInfo,
    /// What the other does.
    pub base_about: BackendInfo,
    /// Its build.
    pub build: Build,
    /// The other's.
    pub base_build: Build,
}

/// A cell, held against another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CellComparison {
    /// The place of the side.
    pub side: usize,
    /// Which cell.
    pub address: CellId,
    /// What can be said; nothing where one of the two has no time.
    pub verdict: Option<TimeVerdict>,
    /// Its time, or its instructions, over the other's: above 1 is slower.
    pub ratio: Option<f64>,
    /// The lower end of the ratio's 95 % interval; of instructions, the least that all repeats allow.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// Whether it looked different, and this is what launches of its own said then.
    pub confirmed: bool,
    /// Why there is no time on either side, where there is not, and whether that is worse than it was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub trouble: Option<String>,
    /// Whether it used to give a time and now fails to.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub broke: bool,
}

/// A scenario whose verdict is another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChangedVerdict {
    /// The subject.
    pub label: String,
    /// The scenario.
    pub scenario: String,
    /// What it was.
    pub was: String,
    /// What it is.
    pub is: String,
    /// Whether that lets a check fail which held.
    pub worse: bool,
}

/// A number that is known without timing, and is another one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChangedMetric {
    /// The place of the side.
    pub side: usize,
    /// Of which cell.
    pub address: CellId,
    /// What it says.
    pub fact: String,
    /// What it was.
    pub was: f64,
    /// What it is.
    pub is: f64,
}

impl Comparison {
    /// How many pairs have a verdict.
    pub fn count(&self, verdict: TimeVerdict) -> usize {
        self.pairs.iter().filter(|pair| pair.verdict == Some(verdict)).count()
    }

    /// Whether something does worse, whatever its time: a scenario that held, a cell that had one.
    pub fn is_worse(&self) -> bool {
        self.changed.iter().any(|changed| changed.worse) || self.pairs.iter().any(|pair| pair.broke)
    }
}
