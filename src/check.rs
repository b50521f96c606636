//! Plays scenarios on subjects, and judges what came.
use std::time::Instant;

use anyhow::{Result, bail};

use crate::catalog::scenario::Scenario;
use crate::engine;
use crate::engine::known_issue::{CheckKind, Excuse, Frequency, KnownIssue, excuses};
use crate::results::{ScenarioResult, Verdict};
use crate::worker::protocol::{Hello, Request, Response, ScenarioEnd};
use crate::worker::supervisor::{Launcher, Limits, Worker, WorkerError};

/// Who follows a check while it runs.
pub trait CheckObserver {
    /// The worker of the subject is there.
    fn greeted(&mut self, _hello: Hello) {}
    /// The scenario that is being played said a line.
    fn said(&mut self, _line: &str) {}
    /// A scenario is over.
    fn played(&mut self, played: ScenarioResult);
}

/// Plays scenarios on one subject, in a worker that is replaced whenever it is lost.
///
/// # Errors
/// When no worker can be had for the subject at all, or the program is interrupted: what was played until then was told.
pub fn check(
    launcher: &Launcher,
    (spec, subject): (&str, usize),
    scenarios: &[&'static Scenario],
    audience: &mut dyn CheckObserver,
) -> Result<()> {
    let (worker, hello) = launcher.launch(spec)?;
    let backend = engine::issue_name(spec, &hello.about);
    audience.greeted(hello);
    let mut worker = Some(worker);
    for (n, scenario) in scenarios.iter().enumerate() {
        if scenario.alone && n > 0 {
            worker = None;
        }
        let mut at_work = match worker.take() {
            Some(worker) => worker,
            None => launcher.launch(spec)?.0,
        };
        let started = Instant::now();
        let mut transcript = Vec::new();
        let ended = play(&mut at_work, scenario, |line| {
            audience.said(line);
            transcript.push(line.to_owned());
        });
        let took_ms = started.elapsed().as_secs_f64() * 1e3;
        if ended == Err(WorkerError::Interrupted) {
            bail!(WorkerError::Interrupted);
        }
        // What a panic left behind is not to be trusted with the next scenario.
        if !matches!(ended, Err(_) | Ok(ScenarioEnd::Panicked { .. })) {
            worker = Some(at_work);
        }
        let (verdict, note) = judge(scenario, &backend, &transcript, ended);
        audience.played(ScenarioResult { scenario: scenario.id.into(), subject, verdict, transcript, took_ms, note });
    }
    Ok(())
}

/// Plays one scenario in a worker, and hands on each line as it is said.
///
/// # Errors
/// When the worker was lost over it.
fn play(worker: &mut Worker, scenario: &Scenario, said: impl FnMut(&str)) -> Result<ScenarioEnd, WorkerError> {
    let ask = Request::Play { scenario: scenario.id.into() };
    let limits = Limits { time: scenario.within, memory: scenario.memory.unwrap_or(Limits::MEMORY) };
    match worker.ask(&ask, &limits, said)? {
        Response::Played { ended } => Ok(ended),
        other => {
            worker.kill();
            Err(WorkerError::Garbled(format!("{other:?}")))
        }
    }
}

/// The verdict on what came, and what else a reader should know.
fn judge(
    scenario: &Scenario,
    backend: &str,
    transcript: &[String],
    ended: Result<ScenarioEnd, WorkerError>,
) -> (Verdict, Option<String>) {
    let verdict = plain_verdict(scenario, transcript, ended);
    let known = excuses(backend, CheckKind::Scenario);
    let known: Vec<_> = known.filter(|(_, excuse)| excuse.concerns(CheckKind::Scenario, scenario.id)).collect();
    weigh(verdict, scenario.id, &known)
}

/// What came, before anything that is known is held against it.
fn plain_verdict(scenario: &Scenario, transcript: &[String], ended: Result<ScenarioEnd, WorkerError>) -> Verdict {
    match ended {
        Ok(ScenarioEnd::Unsupported { why }) => Verdict::Unsupported { why },
        Ok(ScenarioEnd::Panicked { message }) => Verdict::Crashed { how: format!("panicked: {message}") },
        // Where it left the script says more than why it then could not go on.
        Ok(ended) => match (scenario.deviation(transcript), ended) {
            (Some(deviation), ScenarioEnd::Failed { why }) => Verdict::Failed { why: format!("{why} ({deviation})") },
            (Some(deviation), _) => Verdict::Failed { why: deviation.to_string() },
            (None, ScenarioEnd::Failed { why }) => Verdict::Failed { why },
            (None, _) => Verdict::Passed,
        },
        Err(lost) => lost.into(),
    }
}

impl From<WorkerError> for Verdict {
    fn from(lost: WorkerError) -> Self {
        match lost {
            WorkerError::Crashed(how) => Self::Crashed { how },
            WorkerError::Interrupted => Self::Crashed { how: lost.to_string() },
            WorkerError::Garbled(line) => Self::Crashed { how: format!("the worker said what is no answer: {line}") },
            WorkerError::TimedOut(_) => Self::TimedOut { limit: lost.to_string() },
            WorkerError::OverMemory { .. } => Self::OverMemory { limit: lost.to_string() },
        }
    }
}

/// A verdict in the light of what is known to diverge.
fn weigh(verdict: Verdict, scenario: &str, known: &[(&KnownIssue, &Excuse)]) -> (Verdict, Option<String>) {
    if verdict.is_bad() {
        let came = verdict.to_string();
        return match known.iter().find(|(_, excuse)| excuse.explains(CheckKind::Scenario, scenario, &came)) {
            Some((issue, _)) => (Verdict::known(came, issue), None),
            None => (verdict, None),
        };
    }
    let always = |excuse: &Excuse| excuse.frequency == Frequency::Always && verdict == Verdict::Passed;
    let missed = known.iter().find(|(_, excuse)| always(excuse));
    let note = missed.map(|(issue, _)| format!("no longer diverges: {}", issue.reason));
    (verdict, note)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    static SCENARIO: Scenario = Scenario::by_family("test", "a test", &["one", "two"]);
    static KNOWN: KnownIssue =
        KnownIssue { backends: &[], platforms: &[], excuses: &[EXCUSE], reason: "it speaks German", upstream: "#1" };
    const EXCUSE: Excuse = Excuse {
        check: CheckKind::Scenario,
        subject: "test",
        observed: "FAILED: [..]came `zwei`",
        frequency: Frequency::Always,
    };

    fn said(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    fn verdict(lines: &[&str], ended: Result<ScenarioEnd, WorkerError>) -> String {
        plain_verdict(&SCENARIO, &said(lines), ended).to_string()
    }

    #[test]
    fn passed_takes_the_whole_script_and_a_clean_end() {
        let failed = || Ok(ScenarioEnd::Failed { why: "no".into() });
        assert_eq!(verdict(&["one", "two"], Ok(ScenarioEnd::Done)), "passed");
        assert_eq!(verdict(&["one"], Ok(ScenarioEnd::Done)), "FAILED: line 2: expected `two`, came nothing");
        assert_eq!(verdict(&["one", "two"], failed()), "FAILED: no");
        assert_eq!(verdict(&["one"], failed()), "FAILED: no (line 2: expected `two`, came nothing)");
    }

    #[test]
    fn a_lost_worker_never_passes() {
        let whole = ["one", "two"];
        assert_eq!(
            verdict(&whole, Err(WorkerError::Crashed("killed by signal 9".into()))),
            "CRASHED: killed by signal 9"
        );
        assert_eq!(verdict(&whole, Ok(ScenarioEnd::Panicked { message: "oh".into() })), "CRASHED: panicked: oh");
        assert!(verdict(&whole, Err(WorkerError::TimedOut(Duration::from_secs(1)))).starts_with("TIMED OUT"));
        assert!(verdict(&whole, Err(WorkerError::OverMemory { held: 2, limit: 1 })).starts_with("OVER MEMORY"));
        assert!(verdict(&whole, Err(WorkerError::Garbled("?".into()))).starts_with("CRASHED"));
    }

    #[test]
    fn a_known_divergence_excuses_what_it_describes_and_nothing_else() {
        let came = |lines: &[&str]| {
            let verdict = plain_verdict(&SCENARIO, &said(lines), Ok(ScenarioEnd::Done));
            weigh(verdict, SCENARIO.id, &[(&KNOWN, &EXCUSE)])
        };
        assert!(matches!(came(&["one", "zwei"]).0, Verdict::KnownDivergence { .. }));
        assert!(matches!(came(&["one", "deux"]).0, Verdict::Failed { .. }));
    }

    #[test]
    fn a_divergence_that_is_gone_is_told_unless_it_comes_by_chance() {
        let note = |verdict, excuse: &Excuse| weigh(verdict, SCENARIO.id, &[(&KNOWN, excuse)]).1;
        let by_chance = Excuse { frequency: Frequency::Sometimes, ..EXCUSE };
        assert_eq!(note(Verdict::Passed, &EXCUSE).unwrap(), "no longer diverges: it speaks German");
        assert_eq!(note(Verdict::Passed, &by_chance), None);
        assert_eq!(note(Verdict::Unsupported { why: String::new() }, &EXCUSE), None);
    }
}
