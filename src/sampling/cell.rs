//! Cells in workers: prepared once, sampled batch by batch.
use std::time::Duration;

use crate::catalog::benchmark::CellId;
use crate::worker::protocol::{Request, Response};
use crate::worker::supervisor::{Limits, Worker, WorkerError};

/// A cell that a worker holds ready.
pub struct BenchCell {
    number: usize,
    /// What is known of it without timing: name and number.
    pub facts: Vec<(String, f64)>,
}

/// A batch that is to be timed, slice by slice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BatchSpec {
    /// How many iterations a slice has.
    pub iterations: u64,
    /// How many slices, at least one.
    pub slices: u32,
    /// Whether it first runs untimed until it has settled.
    pub settle: bool,
}

impl BatchSpec {
    /// So many iterations in one slice.
    pub fn of(iterations: u64, settle: bool) -> Self {
        Self { iterations, slices: 1, settle }
    }
}

/// Batches whose instructions are to be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counting {
    /// How many iterations it first runs uncounted.
    pub warmup: u64,
    /// How many iterations each batch has.
    pub batches: Vec<u64>,
    /// How many instructions more the host functions execute that end their guests: fault injection.
    pub planted: u64,
}

/// A batch that was timed.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Time inside the timer, over all slices.
    pub elapsed: Duration,
    /// The same of its middle slice, by time: what interrupted a few of them is not in it.
    pub slice: Duration,
    /// How long the system ran something else in its place, where it tells.
    pub delayed: Option<Duration>,
    /// What single iterations took, where every one matters: the first of them.
    pub each: Vec<Duration>,
}

/// Why a cell gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The backend never does this.
    #[error("{0}")]
    Unsupported(String),
    /// It could not be prepared, or ended in something else than it must.
    #[error("{0}")]
    Failed(String),
    /// The worker was lost over it.
    #[error("its worker was lost: {0}")]
    Lost(#[from] WorkerError),
}

/// Prepares a cell in a worker, held to a processor, within a time.
///
/// # Errors
/// As [`Failure`] says.
pub fn prepare(
    worker: &mut Worker,
    address: &CellId,
    processor: Option<usize>,
    within: Duration,
) -> Result<BenchCell, Failure> {
    prepare_within(worker, address, processor, &Limits::of(within))
}

/// The same within other limits.
pub(crate) fn prepare_within(
    worker: &mut Worker,
    address: &CellId,
    processor: Option<usize>,
    limits: &Limits,
) -> Result<BenchCell, Failure> {
    let ask = Request::Prepare { address: address.clone(), processor };
    match worker.ask(&ask, limits, |_| ())? {
        Response::Prepared { cell, facts } => Ok(BenchCell { number: cell, facts }),
        other => Err(refused(worker, other)),
    }
}

impl BenchCell {
    /// Runs one batch within a time.
    ///
    /// # Errors
    /// As [`Failure`] says.
    pub fn sample(
        &self,
        worker: &mut Worker,
        BatchSpec { iterations, slices, settle }: BatchSpec,
        within: Duration,
    ) -> Result<Batch, Failure> {
        let ask = Request::Sample { cell: self.number, iterations, slices, settle };
        match worker.ask(&ask, &Limits::of(within), |_| ())? {
            Response::Sampled { nanoseconds, slice, delayed, each } => Ok(Batch {
                elapsed: Duration::from_nanos(nanoseconds),
                slice: Duration::from_nanos(slice),
                delayed: delayed.map(Duration::from_nanos),
                each: each.into_iter().map(Duration::from_nanos).collect(),
            }),
            other => Err(refused(worker, other)),
        }
    }

    /// Counts the instructions of batches within a time: a worker under valgrind writes a file for each.
    ///
    /// # Errors
    /// As [`Failure`] says.
    pub(crate) fn count(&self, worker: &mut Worker, counting: Counting, limits: &Limits) -> Result<(), Failure> {
        let Counting { warmup, batches, planted } = counting;
        match worker.ask(&Request::Count { cell: self.number, warmup, batches, planted }, limits, |_| ())? {
            Response::Counted => Ok(()),
            other => Err(refused(worker, other)),
        }
    }

    /// Lets go of it: of what it holds, and of its thread.
    ///
    /// # Errors
    /// As [`Failure`] says.
    pub fn release(self, worker: &mut Worker, within: Duration) -> Result<(), Failure> {
        match worker.ask(&Request::Release { cell: self.number }, &Limits::of(within), |_| ())? {
            Response::Released => Ok(()),
            other => Err(refused(worker, other)),
        }
    }
}

fn refused(worker: &mut Worker, answer: Response) -> Failure {
    match answer {
        Response::Unable { unsupported: true, why } => Failure::Unsupported(why),
        Response::Unable { unsupported: false, why } => Failure::Failed(why),
        other => {
            worker.kill();
            Failure::Lost(WorkerError::Garbled(format!("{other:?}")))
        }
    }
}
