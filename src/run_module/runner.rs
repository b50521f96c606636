//! Runs a module on one variant in a worker, determines the verdict of each step, and recommends a larger limit.
use anyhow::Result;

use crate::engine::BackendSpec;
use crate::engine::embedding::Outcome;
use crate::engine::known_issue::false_claim;
use crate::results::Verdict;
use crate::run_module::result::{BackendRun, StepTaken};
use crate::run_module::{Done, ImportCalls, ModuleJob, Step};
use crate::spec::claims::Claims;
use crate::worker::protocol::{Hello, Request, Response};
use crate::worker::supervisor::{Launcher, Limits, Worker, WorkerError};

/// Takes the steps of a module on a variant, up to the first failure, and calls `at` before each.
///
/// # Errors
/// When no worker starts, or the program is interrupted.
pub fn job(
    launcher: &Launcher,
    spec: &BackendSpec,
    job: &ModuleJob,
    limits: &Limits,
    mut at: impl FnMut(Step),
) -> Result<(Hello, BackendRun)> {
    let (mut worker, hello) = launcher.launch(spec)?;
    let wasm = std::fs::read(&job.path).unwrap_or_default();
    let lack = lack(&spec.issue_name(&hello.backend_info), &hello.backend_info.wasm_features, &wasm);
    let mut row = BackendRun::default();
    if let Err(verdict) = load(&mut worker, job, limits)? {
        row.steps.push(StepTaken { step: Step::Validate, verdict, nanoseconds: None });
        return Ok((hello, row));
    }
    for step in Step::ALL {
        if step == Step::Call && (job.invocation.is_none() || row.outcome.is_some()) {
            break;
        }
        at(step);
        let (verdict, nanoseconds) = take(&mut worker, step, limits, &mut row)?;
        let verdict = excused(verdict, step, lack.as_deref());
        // A module without an artifact can still run.
        let over = verdict != Verdict::Passed && (step != Step::Serialize || verdict.loses_the_worker());
        row.steps.push(StepTaken { step, verdict, nanoseconds });
        row.peak_bytes = row.peak_bytes.max(worker.peak());
        if over {
            break;
        }
    }
    Ok((hello, row))
}

/// The missing feature, if a valid module needs more than the backend claims. A claim that is known to be false does not count.
pub(super) fn lack(backend: &str, claimed: &[String], wasm: &[u8]) -> Option<String> {
    let valid = Claims::all().lack(wasm).is_none();
    let features: Vec<_> = claimed.iter().filter(|feature| false_claim(backend, feature).is_none()).cloned().collect();
    Claims::new(&features).lack(wasm).filter(|_| valid)
}

/// Rejection of a module with features that the backend does not claim is no failure, as in `check`. A crash is a failure.
fn excused(verdict: Verdict, step: Step, lack: Option<&str>) -> Verdict {
    match (verdict, lack) {
        (Verdict::Failed { reason }, Some(lack)) if matches!(step, Step::Validate | Step::Compile) => {
            Verdict::Unsupported { reason: format!("{lack}; it says: {reason}") }
        }
        (verdict, _) => verdict,
    }
}

/// Loads the module in the worker.
fn load(worker: &mut Worker, job: &ModuleJob, limits: &Limits) -> Result<Result<(), Verdict>> {
    Ok(match worker.request(&Request::LoadModule { job: job.clone() }, limits, |_| ()) {
        Ok(Response::Loaded) => Ok(()),
        Ok(Response::Error { reason, .. }) => {
            Err(Verdict::Failed { reason: format!("{}: {reason}", job.path.display()) })
        }
        Ok(other) => Err(stray(worker, &other)),
        Err(gone) => Err(lost(gone, limits)?),
    })
}

/// Takes one step, and records its output.
fn take(worker: &mut Worker, step: Step, limits: &Limits, row: &mut BackendRun) -> Result<(Verdict, Option<u64>)> {
    let mut so_far: Option<ImportCalls> = None;
    let response = worker.request(&Request::Step { step }, limits, |line| so_far = serde_json::from_str(line).ok());
    let output = match response {
        Ok(Response::Stepped { output }) => output,
        Ok(other) => return Ok((stray(worker, &other), None)),
        Err(gone) => {
            row.calls = so_far;
            return Ok((lost(gone, limits)?, None));
        }
    };
    let verdict = match output.done {
        Done::Done => Verdict::Passed,
        Done::Serialized { bytes } => {
            row.artifact_bytes = Some(bytes);
            Verdict::Passed
        }
        Done::Ended { outcome, calls, exit_nanoseconds, fuel, state } => {
            let verdict = ended(&outcome);
            row.outcome = Some(outcome);
            row.calls = Some(calls);
            row.exit_nanoseconds = exit_nanoseconds;
            row.fuel = fuel;
            row.state = state.into_iter().collect();
            verdict
        }
        Done::Unsupported { reason } => Verdict::Unsupported { reason },
        Done::Failed { reason } => Verdict::Failed { reason },
        Done::Panicked { message } => Verdict::Crashed { reason: format!("panicked: {message}") },
    };
    Ok((verdict, Some(output.nanoseconds)))
}

/// An exit passes like a return: it was requested, or the guest exits when it is done.
fn ended(outcome: &Outcome) -> Verdict {
    match outcome {
        Outcome::Returned(_) | Outcome::Exited(_) => Verdict::Passed,
        Outcome::Panicked(message) => Verdict::Crashed { reason: format!("panicked: {message}") },
        other => Verdict::Failed { reason: other.to_string() },
    }
}

/// The verdict for a response to another request; kills the worker.
fn stray(worker: &mut Worker, response: &Response) -> Verdict {
    worker.kill();
    WorkerError::Protocol(format!("{response:?}")).into()
}

/// The verdict for a lost worker; for an exceeded limit, with the option that raises it.
///
/// # Errors
/// When the program is interrupted.
fn lost(lost: WorkerError, limits: &Limits) -> Result<Verdict, WorkerError> {
    /// The recommended limits, as multiples of the exceeded ones.
    const LONGER: f64 = 5.0;
    const MORE_MEMORY: u64 = 2;
    Ok(match lost {
        WorkerError::Interrupted => return Err(lost),
        WorkerError::TimedOut(_) => {
            let seconds = (limits.time.as_secs_f64() * LONGER).ceil();
            Verdict::TimedOut { limit: format!("{lost}; --timeout {seconds} gives it longer") }
        }
        WorkerError::OverMemory { .. } => {
            let gibibytes = (limits.memory * MORE_MEMORY).div_ceil(1 << 30);
            Verdict::OverMemory { limit: format!("{lost}; --memory {gibibytes}G gives it more") }
        }
        other => other.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unclaimed_features_excuse_a_refusal() {
        let failed = || Verdict::Failed { reason: "no".into() };
        let excused = |verdict, step, lack| excused(verdict, step, lack).word();
        assert_eq!(excused(failed(), Step::Validate, Some("SIMD is not enabled")), "n/a");
        assert_eq!(excused(failed(), Step::Compile, Some("SIMD is not enabled")), "n/a");
        assert_eq!(excused(failed(), Step::Compile, None), "FAILED");
        assert_eq!(excused(failed(), Step::Call, Some("SIMD is not enabled")), "FAILED");
        let crashed = Verdict::Crashed { reason: "panicked".into() };
        assert_eq!(excused(crashed, Step::Compile, Some("SIMD is not enabled")), "CRASHED");
    }
}
