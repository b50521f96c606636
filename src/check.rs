//! Runs scenarios on variants, and determines the verdicts.
use std::time::Instant;

use anyhow::{Result, bail};

use crate::catalog::scenario::Scenario;
use crate::engine::BackendSpec;
use crate::engine::known_issue::{CheckKind, Excuse, excuses, explanation};
use crate::results::{ScenarioResult, Verdict};
use crate::worker::protocol::{Hello, Request, Response};
use crate::worker::supervisor::{Launcher, Limits, Worker, WorkerError};

/// Receives the events of a running check.
pub trait CheckObserver {
    /// The variant's worker started.
    fn worker_started(&mut self, _hello: Hello) {}
    /// The running scenario logged a line.
    fn log(&mut self, _line: &str) {}
    /// A scenario ended.
    fn result(&mut self, result: ScenarioResult);
}

/// Runs scenarios on one variant, in a worker that is replaced when it is lost.
///
/// # Errors
/// When no worker starts, or the program is interrupted. The observer has the results so far.
pub fn check(
    launcher: &Launcher,
    (spec, variant): (&BackendSpec, usize),
    scenarios: &[&'static Scenario],
    observer: &mut dyn CheckObserver,
) -> Result<()> {
    let (worker, hello) = launcher.launch(spec)?;
    let backend = spec.issue_name(&hello.backend_info);
    observer.worker_started(hello);
    let mut worker = Some(worker);
    for (n, scenario) in scenarios.iter().enumerate() {
        let mut current = match worker.take().filter(|_| n == 0 || !scenario.alone) {
            Some(worker) => worker,
            None => launcher.launch(spec)?.0,
        };
        let started = Instant::now();
        let mut transcript = Vec::new();
        let end = run(&mut current, scenario, |line| {
            observer.log(line);
            transcript.push(line.to_owned());
        });
        let elapsed_ms = started.elapsed().as_secs_f64() * 1e3;
        if end == Err(WorkerError::Interrupted) {
            bail!(WorkerError::Interrupted);
        }
        let end = end.unwrap_or_else(Verdict::from);
        // The state of the process after a panic is unknown.
        if !end.loses_the_worker() {
            worker = Some(current);
        }
        let (verdict, note) = judge(scenario, &backend, &transcript, end);
        observer.result(ScenarioResult {
            scenario: scenario.id.into(),
            variant,
            verdict,
            transcript,
            elapsed_ms,
            note,
        });
    }
    Ok(())
}

/// Runs one scenario in a worker, and passes on its log.
///
/// # Errors
/// When the worker is lost.
fn run(worker: &mut Worker, scenario: &Scenario, log: impl FnMut(&str)) -> Result<Verdict, WorkerError> {
    let request = Request::RunScenario { scenario: scenario.id.into() };
    let limits = Limits { time: scenario.within, memory: scenario.memory.unwrap_or(Limits::MEMORY) };
    match worker.request(&request, &limits, log)? {
        Response::ScenarioDone { end } => Ok(end),
        other => {
            worker.kill();
            Err(WorkerError::Protocol(format!("{other:?}")))
        }
    }
}

/// The verdict without regard to known issues.
fn plain_verdict(scenario: &Scenario, transcript: &[String], end: Verdict) -> Verdict {
    match (end, scenario.deviation(transcript)) {
        (Verdict::Passed, Some(deviation)) => Verdict::Failed { reason: deviation.to_string() },
        (Verdict::Failed { reason }, Some(deviation)) => Verdict::Failed { reason: format!("{reason} ({deviation})") },
        (end, _) => end,
    }
}

/// The verdict, in which a failure that a known issue explains is excused, and a note on a known issue that no longer occurs.
fn judge(scenario: &Scenario, backend: &str, transcript: &[String], end: Verdict) -> (Verdict, Option<String>) {
    let verdict = plain_verdict(scenario, transcript, end);
    if verdict.is_bad() {
        let observed = verdict.to_string();
        return match explanation(backend, CheckKind::Scenario, scenario.id, &observed) {
            Some((issue, _)) => (Verdict::known(observed, issue), None),
            None => (verdict, None),
        };
    }
    let always = |excuse: &Excuse| excuse.concerns(CheckKind::Scenario, scenario.id) && !excuse.sometimes;
    let mut known = excuses(backend, CheckKind::Scenario).filter(|_| verdict == Verdict::Passed);
    let missed = known.find(|(_, excuse)| always(excuse));
    let note = missed.map(|(issue, _)| format!("known issue no longer occurs: {}", issue.reason));
    (verdict, note)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    static SCENARIO: Scenario = Scenario::by_family("test", "a test", &["one", "two"]);

    fn said(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    fn verdict(lines: &[&str], end: Verdict) -> String {
        plain_verdict(&SCENARIO, &said(lines), end).to_string()
    }

    #[test]
    fn passed_needs_the_complete_script_and_a_clean_end() {
        let failed = || Verdict::Failed { reason: "no".into() };
        assert_eq!(verdict(&["one", "two"], Verdict::Passed), "passed");
        assert_eq!(verdict(&["one"], Verdict::Passed), "FAILED: line 2: expected `two`, came nothing");
        assert_eq!(verdict(&["one", "two"], failed()), "FAILED: no");
        assert_eq!(verdict(&["one"], failed()), "FAILED: no (line 2: expected `two`, came nothing)");
    }

    #[test]
    fn a_lost_worker_never_passes() {
        let lost = |error: WorkerError| verdict(&["one", "two"], error.into());
        assert_eq!(lost(WorkerError::Crashed("killed by signal 9".into())), "CRASHED: killed by signal 9");
        assert!(lost(WorkerError::TimedOut(Duration::from_secs(1))).starts_with("TIMED OUT"));
        assert!(lost(WorkerError::OverMemory { used: 2, limit: 1 }).starts_with("OVER MEMORY"));
        assert!(lost(WorkerError::Protocol("?".into())).starts_with("CRASHED"));
    }

    #[test]
    fn a_known_issue_excuses_only_the_behaviour_that_it_describes() {
        static SCENARIO: Scenario = Scenario::by_family("trap/set-before", "a test", &["it holds 1"]);
        let observed = |line: &str| judge(&SCENARIO, "llvm", &said(&[line]), Verdict::Passed).0;
        let known = observed("global, then a load: trapped: out of bounds memory access; it holds 0");
        assert!(matches!(known, Verdict::KnownIssue { .. }), "{known}");
        assert!(matches!(observed("it holds 2"), Verdict::Failed { .. }));
    }

    #[test]
    fn a_known_issue_that_does_not_show_is_noted_unless_it_is_intermittent() {
        static ALWAYS: Scenario = Scenario::by_family("trap/set-before", "a test", &[]);
        static SOMETIMES: Scenario = Scenario::by_family("module/table-of-another-instance", "a test", &[]);
        let note = |verdict, scenario| judge(scenario, "llvm", &[], verdict).1;
        assert!(note(Verdict::Passed, &ALWAYS).unwrap().starts_with("known issue no longer occurs: it takes loads"));
        assert_eq!(note(Verdict::Passed, &SOMETIMES), None);
        assert_eq!(note(Verdict::Unsupported { reason: String::new() }, &ALWAYS), None);
    }
}
