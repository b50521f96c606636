//! What a module did on each backend, and where backends disagree.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::engine::embedding::{Outcome, Trap};
use crate::escape::escaped;
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
    pub variants: Vec<Variant>,
    /// Backends that are none of them, each with the reason.
    pub absent: Vec<AbsentBackend>,
    /// What each gave, in their order.
    pub rows: Vec<BackendRun>,
    /// In what they disagree.
    pub disagreements: Vec<Disagreement>,
    /// Whether the program was interrupted, so that backends are missing.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub interrupted: bool,
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
    pub property: String,
    /// What there was, each with the subjects that had it.
    pub groups: Vec<(String, Vec<usize>)>,
}

impl BackendRun {
    /// Whether any step failed.
    pub fn is_bad(&self) -> bool {
        self.steps.iter().any(|step| step.verdict.is_bad())
    }

    /// What it ran out of, where that ended it: the stack or the fuel. How deep a stack goes and what is paid for with fuel
    /// is each engine's own, so how far it came until then is no opinion.
    pub fn ran_out_of(&self) -> Option<Trap> {
        match self.outcome {
            Some(Outcome::Trapped(trap @ (Trap::CallStackExhausted | Trap::OutOfFuel))) => Some(trap),
            _ => None,
        }
    }

    /// How it ended, where that is an opinion.
    fn ended(&self) -> Option<&Outcome> {
        self.outcome.as_ref().filter(|_| self.ran_out_of().is_none())
    }

    /// Whether it came to an end of its own: it was not cut short by a limit or a crash, and ran out of nothing.
    pub fn is_finished(&self) -> bool {
        let over = |taken: &StepTaken| !matches!(taken.verdict, Verdict::Passed | Verdict::Failed { .. });
        let cut_short = || self.steps.iter().any(|taken| taken.step != Step::Serialize && over(taken));
        self.ran_out_of().is_none() && (self.outcome.is_some() || !cut_short())
    }
}

/// In what backends disagree: which steps they took well, and then, among those that came to an end, how that was.
pub fn disagreements(rows: &[BackendRun]) -> Vec<Disagreement> {
    let mut found = Vec::new();
    for step in Step::ALL {
        // What a backend never does is no opinion, nor is what was cut short, or a step that was not come to.
        let word = |row: &BackendRun| {
            let taken = row.steps.iter().find(|taken| taken.step == step)?;
            // The step that it ran out in is its last.
            let ran_out = row.ran_out_of().is_some() && row.steps.last() == Some(taken);
            let opinion =
                !ran_out && !matches!(taken.verdict, Verdict::Unsupported { .. }) && !taken.verdict.is_limit();
            opinion.then(|| taken.verdict.word().to_owned())
        };
        compare(step.to_string(), rows, word, &mut found);
    }
    compare("outcome".into(), rows, |row| row.ended().map(Outcome::to_string), &mut found);
    let calls = |row: &BackendRun| {
        row.ended()?;
        let calls = row.calls.as_ref()?;
        Some(match calls.last.back() {
            Some(last) => format!("{} calls, the last of {}", calls.made, escaped(last)),
            None => "none".into(),
        })
    };
    compare("calls of imports".into(), rows, calls, &mut found);
    let mut names: Vec<&String> = rows.iter().flat_map(|row| row.state.keys()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let state = |row: &BackendRun| row.state.get(name).filter(|_| row.ran_out_of().is_none()).cloned();
        compare(format!("export `{}`", escaped(name)), rows, state, &mut found);
    }
    found
}

fn compare(
    property: String,
    rows: &[BackendRun],
    of: impl Fn(&BackendRun) -> Option<String>,
    found: &mut Vec<Disagreement>,
) {
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    for (variant, row) in rows.iter().enumerate() {
        let Some(has) = of(row) else { continue };
        match groups.iter_mut().find(|(known, _)| *known == has) {
            Some((_, variants)) => variants.push(variant),
            None => groups.push((has, vec![variant])),
        }
    }
    if groups.len() > 1 {
        found.push(Disagreement { property, groups });
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
        let property: Vec<_> = apart.iter().map(|apart| apart.property.as_str()).collect();
        assert_eq!(property, ["outcome", "calls of imports", "export `memory`"]);
        assert_eq!(apart[0].groups[0], ("exited early with exit code: 1".into(), vec![0, 2]));
    }

    #[test]
    fn how_deep_a_stack_goes_and_how_far_fuel_takes_is_no_disagreement() {
        for trap in [Trap::CallStackExhausted, Trap::OutOfFuel] {
            let ran_out = |made, state| {
                let failed = Verdict::Failed { reason: trap.to_string() };
                let steps = vec![StepTaken { step: Step::Call, verdict: failed, nanoseconds: Some(1) }];
                BackendRun { steps, ..row(Outcome::Trapped(trap), made, state) }
            };
            let returned = |state| row(Outcome::Returned(vec![]), 1, state);
            assert_eq!(disagreements(&[ran_out(3, "a"), ran_out(4, "b")]), []);
            assert_eq!(disagreements(&[ran_out(3, "a"), returned("b"), returned("b")]), []);
            assert_eq!(disagreements(&[ran_out(3, "a"), returned("b"), returned("c")]).len(), 1);
            assert!(!ran_out(3, "a").is_finished() && returned("a").is_finished());
        }
        // Any other trap is an opinion.
        let trapped = row(Outcome::Trapped(Trap::Unreachable), 1, "a");
        assert_eq!(disagreements(&[trapped, row(Outcome::Returned(vec![]), 1, "a")])[0].property, "outcome");
    }

    #[test]
    fn what_a_backend_never_does_is_no_disagreement() {
        let never = Verdict::Unsupported { reason: "an interpreter".into() };
        let mut rows = [row(Outcome::Returned(vec![]), 0, ""), row(Outcome::Returned(vec![]), 0, "")];
        rows[0].steps.insert(0, StepTaken { step: Step::Serialize, verdict: never, nanoseconds: None });
        rows[1].steps.insert(0, StepTaken { step: Step::Serialize, verdict: Verdict::Passed, nanoseconds: Some(1) });
        assert_eq!(disagreements(&rows), []);
        rows[0].steps[0].verdict = Verdict::Crashed { reason: "signal".into() };
        assert_eq!(disagreements(&rows)[0].property, "serialize");
    }
}
