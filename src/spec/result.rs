//! The results of the specification scripts.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::fuzz::feature_set::ExcludedFeature;
use crate::results::Verdict;
use crate::spec::script::Assertion;

/// The result of the specification scripts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpecRun {
    /// The number of scripts.
    pub scripts: usize,
    /// The results per variant.
    pub variants: Vec<SpecVariant>,
    /// The duration in seconds.
    pub seconds: f64,
    /// Whether the program was interrupted, so that scripts are missing.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub interrupted: bool,
}

/// The result of the scripts on one variant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SpecVariant {
    /// The variant, as on the command line.
    pub variant: String,
    /// The number of passed assertions per kind.
    pub passed: BTreeMap<Assertion, u64>,
    /// The failed assertions.
    pub failures: Vec<FailedAssertion>,
    /// The number of skipped assertions per reason.
    pub skipped: BTreeMap<String, u64>,
    /// Claimed features that were not tested.
    pub left_out: Vec<ExcludedFeature>,
    /// The reasons of known issues that were not observed; empty unless all scripts ran.
    pub not_seen: Vec<String>,
}

/// A failed assertion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedAssertion {
    /// The script.
    pub script: String,
    /// The line in the script, from 1; `None` if the whole script failed.
    pub line: Option<usize>,
    /// The kind of assertion, if known.
    pub assertion: Option<Assertion>,
    /// The verdict.
    #[serde(flatten)]
    pub verdict: Verdict,
}

impl SpecVariant {
    /// The failures without a known issue.
    pub fn unexplained(&self) -> impl Iterator<Item = &FailedAssertion> {
        self.failures.iter().filter(|failures| failures.verdict.is_bad())
    }
}
