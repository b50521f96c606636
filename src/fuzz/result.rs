//! The results of a fuzzing run.
use serde::{Deserialize, Serialize};

use crate::fuzz::feature_set::ExcludedFeature;
use crate::fuzz::observation::Action;
use crate::fuzz::seed::ModuleSeed;
use crate::results::AbsentBackend;

/// The result of `fuzz`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RandomRun {
    /// The [`VERSION`](crate::results::VERSION) of the document.
    pub version: u32,
    /// The random seed.
    pub seed: u64,
    /// The variants, as on the command line.
    pub variants: Vec<String>,
    /// Requested backends that are missing, with the reason.
    pub absent: Vec<AbsentBackend>,
    /// The features of the modules.
    pub features: Vec<String>,
    /// The excluded features.
    pub left_out: Vec<ExcludedFeature>,
    /// The counts.
    pub tally: FuzzCounts,
    /// The duration in seconds.
    pub seconds: f64,
    /// The kinds of mismatch, unexplained first.
    pub kinds: Vec<MismatchKind>,
    /// Whether the program was interrupted, so that modules are missing.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub interrupted: bool,
}

/// The counts of a fuzzing run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FuzzCounts {
    /// Modules, each run on every variant.
    pub modules: u64,
    /// Calls per variant.
    pub calls: u64,
    /// Calls with an early exit, per variant.
    pub exits: u64,
    /// Numbers for which no module could be generated.
    pub none: u64,
}

/// A kind of mismatch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MismatchKind {
    /// The first mismatch of this kind, minimized unless explained.
    pub first: Mismatch,
    /// The number of modules with this mismatch.
    pub times: u64,
    /// The explanation, if known.
    pub explained: Option<ExplainedMismatch>,
    /// The saved module and the command to reproduce the mismatch.
    pub saved: Option<SavedModule>,
}

/// The explanation of a mismatch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainedMismatch {
    /// The reason.
    pub reason: String,
    /// The upstream report, or this project's description.
    pub upstream: String,
}

/// A module saved to a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedModule {
    /// The path.
    pub file: String,
    /// The size as WebAssembly, in bytes.
    pub bytes: u64,
    /// The command to reproduce the mismatch.
    pub command: String,
}

/// The first mismatch of a module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mismatch {
    /// The module.
    pub seed: ModuleSeed,
    /// The action.
    pub action: Action,
    /// The property that differs: the outcome, an export, or the calls of imports.
    pub property: String,
    /// The variants, grouped by their observation.
    pub groups: Vec<MismatchGroup>,
}

/// Variants with equal observations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MismatchGroup {
    /// The indices of the variants.
    pub variants: Vec<usize>,
    /// The observation in short, valid for other modules too.
    pub observed: String,
    /// The observation in full.
    pub detail: String,
}

impl Mismatch {
    /// Whether two mismatches are of one kind: the same groups in the same property, after the same kind of action.
    pub fn is_like<'a>(&'a self, other: &'a Self) -> bool {
        let groups = |mismatch: &'a Self| mismatch.groups.iter().map(|group| (&group.variants, &group.observed));
        (self.action.to_string(), &self.property) == (other.action.to_string(), &other.property)
            && groups(self).eq(groups(other))
    }
}

impl RandomRun {
    /// The kinds without an explanation.
    pub fn unexplained(&self) -> impl Iterator<Item = &MismatchKind> {
        self.kinds.iter().filter(|kind| kind.explained.is_none())
    }

    /// Adds a mismatch. Returns the index of its kind if it is the first of a kind without an explanation.
    pub fn add(&mut self, mismatch: Mismatch, explained: Option<ExplainedMismatch>) -> Option<usize> {
        if let Some(kind) = self.kinds.iter_mut().find(|kind| kind.first.is_like(&mismatch)) {
            kind.times += 1;
            return None;
        }
        let new = explained.is_none().then_some(self.kinds.len());
        self.kinds.push(MismatchKind { first: mismatch, times: 1, explained, saved: None });
        new
    }
}
