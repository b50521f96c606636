//! The verdicts of a check, grouped into table rows and into reasons.
use crate::lists::entry;
use crate::results::{CheckResult, ScenarioResult, Verdict};

/// One row per scenario, in the order of execution; one cell per variant.
pub fn rows(check_result: &CheckResult) -> Vec<(&str, Vec<Option<&ScenarioResult>>)> {
    let mut rows: Vec<(&str, Vec<Option<&ScenarioResult>>)> = Vec::new();
    for result in &check_result.results {
        let cells = entry(&mut rows, result.scenario.as_str());
        cells.resize(check_result.variants.len(), None);
        cells[result.variant] = Some(result);
    }
    rows
}

/// A reason why scenarios did not pass, or a note.
pub struct Reason<'a> {
    /// The verdict; `None` for a note.
    pub verdict: Option<&'a Verdict>,
    /// The reason's text.
    pub text: String,
    /// Variants and scenarios with this reason: each list of variants, with the scenarios that have the reason on
    /// exactly these variants.
    pub on: Vec<(String, Vec<&'a str>)>,
}

/// The distinct reasons.
pub fn reasons(check_result: &CheckResult) -> Vec<Reason<'_>> {
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
    grouped
        .into_iter()
        .map(|((verdict, text), scenarios)| {
            let mut on: Vec<(String, Vec<&str>)> = Vec::new();
            for (scenario, labels) in scenarios {
                entry(&mut on, labels.join(", ")).push(scenario);
            }
            Reason { verdict, text, on }
        })
        .collect()
}

/// The number of each verdict, in order of first occurrence.
pub fn counts<'a>(verdicts: impl IntoIterator<Item = &'a Verdict>) -> Vec<(&'static str, usize)> {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for verdict in verdicts {
        *entry(&mut counts, verdict.word()) += 1;
    }
    counts
}
