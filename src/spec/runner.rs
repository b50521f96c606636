//! Runs the specification's scripts on one variant, in a worker that is replaced when a directive crashes it.
use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::engine::BackendSpec;
use crate::engine::known_issue::{CheckKind, Excuse, excuses, explanation, false_claim};
use crate::fuzz::feature_set::ExcludedFeature;
use crate::results::Verdict;
use crate::spec::claims::Claims;
use crate::spec::player::{BrokenAssertion, ScriptOutcome};
use crate::spec::result::{FailedAssertion, SpecVariant};
use crate::spec::script::{Assertion, Script};
use crate::worker::protocol::{Request, Response};
use crate::worker::supervisor::{Launcher, Limits, Worker, WorkerError};

/// The time limit of a script; LLVM is slow with hundreds of modules.
const TIMEOUT: Duration = Duration::from_secs(300);
/// The limit of lost workers per script.
const MAX_LOST: usize = 20;

/// The scripts to run.
pub struct Scripts<'a> {
    /// The scripts.
    pub scripts: &'a [Script],
    /// Whether these are all scripts, so that a known issue that is not observed is reported.
    pub all: bool,
}

/// Runs scripts on a variant, and calls `over` after each. An interrupted run returns the results so far.
///
/// # Errors
/// When no worker starts.
pub fn conformance(
    launcher: &Launcher,
    spec: &BackendSpec,
    selected: &Scripts<'_>,
    mut over: impl FnMut(&str),
) -> Result<SpecVariant> {
    let (worker, hello) = launcher.launch(spec)?;
    let backend = &spec.issue_name(&hello.backend_info);
    let (features, left_out) = tested_features(backend, hello.backend_info.wasm_features);
    let mut worker = SpecWorker { launcher, spec, worker, features };
    let mut variant = SpecVariant { variant: spec.label(), left_out, ..SpecVariant::default() };
    let mut seen = BTreeSet::new();
    for script in selected.scripts {
        let (outcome, mut failures) = match worker.play(script) {
            Err(error) if WorkerError::is_interruption(&error) => return Ok(variant),
            outcome => outcome?,
        };
        outcome.passed.iter().for_each(|(of, times)| *variant.passed.entry(*of).or_default() += times);
        outcome.skipped.into_iter().for_each(|(reason, times)| *variant.skipped.entry(reason).or_default() += times);
        failures.iter_mut().for_each(|failure| seen.extend(apply_known_issues(failure, backend)));
        variant.failures.extend(failures);
        over(&script.name);
    }
    if selected.all {
        let not_seen = |excuse: &Excuse| !seen.contains(&excuse.subject);
        let known = excuses(backend, CheckKind::Script).filter(|(_, excuse)| not_seen(excuse));
        variant.not_seen = known.map(|(issue, _)| issue.reason.to_owned()).collect();
    }
    Ok(variant)
}

/// A worker and the tested features.
struct SpecWorker<'a> {
    launcher: &'a Launcher,
    spec: &'a BackendSpec,
    worker: Worker,
    features: Vec<String>,
}

impl SpecWorker<'_> {
    /// Runs one script, again without each directive that crashed the worker. Returns the outcome and the failures.
    fn play(&mut self, script: &Script) -> Result<(ScriptOutcome, Vec<FailedAssertion>)> {
        let (mut skip, mut failures) = (Vec::new(), Vec::new());
        let failure =
            |line, assertion, verdict| FailedAssertion { script: script.name.clone(), line, assertion, verdict };
        loop {
            let request =
                Request::RunScript { name: script.name.clone(), features: self.features.clone(), skip: skip.clone() };
            let mut last = None;
            match self.worker.request(&request, &Limits::of(TIMEOUT), |line| last = line.parse().ok()) {
                Ok(Response::ScriptDone { outcome }) => {
                    let failed = outcome.failed.iter().cloned();
                    failures.extend(failed.map(|BrokenAssertion { line, assertion, came }| {
                        failure(Some(line), Some(assertion), Verdict::Failed { reason: came })
                    }));
                    return Ok((outcome, failures));
                }
                Ok(Response::Error { reason, .. }) => {
                    failures.push(failure(None, None, Verdict::Failed { reason }));
                    return Ok((ScriptOutcome::default(), failures));
                }
                Ok(other) => bail!("unexpected response: {other:?}"),
                Err(WorkerError::Interrupted) => bail!(WorkerError::Interrupted),
                Err(lost) => {
                    self.worker = self.launcher.launch(self.spec)?.0;
                    failures.push(failure(last, None, lost.into()));
                    skip.extend(last);
                    if last.is_none() || skip.len() >= MAX_LOST {
                        return Ok((ScriptOutcome::default(), failures));
                    }
                }
            }
        }
    }
}

/// The claimed features to test, and those to exclude, with reasons.
fn tested_features(backend: &str, claims: Vec<String>) -> (Vec<String>, Vec<ExcludedFeature>) {
    let mut left_out = Vec::new();
    let features = claims.into_iter().filter(|claim| {
        let reason = match false_claim(backend, claim) {
            Some(reason) => reason,
            None if Claims::knows(claim) => return true,
            None => "no script is known to ask for it",
        };
        left_out.push(ExcludedFeature { feature: claim.clone(), reason: reason.into() });
        false
    });
    (features.collect(), left_out)
}

/// Replaces the verdict of a failure that a known issue explains. Returns the subject of the issue's excuse.
fn apply_known_issues(failure: &mut FailedAssertion, backend: &str) -> Option<&'static str> {
    let assertion = failure.assertion.map_or("script".into(), Assertion::word);
    let (subject, observed) =
        (format!("{}: {assertion}", failure.script), failure.verdict.reason().unwrap_or_default());
    let (issue, excuse) = explanation(backend, CheckKind::Script, &subject, &observed)?;
    failure.verdict = Verdict::known(format!("{subject}: {observed}"), issue);
    Some(excuse.subject)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn false_claims_are_not_tested() {
        let (features, left_out) =
            tested_features("singlepass", vec!["multi-value".into(), "simd".into(), "magic".into()]);
        assert_eq!(features, ["multi-value"]);
        let left_out: Vec<_> = left_out.iter().map(|out| out.feature.as_str()).collect();
        assert_eq!(left_out, ["simd", "magic"]);
        assert_eq!(tested_features("cranelift", vec!["simd".into()]).0, ["simd"]);
    }

    #[test]
    fn a_known_issue_excuses_exactly_its_assertion() {
        let failures = |assertion, came: &str| FailedAssertion {
            script: "core/table".into(),
            line: Some(10),
            assertion: Some(assertion),
            verdict: Verdict::Failed { reason: came.into() },
        };
        let came =
            "Insufficient resources: Table maximum (4294967295) is larger than maximum allowed size (134217728)!";
        let mut known = failures(Assertion::Module, came);
        assert!(apply_known_issues(&mut known, "llvm").is_some());
        assert!(
            matches!(&known.verdict, Verdict::KnownIssue { observed, .. } if observed.starts_with("core/table: module: "))
        );
        for (mut other, backend) in [
            (failures(Assertion::Module, came), "wasmi"),
            (failures(Assertion::Trap, came), "llvm"),
            (failures(Assertion::Module, "Insufficient resources: none left"), "llvm"),
        ] {
            assert_eq!((apply_known_issues(&mut other, backend), other.verdict.is_bad()), (None, true));
        }
    }
}
