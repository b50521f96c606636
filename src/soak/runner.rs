//! Runs a soak on one variant, and samples the resources of its process.
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::engine::BackendSpec;
use crate::process_stats::{open_files, resident_memory, threads};
use crate::results::Verdict;
use crate::soak::result::{SoakResult, SoakSample};
use crate::soak::workload::Mixture;
use crate::worker::protocol::{Request, Response};
use crate::worker::supervisor::{Launcher, Limits, WorkerError};

/// The longest time between two samples.
const STEP: Duration = Duration::from_millis(500);
/// The fewest samples.
const SAMPLES: u32 = 20;

/// Runs a workload on a variant for a time, or until the program is interrupted, and calls `at` with each sample. The verdicts
/// are on the failures. `None` if the variant does not support the workload.
///
/// # Errors
/// When no worker starts. A lost worker and a wrong result are part of the result.
pub fn soak(
    launcher: &Launcher,
    (spec, mixture): (&BackendSpec, Mixture),
    seed: u64,
    time: Duration,
    mut at: impl FnMut(&SoakSample),
) -> Result<Option<(SoakResult, Vec<Verdict>)>> {
    let (mut worker, hello) = launcher.launch(spec)?;
    if mixture == Mixture::Exceptions && !hello.backend_info.wasm_features.iter().any(|feature| feature == "exceptions")
    {
        return Ok(None);
    }
    let (started, step) = (Instant::now(), STEP.min(time / SAMPLES));
    let mut soaked = SoakResult { variant: spec.label(), mixture, ..SoakResult::default() };
    while started.elapsed() < time {
        let request = Request::Soak { seed, milliseconds: u64::try_from(step.as_millis())?.max(1), mixture };
        match worker.request(&request, &Limits::of(step + Duration::from_secs(120)), |_| ()) {
            // The soak of exceptions has reached its limit.
            Ok(Response::Soaked { counts }) if counts == soaked.counts => break,
            Ok(Response::Soaked { counts }) => soaked.counts = counts,
            Ok(Response::Error { reason, .. }) => soaked.failed = Some(reason),
            Ok(other) => bail!("unexpected response: {other:?}"),
            Err(WorkerError::Interrupted) => {
                soaked.interrupted = true;
                break;
            }
            Err(lost) => soaked.failed = Some(lost.to_string()),
        }
        if soaked.failed.is_some() {
            break;
        }
        let pid = worker.pid();
        let sample = SoakSample {
            seconds: started.elapsed().as_secs_f64(),
            times: soaked.counts.times(),
            resident: resident_memory(pid),
            files: open_files(pid),
            threads: threads(pid),
        };
        at(&sample);
        soaked.samples.push(sample);
    }
    let verdicts = soaked.verdicts(&spec.issue_name(&hello.backend_info));
    Ok(Some((soaked, verdicts)))
}
