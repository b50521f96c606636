//! The specification's scripts on one subject, in a worker that is replaced whenever a directive ends it.
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Result, bail};

use crate::engine;
use crate::engine::known_issue::{CheckKind, Excuse, excuses, explanation, false_claim};
use crate::fuzz::feature_set::ExcludedFeature;
use crate::results::Verdict;
use crate::spec::claims::Claims;
use crate::spec::player::{BrokenAssertion, ScriptOutcome};
use crate::spec::result::{FailedAssertion, SpecVariant};
use crate::spec::script::Script;
use crate::worker::protocol::{Request, Response};
use crate::worker::supervisor::{Launcher, Limits, Worker, WorkerError};

/// One script, with all modules in it. LLVM takes its time over hundreds of them.
const WITHIN: Duration = Duration::from_secs(300);
/// So many directives of one script may end their worker; then it is left alone.
const MOST_LOST: usize = 20;

/// What is played.
pub struct Scripts<'a> {
    /// The scripts.
    pub scripts: &'a [Script],
    /// Whether these are all that there are: a known divergence that does not show then shows no more.
    pub all: bool,
}

/// Plays scripts on a subject. `over` is told each that is over. When the program is interrupted, what came of those is told.
///
/// # Errors
/// When no worker can be had for the subject at all.
pub fn conformance(
    launcher: &Launcher,
    spec: &str,
    asked: &Scripts<'_>,
    mut over: impl FnMut(&str),
) -> Result<SpecVariant> {
    let (worker, hello) = launcher.launch(spec)?;
    let backend = engine::issue_name(spec, &hello.about);
    let backend = backend.as_str();
    let (features, left_out) = asked_for(backend, hello.about.wasm_features);
    let mut stage = SpecWorker { launcher, spec, worker, features };
    let mut subject = SpecVariant {
        subject: engine::label(spec).into(),
        held: BTreeMap::new(),
        astray: Vec::new(),
        not_asked: BTreeMap::new(),
        left_out,
        not_seen: Vec::new(),
    };
    let mut seen = BTreeSet::new();
    for script in asked.scripts {
        let (played, mut astray) = match stage.script(script) {
            Err(error) if WorkerError::is_interruption(&error) => return Ok(subject),
            played => played?,
        };
        played.held.iter().for_each(|(of, times)| *subject.held.entry(*of).or_default() += times);
        played.not_asked.into_iter().for_each(|(why, times)| *subject.not_asked.entry(why).or_default() += times);
        astray.iter_mut().for_each(|astray| seen.extend(weigh(astray, backend)));
        subject.astray.extend(astray);
        over(&script.name);
    }
    if asked.all {
        let not_seen = |excuse: &Excuse| !seen.contains(&excuse.subject);
        let known = excuses(backend, CheckKind::Script).filter(|(_, excuse)| not_seen(excuse));
        subject.not_seen = known.map(|(issue, _)| issue.reason.to_owned()).collect();
    }
    Ok(subject)
}

/// A worker, and what is asked of its backend.
struct SpecWorker<'a> {
    launcher: &'a Launcher,
    spec: &'a str,
    worker: Worker,
    features: Vec<String>,
}

impl SpecWorker<'_> {
    /// Plays one script, again without each directive that ended the worker; and what went astray.
    fn script(&mut self, script: &Script) -> Result<(ScriptOutcome, Vec<FailedAssertion>)> {
        let (mut skip, mut astray) = (Vec::new(), Vec::new());
        let told = |line, assertion, verdict| FailedAssertion { script: script.name.clone(), line, assertion, verdict };
        loop {
            let ask =
                Request::Script { name: script.name.clone(), features: self.features.clone(), skip: skip.clone() };
            let mut last = None;
            match self.worker.ask(&ask, &Limits::of(WITHIN), |line| last = line.parse().ok()) {
                Ok(Response::Scripted { played }) => {
                    let broken = played.broken.iter().cloned();
                    astray.extend(broken.map(|BrokenAssertion { line, assertion, came }| {
                        told(Some(line), Some(assertion), Verdict::Failed { why: came })
                    }));
                    return Ok((played, astray));
                }
                Ok(Response::Unable { why, .. }) => {
                    astray.push(told(None, None, Verdict::Failed { why }));
                    return Ok((ScriptOutcome::default(), astray));
                }
                Ok(other) => bail!("the worker answered another question: {other:?}"),
                Err(WorkerError::Interrupted) => bail!(WorkerError::Interrupted),
                Err(lost) => {
                    self.worker = self.launcher.launch(self.spec)?.0;
                    astray.push(told(last, None, lost.into()));
                    skip.extend(last);
                    if last.is_none() || skip.len() >= MOST_LOST {
                        return Ok((ScriptOutcome::default(), astray));
                    }
                }
            }
        }
    }
}

/// What a backend is asked for of what it claims, and what not, and why.
fn asked_for(backend: &str, claims: Vec<String>) -> (Vec<String>, Vec<ExcludedFeature>) {
    let mut left_out = Vec::new();
    let features = claims.into_iter().filter(|claim| {
        let why = match false_claim(backend, claim) {
            Some(reason) => reason,
            None if Claims::knows(claim) => return true,
            None => "no script is known to ask for it",
        };
        left_out.push(ExcludedFeature { feature: claim.clone(), why: why.into() });
        false
    });
    (features.collect(), left_out)
}

/// In the light of what is known of the backend; says of which script and assertion that was known.
fn weigh(astray: &mut FailedAssertion, backend: &str) -> Option<&'static str> {
    let assertion = astray.assertion.map_or("script", |assertion| assertion.word());
    let (subject, came) = (format!("{}: {assertion}", astray.script), astray.verdict.reason().unwrap_or_default());
    let (issue, excuse) = explanation(backend, CheckKind::Script, &subject, &came)?;
    astray.verdict = Verdict::known(format!("{subject}: {came}"), issue);
    Some(excuse.subject)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::script::Assertion;

    #[test]
    fn what_is_claimed_and_not_so_is_not_asked_for() {
        let (features, left_out) = asked_for("singlepass", vec!["multi-value".into(), "simd".into(), "magic".into()]);
        assert_eq!(features, ["multi-value"]);
        let left_out: Vec<_> = left_out.iter().map(|out| out.feature.as_str()).collect();
        assert_eq!(left_out, ["simd", "magic"]);
        assert_eq!(asked_for("cranelift", vec!["simd".into()]).0, ["simd"]);
    }

    #[test]
    fn what_is_known_of_a_backend_excuses_that_and_nothing_else() {
        let astray = |assertion, came: &str| FailedAssertion {
            script: "core/table".into(),
            line: Some(10),
            assertion: Some(assertion),
            verdict: Verdict::Failed { why: came.into() },
        };
        let came =
            "Insufficient resources: Table maximum (4294967295) is larger than maximum allowed size (134217728)!";
        let mut known = astray(Assertion::Module, came);
        assert!(weigh(&mut known, "llvm").is_some());
        assert!(
            matches!(&known.verdict, Verdict::KnownDivergence { came, .. } if came.starts_with("core/table: module: "))
        );
        for (mut other, backend) in [
            (astray(Assertion::Module, came), "wasmi"),
            (astray(Assertion::Trap, came), "llvm"),
            (astray(Assertion::Module, "Insufficient resources: none left"), "llvm"),
        ] {
            assert_eq!((weigh(&mut other, backend), other.verdict.is_bad()), (None, true));
        }
    }
}
