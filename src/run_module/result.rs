//! What a module did on each backend, and where backends disagree.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::engine::embedding::Outcome;
use crate::results::{AbsentBackend, Variant, Verdict};
use crate::run_module::{ImportCalls, Invocation, Step};

/// What `run FILE` found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModuleRun {
    /// [`VERSION`](crate::results::VERSION).
    pub version: u32,
    /// The module.
    pub module: ModuleFacts,
    /// What was called, where anything was.
    pub invocation: Option<Invocation>,
    /// At which call of an import it was to be ended.
    pub exit_at: Option<String>,
    /// The backends.
    pub subjects: Vec<Variant>,
    /// Backends that are none of them, each with the reason.
    pub absent: Vec<AbsentBackend>,
    /// What each gave, in their order.
    pub rows: Vec<BackendRun>,
    /// In what they disagree.
    pub disagreements: Vec<Disagreement>,
}

/// What is known of a module without running it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleFacts {
    /// The file, as it was named.
    pub name: String,
    /// How many bytes it has, as WebAssembly.
    pub bytes: u64,
    /// How many functions of its own.
    pub functions: u32,
    /// How many things it imports.
    pub imports: usize,
    /// How many it exports.
    pub exports: usize,
}

/// What a module gave on one subject.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BackendRun {
    /// The steps that were taken, in their order.
    pub steps: Vec<StepTaken>,
    /// The size of the artifact, in bytes.
    pub artifact_bytes: Option<u64>,
    /// The most memory that the worker was seen to hold, in bytes, where the platform tells.
    pub peak_bytes: Option<u64>,
    /// How the call ended, or the start function in its place.
    pub outcome: Option<Outcome>,
    /// The calls of imports: until the end, or until the worker was lost, as far as it told.
    pub calls: Option<ImportCalls>,
    /// From just before a stub raised its error until the caller had it, in nanoseconds: the first exit of its process.
    pub exit_nanoseconds: Option<u64>,
    /// What was left of the fuel.
    pub fuel: Option<u64>,
    /// What is in the exported globals, and a digest of each exported memory.
    pub state: BTreeMap<String, String>,
}

/// A step, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepTaken {
    /// Which.
    pub step: Step,
    /// What came of it.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// How long it took, in nanoseconds, where it came back.
    pub nanoseconds: Option<u64>,
}

/// Something in which backends disagree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disagreement {
    /// In what: a step, the outcome, the calls of imports, a memory or a global.
    pub about: String,
    /// What there was, each with the subjects that had it.
    pub sides: Vec<(String, Vec<usize>)>,
}

impl BackendRun {
    /// Whether any step failed.
    pub fn is_bad(&self) -> bool {
        self.steps.iter().any(|step| step.verdict.is_bad())
    }
}

/// In what backends disagree: which steps they took well, and then, among those that came to an end, how that was.
pub fn disagreements(rows: &[BackendRun]) -> Vec<Disagreement> {
    let mut found = Vec::new();
    for step in Step::ALL {
        // What a backend never does is no opinion, nor is what was cut short, or a step that was not come to.
        let word = |row: &BackendRun| {
            let taken = row.steps.iter().find(|taken| taken.step == step)?;
            let opinion = !matches!(taken.verdict, Verdict::Unsupported { .. } | Verdict::TimedOut { .. });
            opinion.then(|| taken.verdict.word().to_owned())
        };
        compare(step.to_string(), rows, word, &mut found);
    }
    let ended = |row: &BackendRun| row.outcome.is_some().then_some(());
    compare("outcome".into(), rows, |row| row.outcome.as_ref().map(Outcome::to_string), &mut found);
    let calls = |row: &BackendRun| {
        ended(row)?;
        let calls = row.calls.as_ref()?;
        Some(match calls.last.back() {
            Some(last) => format!("{} calls, the last of {last}", calls.made),
            None => "none".into(),
        })
    };
    compare("calls of imports".into(), rows, calls, &mut found);
    let mut names: Vec<&String> = rows.iter().flat_map(|row| row.state.keys()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        compare(format!("export `{name}`"), rows, |row| row.state.get(name).cloned(), &mut found);
    }
    found
}

fn compare(
    about: String,
    rows: &[BackendRun],
    of: impl Fn(&BackendRun) -> Option<String>,
    found: &mut Vec<Disagreement>,
) {
    let mut sides: Vec<(String, Vec<usize>)> = Vec::new();
    for (subject, row) in rows.iter().enumerate() {
        let Some(has) = of(row) else { continue };
        match sides.iter_mut().find(|(known, _)| *known == has) {
            Some((_, subjects)) => subjects.push(subject),
            None => sides.push((has, vec![subject])),
        }
    }
    if sides.len() > 1 {
        found.push(Disagreement { about, sides });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit_code::ExitCode;

    fn row(outcome: Outcome, made: u64, state: &str) -> BackendRun {
        BackendRun {
            steps: vec![StepTaken { step: Step::Call, verdict: Verdict::Passed, nanoseconds: Some(1) }],
            outcome: Some(outcome),
            calls: Some(ImportCalls { made, last: [String::from("env.f")].into() }),
            state: [("memory".into(), state.into())].into(),
            ..BackendRun::default()
        }
    }

    #[test]
    fn what_differs_is_told_with_who_had_it() {
        let (one, two) = (Outcome::Exited(ExitCode(1)), Outcome::Exited(ExitCode(2)));
        let agreed = [row(one.clone(), 3, "a"), row(one.clone(), 3, "a")];
        assert_eq!(disagreements(&agreed), []);
        let apart = disagreements(&[row(one.clone(), 3, "a"), row(two, 4, "b"), row(one, 3, "a")]);
        let about: Vec<_> = apart.iter().map(|apart| apart.about.as_str()).collect();
        assert_eq!(about, ["outcome", "calls of imports", "export `memory`"]);
        assert_eq!(apart[0].sides[0], ("exited early with exit code: 1".into(), vec![0, 2]));
    }

    #[test]
    fn what_a_backend_never_does_is_no_disagreement() {
        let never = Verdict::Unsupported { why: "an interpreter".into() };
        let mut rows = [row(Outcome::Returned(vec![]), 0, ""), row(Outcome::Returned(vec![]), 0, "")];
        rows[0].steps.insert(0, StepTaken { step: Step::Serialize, verdict: never, nanoseconds: None });
        rows[1].steps.insert(0, StepTaken { step: Step::Serialize, verdict: Verdict::Passed, nanoseconds: Some(1) });
        assert_eq!(disagreements(&rows), []);
        rows[0].steps[0].verdict = Verdict::Crashed { how: "signal".into() };
        assert_eq!(disagreements(&rows)[0].about, "serialize");
    }
}
