//! The verdicts of a check, as rows and as reasons.
use crate::results::{CheckResult, ScenarioResult, Verdict};

/// A row a scenario in the order in which they were played, a cell a subject.
pub fn rows(checked: &CheckResult) -> Vec<(&str, Vec<Option<&ScenarioResult>>)> {
    let mut rows: Vec<(&str, Vec<Option<&ScenarioResult>>)> = Vec::new();
    for played in &checked.played {
        let cells = at(&mut rows, played.scenario.as_str());
        cells.resize(checked.subjects.len(), None);
        cells[played.subject] = Some(played);
    }
    rows
}

/// Why scenarios did not just pass.
pub struct Reason<'a> {
    /// The verdict that it is the reason of; nothing for a note.
    pub verdict: Option<&'a Verdict>,
    /// What there is to say.
    pub text: String,
    /// The subjects that it goes for, each list with the scenarios that it goes for on exactly these.
    pub on: Vec<(String, Vec<&'a str>)>,
}

/// The reasons, each once.
pub fn reasons(checked: &CheckResult) -> Vec<Reason<'_>> {
    /// The subjects that each scenario has a reason on.
    type ByScenario<'a> = Vec<(&'a str, Vec<&'a str>)>;
    let mut grouped: Vec<((Option<&Verdict>, String), ByScenario)> = Vec::new();
    for played in &checked.played {
        let label = checked.subjects[played.subject].label.as_str();
        let reason = played.verdict.reason().map(|reason| (Some(&played.verdict), reason));
        for key in reason.into_iter().chain(played.note.iter().map(|note| (None, note.clone()))) {
            let scenarios = at(&mut grouped, key);
            at(scenarios, played.scenario.as_str()).push(label);
        }
    }
    grouped
        .into_iter()
        .map(|((verdict, text), scenarios)| {
            let mut on: Vec<(String, Vec<&str>)> = Vec::new();
            for (scenario, labels) in scenarios {
                at(&mut on, labels.join(", ")).push(scenario);
            }
            Reason { verdict, text, on }
        })
        .collect()
}

/// How often each verdict was given, in the order of first meeting.
pub fn counts<'a>(verdicts: impl IntoIterator<Item = &'a Verdict>) -> Vec<(&'static str, usize)> {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for verdict in verdicts {
        *at(&mut counts, verdict.word()) += 1;
    }
    counts
}

/// What a list of pairs has at a key; made where there is nothing yet, so that the order is that of first meeting.
fn at<K: PartialEq, V: Default>(pairs: &mut Vec<(K, V)>, key: K) -> &mut V {
    let found = pairs.iter().position(|(known, _)| *known == key);
    let place = found.unwrap_or_else(|| {
        pairs.push((key, V::default()));
        pairs.len() - 1
    });
    &mut pairs[place].1
}
