//! Disagreements between backends about a module.
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::engine::embedding::Outcome;
use crate::escape::escaped;
use crate::lists::grouped;
use crate::results::Verdict;
use crate::run_module::Step;
use crate::run_module::result::BackendRun;

/// A disagreement between backends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disagreement {
    /// The property: a step, the outcome, the import calls, a memory or a global.
    pub property: String,
    /// The values, each with the indices of its variants.
    pub groups: Vec<(String, Vec<usize>)>,
}

/// Compares the verdicts of the steps, and the outcomes of the completed calls. A module with relaxed SIMD may compute different
/// values on each backend, so values and state are not compared.
pub fn disagreements(rows: &[BackendRun], relaxed_simd: bool) -> Vec<Disagreement> {
    let mut found = Vec::new();
    let mut compare = |property: String, value: &dyn Fn(&BackendRun) -> Option<String>| {
        let groups = grouped(rows.iter().zip(0..).filter_map(|(row, variant)| Some((value(row)?, variant))));
        if groups.len() > 1 {
            found.push(Disagreement { property, groups });
        }
    };
    for step in Step::ALL {
        // Unsupported, interrupted and missing steps are not compared.
        compare(step.to_string(), &|row| {
            let taken = row.steps.iter().find(|taken| taken.step == step)?;
            // The step that exhausted a resource is the last.
            let ran_out = row.ran_out_of().is_some() && row.steps.last() == Some(taken);
            let opinion =
                !ran_out && !matches!(taken.verdict, Verdict::Unsupported { .. }) && !taken.verdict.is_limit();
            opinion.then(|| taken.verdict.word().to_owned())
        });
    }
    compare("outcome".into(), &|row| {
        Some(match row.ended()? {
            Outcome::Returned(_) if relaxed_simd => "returned".into(),
            outcome => outcome.to_string(),
        })
    });
    compare("calls of imports".into(), &|row| {
        row.ended()?;
        let calls = row.calls.as_ref()?;
        Some(match calls.last.back() {
            Some(last) => format!("{} calls, the last of {}", calls.made, escaped(last)),
            None => "none".into(),
        })
    });
    let names: BTreeSet<&String> = rows.iter().flat_map(|row| row.state.keys()).collect();
    for name in names.into_iter().filter(|_| !relaxed_simd) {
        compare(format!("export `{}`", escaped(name)), &|row| {
            row.state.get(name).filter(|_| row.ran_out_of().is_none()).cloned()
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::embedding::{Trap, Value};
    use crate::exit_code::ExitCode;
    use crate::run_module::ImportCalls;
    use crate::run_module::result::StepTaken;

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
    fn a_disagreement_lists_the_backends_of_each_value() {
        let (one, two) = (Outcome::Exited(ExitCode(1)), Outcome::Exited(ExitCode(2)));
        let agreed = [row(one.clone(), 3, "a"), row(one.clone(), 3, "a")];
        assert_eq!(disagreements(&agreed, false), []);
        let found = disagreements(&[row(one.clone(), 3, "a"), row(two, 4, "b"), row(one, 3, "a")], false);
        let property: Vec<_> = found.iter().map(|found| found.property.as_str()).collect();
        assert_eq!(property, ["outcome", "calls of imports", "export `memory`"]);
        assert_eq!(found[0].groups[0], ("exited early with exit code: 1".into(), vec![0, 2]));
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
            assert_eq!(disagreements(&[ran_out(3, "a"), ran_out(4, "b")], false), []);
            assert_eq!(disagreements(&[ran_out(3, "a"), returned("b"), returned("b")], false), []);
            assert_eq!(disagreements(&[ran_out(3, "a"), returned("b"), returned("c")], false).len(), 1);
            assert!(!ran_out(3, "a").is_finished() && returned("a").is_finished());
        }
        // Other traps are compared.
        let trapped = row(Outcome::Trapped(Trap::Unreachable), 1, "a");
        assert_eq!(disagreements(&[trapped, row(Outcome::Returned(vec![]), 1, "a")], false)[0].property, "outcome");
    }

    #[test]
    fn values_are_not_compared_with_relaxed_simd() {
        let returned = |lanes, state| row(Outcome::Returned(vec![Value::V128(lanes)]), 1, state);
        let rows = [returned(1, "a"), returned(2, "b")];
        assert_eq!((disagreements(&rows, false).len(), disagreements(&rows, true)), (2, vec![]));
        let trapped = [returned(1, "a"), row(Outcome::Trapped(Trap::Unreachable), 1, "a")];
        assert_eq!(disagreements(&trapped, true).len(), 1);
    }

    #[test]
    fn missing_support_is_no_disagreement() {
        let never = Verdict::Unsupported { reason: "an interpreter".into() };
        let mut rows = [row(Outcome::Returned(vec![]), 0, ""), row(Outcome::Returned(vec![]), 0, "")];
        rows[0].steps.insert(0, StepTaken { step: Step::Serialize, verdict: never, nanoseconds: None });
        rows[1].steps.insert(0, StepTaken { step: Step::Serialize, verdict: Verdict::Passed, nanoseconds: Some(1) });
        assert_eq!(disagreements(&rows, false), []);
        rows[0].steps[0].verdict = Verdict::Crashed { reason: "signal".into() };
        assert_eq!(disagreements(&rows, false)[0].property, "serialize");
    }
}
