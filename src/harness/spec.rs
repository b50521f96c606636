//! The specification's scripts on one subject, in a worker that is replaced whenever a directive ends it.
use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Result, bail};

use super::protocol::{Answer, Ask};
use super::supervisor::{Launcher, Limits, Worker};
use crate::backend::{self, FALSE_CLAIMS, NONCONFORMANCES};
use crate::module::random::LeftOut;
use crate::module::spec::{Claims, Script};
use crate::record::{Astray, SpecSubject, Verdict};
use crate::scenario::matches;

/// One script, with all modules in it. LLVM takes its time over hundreds of them.
const WITHIN: Duration = Duration::from_secs(300);
/// So many directives of one script may end their worker; then it is left alone.
const MOST_LOST: usize = 20;

/// What is played.
pub struct Conformance<'a> {
    /// The scripts.
    pub scripts: &'a [Script],
    /// Whether these are all that there are: a known divergence that does not show then shows no more.
    pub all: bool,
}

/// Plays scripts on a subject. `over` is told each that is over.
///
/// # Errors
/// When no worker can be had for the subject at all.
pub fn spec(
    launcher: &Launcher,
    spec: &str,
    asked: &Conformance<'_>,
    mut over: impl FnMut(&str),
) -> Result<SpecSubject> {
    let backend = backend::parse(spec)?.0.name;
    let (mut worker, hello) = launcher.launch(spec)?;
    let (features, left_out) = asked_for(backend, hello.about.wasm_features);
    let mut subject = SpecSubject {
        subject: spec.into(),
        held: Default::default(),
        astray: Vec::new(),
        not_asked: Default::default(),
        left_out,
        not_seen: Vec::new(),
    };
    let mut seen = BTreeSet::new();
    for script in asked.scripts {
        let mut skip = Vec::new();
        let mut astray = Vec::new();
        loop {
            let (last, answer) = play(&mut worker, script, &features, &skip);
            match answer {
                Ok(Answer::Scripted { played }) => {
                    played.held.iter().for_each(|(of, n)| *subject.held.entry(*of).or_default() += n);
                    played.not_asked.into_iter().for_each(|(why, n)| *subject.not_asked.entry(why).or_default() += n);
                    astray.extend(played.broken.into_iter().map(|broken| Astray {
                        script: script.name.clone(),
                        line: Some(broken.line),
                        assertion: Some(broken.assertion),
                        verdict: Verdict::Failed { why: broken.came },
                    }));
                    break;
                }
                Ok(Answer::Unable { why, .. }) => {
                    let verdict = Verdict::Failed { why };
                    astray.push(Astray { script: script.name.clone(), line: None, assertion: None, verdict });
                    break;
                }
                Ok(other) => bail!("the worker answered another question: {other:?}"),
                Err(lost) => {
                    worker = launcher.launch(spec)?.0;
                    astray.push(Astray {
                        script: script.name.clone(),
                        line: last,
                        assertion: None,
                        verdict: lost.into(),
                    });
                    skip.extend(last);
                    if last.is_none() || skip.len() >= MOST_LOST {
                        break;
                    }
                }
            }
        }
        astray.iter_mut().for_each(|astray| seen.extend(weigh(astray, backend)));
        subject.astray.extend(astray);
        over(&script.name);
    }
    if asked.all {
        let known = NONCONFORMANCES.iter().enumerate().filter(|(n, known)| known.is_of(backend) && !seen.contains(n));
        subject.not_seen = known.map(|(_, known)| known.reason.to_owned()).collect();
    }
    Ok(subject)
}

/// What a backend is asked for of what it claims, and what not, and why.
fn asked_for(backend: &str, claims: Vec<String>) -> (Vec<String>, Vec<LeftOut>) {
    let mut left_out = Vec::new();
    let features = claims.into_iter().filter(|claim| {
        let known = FALSE_CLAIMS.iter().find(|known| known.backend == backend && known.feature == claim);
        let why = match known {
            Some(known) => known.reason,
            None if Claims::knows(claim) => return true,
            None => "no script is known to ask for it",
        };
        left_out.push(LeftOut { feature: claim.clone(), why: why.into() });
        false
    });
    (features.collect(), left_out)
}

/// Plays one script, and tells the line of the last directive that was begun.
fn play(
    worker: &mut Worker,
    script: &Script,
    features: &[String],
    skip: &[usize],
) -> (Option<usize>, Result<Answer, super::Lost>) {
    let ask = Ask::Script { name: script.name.clone(), features: features.into(), skip: skip.into() };
    let mut last = None;
    let answer = worker.ask(&ask, &Limits::of(WITHIN), |line| last = line.parse().ok());
    (last, answer)
}

/// In the light of what is known of the backend; says which of it that was.
fn weigh(astray: &mut Astray, backend: &str) -> Option<usize> {
    let assertion = astray.assertion.map_or("script", |assertion| assertion.word());
    let came = format!("{}: {assertion}: {}", astray.script, astray.verdict.reason().unwrap_or_default());
    let known = |known: &backend::Nonconformance| known.is_of(backend) && matches(known.came, &came);
    let place = NONCONFORMANCES.iter().position(known)?;
    let known = &NONCONFORMANCES[place];
    astray.verdict = Verdict::KnownDivergence { came, reason: known.reason.into(), upstream: known.upstream.into() };
    Some(place)
}
