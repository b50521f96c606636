//! The scenarios whose verdicts differ in two checks.
use std::collections::HashMap;

use itertools::Itertools;

use super::report_pair::compared_variant;
use crate::results::{ChangedVerdict, CheckResult, Comparison, ScenarioResult, VERSION};

/// Compares two check results.
pub fn checks(baseline: &CheckResult, new: &CheckResult) -> Comparison {
    let variants = new.variants.iter().filter_map(|variant| {
        let other = baseline.variants.iter().find(|other| other.label == variant.label)?;
        Some(compared_variant(variant.clone(), other.clone()))
    });
    let (variants, changed_verdicts) = (variants.collect(), changed(baseline, new));
    Comparison { version: VERSION, variants, changed_verdicts, ..Comparison::default() }
}

/// The scenarios with different verdicts in two check results; variants are matched by label.
pub fn changed(baseline: &CheckResult, new: &CheckResult) -> Vec<ChangedVerdict> {
    let label = |check: &CheckResult, played: &ScenarioResult| check.variants[played.variant].label.clone();
    let verdicts: HashMap<_, _> =
        baseline.results.iter().map(|played| ((label(baseline, played), &played.scenario), &played.verdict)).collect();
    let changed = |played: &ScenarioResult| {
        let before = verdicts.get(&(label(new, played), &played.scenario))?;
        (before.word() != played.verdict.word()).then(|| ChangedVerdict {
            label: label(new, played),
            scenario: played.scenario.clone(),
            before: before.word().into(),
            after: played.verdict.to_string(),
            worse: played.verdict.is_bad() && !before.is_bad(),
        })
    };
    new.results.iter().sorted_by_key(|played| played.variant).filter_map(changed).collect()
}
