//! What the early exit took, for the table of `run`: a first impression. Decisions are `measure`'s.
use std::time::Duration;

use anyhow::Result;

use super::cell::{BatchSpec, prepare};
use crate::catalog::benchmark::{Benchmark, CellId, cold, compile, instantiate, unwind};
use crate::worker::supervisor::{Launcher, Worker};

/// What the early exit took in a fresh process.
#[derive(Debug, Clone, Copy)]
pub struct ExitCosts {
    /// To compile the guest: median of a few.
    pub compile: Duration,
    /// To instantiate it: median of a few.
    pub instantiate: Duration,
    /// The first exit of the process.
    pub first_exit: Duration,
    /// An exit like any other: median over batches of a hundred, a few thousand in all.
    pub exit: Duration,
    /// The serialised artifact, in bytes; nothing on an interpreter, which has none.
    pub artifact: Option<u64>,
}

/// How long a question may take here.
const PATIENCE: Duration = Duration::from_secs(60);

/// Takes the costs on a subject.
///
/// # Errors
/// When a cell cannot be prepared, or ends in something else than an exit.
pub fn costs(launcher: &Launcher, spec: &str) -> Result<ExitCosts> {
    let (mut worker, _) = launcher.launch(spec)?;
    // The first exit comes first: after any other it would not be one.
    let (_, first_exit) = median(&mut worker, &cold::FIRST_EXIT, 1, 1)?;
    let (compiling, compile) = median(&mut worker, &compile::EARLY_EXIT, 5, 1)?;
    let (_, instantiate) = median(&mut worker, &instantiate::EARLY_EXIT, 15, 1)?;
    let (_, exit) = median(&mut worker, &unwind::TYPED.whole, 30, 100)?;
    let artifact = compiling.map(|bytes| bytes as u64);
    Ok(ExitCosts { compile, instantiate, first_exit, exit, artifact })
}

/// The size of the artifact where one was made, and the median time of an iteration.
fn median(worker: &mut Worker, benchmark: &Benchmark, batches: u64, each: u64) -> Result<(Option<f64>, Duration)> {
    let address = CellId { benchmark: benchmark.id.into(), at: None, host_frames: 1 };
    let cell = prepare(worker, &address, None, PATIENCE)?;
    let mut samples = (0..batches)
        .map(|_| cell.sample(worker, BatchSpec::of(each, false), PATIENCE).map(|batch| batch.elapsed))
        .collect::<Result<Vec<_>, _>>()?;
    samples.sort_unstable();
    let artifact = cell.facts.iter().find(|(name, _)| name == "artifact bytes").map(|(_, bytes)| *bytes);
    Ok((artifact, samples[samples.len() / 2] / u32::try_from(each)?))
}
