//! What came out, as data: everything that is shown is drawn from it.
mod calibration;
mod comparison;
mod conformance;
mod fingerprint;
mod gathered;
pub mod journal;
mod listing;
mod ran;
mod random;
mod read;
mod samples;
mod soak;
pub(crate) mod validate;
mod verdict;
mod whole;

pub use calibration::{Calibration, CalibrationRun, Found};
pub use comparison::{Changed, Comparison, Moved, Pair, Side};
pub use conformance::{Astray, SpecRun, SpecSubject};
pub use fingerprint::Build;
pub use gathered::Gathered;
pub use listing::{BackendEntry, Entry, Listing};
pub use ran::{Disagreement, ModuleFacts, Ran, RanOn, StepTaken, disagreements};
pub use random::{Apart, Explained, Kind, RandomRun, Saved, Side as ApartSide, Tally};
pub use read::Document;
pub use samples::{CellRecord, Launch, Machine, Report, Run, Trouble};
pub use soak::{MOST_BYTES_EACH, SLACK, SoakSample, Soaked};
pub use validate::Invalid;
pub use verdict::{Played, Verdict};
pub use whole::Whole;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::backend::About;

/// The version of the documents that this program writes.
pub const VERSION: u32 = 1;

/// A subject of a report: what a column of its tables is. Everything else refers to it by its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Subject {
    /// What tables call it: the backend with its settings, as the command line takes it.
    pub label: String,
    /// The licence of its compiler.
    pub licence: String,
    /// What the backend said of itself.
    pub about: About,
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
pub struct Absent {
    /// The backend.
    pub backend: String,
    /// Why.
    pub why: String,
}

/// What `check` found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checked {
    /// [`VERSION`].
    pub version: u32,
    /// The columns.
    pub subjects: Vec<Subject>,
    /// Backends that have none, each with the reason: never left out in silence.
    pub absent: Vec<Absent>,
    /// The cells.
    pub played: Vec<Played>,
}
