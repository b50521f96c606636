//! Quick estimates of an exit's costs for the table of `run`. `measure` gives the estimates to decide by.
use std::time::Duration;

use anyhow::Result;

use super::batch::BatchSpec;
use super::cell::prepare;
use crate::catalog::benchmark::{Benchmark, CellId, cold, compile, instantiate, unwind};
use crate::engine::BackendSpec;
use crate::worker::{Launcher, Limits, Worker};

/// The costs of the early exit in a fresh process.
#[derive(Debug, Clone, Copy)]
pub struct ExitCosts {
    /// Time to compile the guest: median of a few samples.
    pub compile: Duration,
    /// Time to instantiate the guest: median of a few samples.
    pub instantiate: Duration,
    /// Time of the first exit in the process.
    pub first_exit: Duration,
    /// Time of later exits: median over batches of 100, a few thousand exits in total.
    pub exit: Duration,
    /// Size of the serialized artifact in bytes; `None` for an interpreter, which has no artifact.
    pub artifact: Option<u64>,
}

/// The timeout of each request to the worker.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Measures the costs on a variant.
///
/// # Errors
/// If a cell cannot be prepared, or does not end in an exit.
pub fn costs(launcher: &Launcher, spec: &BackendSpec) -> Result<ExitCosts> {
    let (mut worker, _) = launcher.launch(spec)?;
    // This cell must run first, because any other cell would exit before it.
    let (_, first_exit) = median(&mut worker, &cold::FIRST_EXIT, 1, 1)?;
    let (artifact_bytes, compile) = median(&mut worker, &compile::EARLY_EXIT, 5, 1)?;
    let (_, instantiate) = median(&mut worker, &instantiate::EARLY_EXIT, 15, 1)?;
    let (_, exit) = median(&mut worker, &unwind::TYPED.whole, 30, 100)?;
    Ok(ExitCosts { compile, instantiate, first_exit, exit, artifact: artifact_bytes.map(|bytes| bytes as u64) })
}

/// The artifact's size in bytes, if one was made, and the median time per iteration.
fn median(worker: &mut Worker, benchmark: &Benchmark, batches: u64, each: u64) -> Result<(Option<f64>, Duration)> {
    let cell_id = CellId { benchmark: benchmark.id.into(), at: None, host_frames: 1 };
    let cell = prepare(worker, &cell_id, None, &Limits::of(TIMEOUT))?;
    let mut samples = (0..batches)
        .map(|_| cell.sample(worker, BatchSpec::of(each, false), TIMEOUT).map(|batch| batch.elapsed))
        .collect::<Result<Vec<_>, _>>()?;
    samples.sort_unstable();
    let artifact = cell.metrics.iter().find(|(name, _)| name == "artifact bytes").map(|(_, bytes)| *bytes);
    Ok((artifact, samples[samples.len() / 2] / u32::try_from(each)?))
}
