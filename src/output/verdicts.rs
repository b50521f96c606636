//! The verdicts of a check, grouped into table rows and into reasons.
use crate::lists::entry;
use crate::results::{CheckResult, Verdict};

/// A scenario and its verdict per variant.
pub(crate) type ScenarioRow<'a> = (&'a str, Vec<Option<&'a Verdict>>);

/// One row per scenario, in the order of execution.
pub(crate) fn rows(check_result: &CheckResult) -> Vec<ScenarioRow<'_>> {
    let mut rows: Vec<ScenarioRow> = Vec::new();
    for result in &check_result.results {
        let cells = entry(&mut rows, result.scenario.as_str());
        cells.resize(check_result.variants.len(), None);
        cells[result.variant] = Some(&result.verdict);
    }
    rows
}

/// A reason why scenarios did not pass, or a note.
pub(crate) struct Reason<'a> {
    /// `None` for a note.
    pub(crate) verdict: Option<&'a Verdict>,
    pub(crate) text: String,
    /// Each list of variants, with the scenarios that have the reason on exactly these variants.
    pub(crate) on: Vec<(String, Vec<&'a str>)>,
}

/// The distinct reasons.
pub(crate) fn reasons(check_result: &CheckResult) -> Vec<Reason<'_>> {
    /// The variants on which each scenario has a reason.
    type ByScenario<'a> = Vec<(&'a str, Vec<&'a str>)>;
    let mut grouped: Vec<((Option<&Verdict>, String), ByScenario)> = Vec::new();
    for result in &check_result.results {
        let label = check_result.variants[result.variant].label.as_str();
        let reason = result.verdict.reason().map(|reason| (Some(&result.verdict), reason));
        for key in reason.into_iter().chain(result.note.iter().map(|note| (None, note.clone()))) {
            let scenarios = entry(&mut grouped, key);
            entry(scenarios, result.scenario.as_str()).push(label);
        }
    }
    let mut reasons = Vec::new();
    for ((verdict, text), scenarios) in grouped {
        let mut on: Vec<(_, Vec<_>)> = Vec::new();
        for (scenario, labels) in scenarios {
            entry(&mut on, labels.join(", ")).push(scenario);
        }
        reasons.push(Reason { verdict, text, on });
    }
    reasons
}

/// The number of each verdict, in order of first occurrence.
pub(crate) fn counts<'a>(verdicts: impl IntoIterator<Item = &'a Verdict>) -> Vec<(&'static str, usize)> {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for verdict in verdicts {
        *entry(&mut counts, verdict.word()) += 1;
    }
    counts
}
