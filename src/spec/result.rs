//! The results of the specification scripts.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::fuzz::feature_set::ExcludedFeature;
use crate::results::Verdict;
use crate::spec::script::Assertion;

/// What the specification's scripts showed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpecRun {
    /// How many scripts were played.
    pub scripts: usize,
    /// What came of them, subject by subject.
    pub variants: Vec<SpecVariant>,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// Whether the program was interrupted, so that scripts are missing.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub interrupted: bool,
}

/// What came of the scripts on one subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpecVariant {
    /// The subject, as the command line takes it.
    pub variant: String,
    /// How many of each assertion held.
    pub passed: BTreeMap<Assertion, u64>,
    /// Those that did not.
    pub failures: Vec<FailedAssertion>,
    /// How many were not asked for, by the reason.
    pub skipped: BTreeMap<String, u64>,
    /// What it claims, and was not asked for all the same.
    pub left_out: Vec<ExcludedFeature>,
    /// Known divergences of it that did not show, by their reasons; told only where every script was played.
    pub not_seen: Vec<String>,
}

/// An assertion that did not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedAssertion {
    /// The script.
    pub script: String,
    /// The line in it, counted from 1; nothing where the whole script could not be played.
    pub line: Option<usize>,
    /// What was asserted, where that is known.
    pub assertion: Option<Assertion>,
    /// What came.
    #[serde(flatten)]
    pub verdict: Verdict,
}

impl SpecVariant {
    /// Those that nothing explains.
    pub fn unexplained(&self) -> impl Iterator<Item = &FailedAssertion> {
        self.failures.iter().filter(|failures| failures.verdict.is_bad())
    }
}
