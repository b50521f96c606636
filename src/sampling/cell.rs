//! Cells in workers: prepared once, then sampled in batches.
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::batch::{Batch, BatchSpec};
use crate::catalog::benchmark::CellId;
use crate::results::SkipReason;
use crate::worker::protocol::{Request, Response};
use crate::worker::supervisor::{Limits, Worker, WorkerError};

/// A prepared cell of a worker.
pub struct BenchCell {
    number: usize,
    /// Metrics without timing: name and value.
    pub metrics: Vec<(String, f64)>,
}

/// Batches with counted instructions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counting {
    /// Uncounted iterations before the first batch.
    pub warmup: u64,
    /// Iterations per batch. Without batches, nothing is instrumented.
    pub batches: Vec<u64>,
    /// Injected slowdown: additional instructions of the host functions that end their guests.
    #[serde(rename = "planted")]
    pub injected_instructions: u64,
}

/// Why a cell has no sample.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The backend does not support it.
    #[error("{0}")]
    Unsupported(String),
    /// Preparation failed, or an iteration gave a wrong result.
    #[error("{0}")]
    Failed(String),
    /// The worker is lost.
    #[error("worker lost: {0}")]
    Lost(#[from] WorkerError),
}

impl From<Failure> for SkipReason {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Unsupported(reason) => Self::Unsupported { reason },
            Failure::Failed(reason) => Self::Failed { reason },
            Failure::Lost(lost) => Self::WorkerLost { reason: lost.to_string() },
        }
    }
}

/// Prepares a cell in a worker, pinned to a processor.
///
/// # Errors
/// See [`Failure`].
pub fn prepare(
    worker: &mut Worker,
    cell_id: &CellId,
    processor: Option<usize>,
    limits: &Limits,
) -> Result<BenchCell, Failure> {
    let request = Request::Prepare { cell_id: cell_id.clone(), processor };
    match worker.request(&request, limits, |_| ())? {
        Response::Prepared { cell, metrics } => Ok(BenchCell { number: cell, metrics }),
        other => Err(refused(worker, other)),
    }
}

impl BenchCell {
    /// Runs one batch.
    ///
    /// # Errors
    /// See [`Failure`].
    pub fn sample(&self, worker: &mut Worker, spec: BatchSpec, within: Duration) -> Result<Batch, Failure> {
        match worker.request(&Request::Sample { cell: self.number, spec }, &Limits::of(within), |_| ())? {
            Response::Sampled { batch } => Ok(batch),
            other => Err(refused(worker, other)),
        }
    }

    /// Counts the instructions of batches; a worker under valgrind writes a file per batch.
    ///
    /// # Errors
    /// See [`Failure`].
    pub(crate) fn count(&self, worker: &mut Worker, counting: Counting, limits: &Limits) -> Result<(), Failure> {
        complete(worker, &Request::Count { counting }, limits, &Response::Counted)
    }

    /// Drops the cell and its thread.
    ///
    /// # Errors
    /// See [`Failure`].
    pub fn release(self, worker: &mut Worker, within: Duration) -> Result<(), Failure> {
        complete(worker, &Request::Release { cell: self.number }, &Limits::of(within), &Response::Released)
    }
}

/// Makes a request whose response has no content.
///
/// # Errors
/// See [`Failure`].
pub(super) fn complete(
    worker: &mut Worker,
    request: &Request,
    limits: &Limits,
    expected: &Response,
) -> Result<(), Failure> {
    match worker.request(request, limits, |_| ())? {
        response if response == *expected => Ok(()),
        other => Err(refused(worker, other)),
    }
}

fn refused(worker: &mut Worker, response: Response) -> Failure {
    match response {
        Response::Error { unsupported: true, reason } => Failure::Unsupported(reason),
        Response::Error { unsupported: false, reason } => Failure::Failed(reason),
        other => {
            worker.kill();
            Failure::Lost(WorkerError::Protocol(format!("{other:?}")))
        }
    }
}
