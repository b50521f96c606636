//! The results of a fuzzing run.
use serde::{Deserialize, Serialize};

use crate::fuzz::feature_set::ExcludedFeature;
use crate::fuzz::observation::Action;
use crate::fuzz::seed::ModuleSeed;
use crate::results::AbsentBackend;

/// What `fuzz` found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RandomRun {
    /// [`VERSION`](crate::results::VERSION).
    pub version: u32,
    /// The seed of all that was random.
    pub seed: u64,
    /// The subjects, as the command line takes them.
    pub variants: Vec<String>,
    /// Backends that are none of them, each with the reason.
    pub absent: Vec<AbsentBackend>,
    /// The features that modules used.
    pub features: Vec<String>,
    /// Those that they did not use.
    pub left_out: Vec<ExcludedFeature>,
    /// How much was tried.
    pub tally: FuzzCounts,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// The kinds of disagreement, those that nothing explains first.
    pub kinds: Vec<MismatchKind>,
    /// Whether the program was interrupted, so that modules are missing.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub interrupted: bool,
}

/// How much was tried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FuzzCounts {
    /// Modules, each on every subject.
    pub modules: u64,
    /// Calls of them, on each subject.
    pub calls: u64,
    /// How many of those were to end in an early exit.
    pub exits: u64,
    /// Numbers that no module came of.
    pub none: u64,
}

/// A kind of disagreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MismatchKind {
    /// The first that was met, made smaller where nothing explains it.
    pub first: Mismatch,
    /// How many modules showed it.
    pub times: u64,
    /// Why it is to be expected, where that is known.
    pub explained: Option<ExplainedMismatch>,
    /// Where the module was written to, and what shows the disagreement again.
    pub saved: Option<SavedModule>,
}

/// Why subjects come apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainedMismatch {
    /// The reason.
    pub reason: String,
    /// Where upstream speaks of it; our own words where it does not.
    pub upstream: String,
}

/// A module that was written to a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedModule {
    /// Where.
    pub file: String,
    /// How many bytes it has, as WebAssembly.
    pub bytes: u64,
    /// The command that shows it.
    pub command: String,
}

/// Where subjects come apart over a module: the first thing in which they do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mismatch {
    /// The module.
    pub seed: ModuleSeed,
    /// While doing this.
    pub action: Action,
    /// In what: how it ended, or an export or the calls of imports where it ended the same.
    pub property: String,
    /// What there was.
    pub groups: Vec<MismatchGroup>,
}

/// What some of the subjects had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MismatchGroup {
    /// Which, by their places.
    pub variants: Vec<usize>,
    /// In words that hold for other modules too.
    pub observed: String,
    /// In all detail.
    pub detail: String,
}

impl Mismatch {
    /// Whether two are of one kind: the same subjects come apart in the same way.
    pub fn is_like(&self, other: &Self) -> bool {
        let groups = |apart: &Self| -> Vec<_> {
            apart.groups.iter().map(|group| (group.variants.clone(), group.observed.clone())).collect()
        };
        (self.action.to_string(), &self.property) == (other.action.to_string(), &other.property)
            && groups(self) == groups(other)
    }
}

impl RandomRun {
    /// The kinds that nothing explains.
    pub fn unexplained(&self) -> impl Iterator<Item = &MismatchKind> {
        self.kinds.iter().filter(|kind| kind.explained.is_none())
    }

    /// Takes a disagreement in. Whether it is the first of its kind.
    pub fn add(&mut self, apart: Mismatch, explained: Option<ExplainedMismatch>) -> bool {
        match self.kinds.iter_mut().find(|kind| kind.first.is_like(&apart)) {
            Some(kind) => {
                kind.times += 1;
                false
            }
            None => {
                self.kinds.push(MismatchKind { first: apart, times: 1, explained, saved: None });
                true
            }
        }
    }
}
