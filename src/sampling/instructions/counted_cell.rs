//! Counts one cell after the other in a worker under valgrind.
use std::time::Duration;

use anyhow::Result;

use super::never;
use super::valgrind::{CountedWorker, Program, Valgrind};
use crate::catalog::benchmark;
use crate::catalog::benchmark::CellId;
use crate::engine::BackendSpec;
use crate::results::SkipReason;
use crate::sampling::cell;
use crate::sampling::cell::Counting;
use crate::sampling::cell::Failure;
use crate::worker::{Hello, Limits};

/// A worker under valgrind, replaced when it is lost. Each cell runs in a child process.
pub(crate) struct Session<'a> {
    valgrind: &'a Valgrind,
    program: &'a Program,
    spec: &'a BackendSpec,
    processor: Option<usize>,
    worker: CountedWorker,
}

/// A counted cell.
pub(crate) struct Ended {
    /// Metrics without counting: name and value.
    pub(crate) metrics: Vec<(String, f64)>,
    /// Iterations of the smaller of two batches.
    pub(crate) iterations: u64,
    /// Instructions per iteration, one value per pair of batches.
    pub(crate) instructions: Vec<f64>,
}

/// The memory limit of a worker: valgrind keeps translated code.
pub(crate) const MEMORY: u64 = 8 << 30;
/// The time limit of a request: a hundred times that without valgrind.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(300);
/// The approximate instructions of a batch, unless an iteration has more.
const BATCH: f64 = 1e6;
/// The limit of iterations per batch.
const MAX_ITERATIONS: u64 = 256;
/// Counts per cell and launch, if an iteration has fewer instructions than a batch.
const PAIRS: usize = 2;

pub(crate) const LIMITS: Limits = Limits { time: TIMEOUT, memory: MEMORY };

impl<'a> Session<'a> {
    pub(crate) fn open(
        valgrind: &'a Valgrind,
        program: &'a Program,
        spec: &'a BackendSpec,
        processor: Option<usize>,
    ) -> Result<(Self, Hello)> {
        let (worker, hello) = valgrind.launch(program, spec, processor)?;
        Ok((Self { valgrind, program, spec, processor, worker }, hello))
    }

    /// Counts a cell. `planted` is the share of extra instructions of its host function.
    ///
    /// # Errors
    /// Why there is no count.
    pub(crate) fn count(&mut self, cell_id: &CellId, planted: f64) -> Result<Ended, SkipReason> {
        if let Some(skip_reason) = never(cell_id) {
            return Err(skip_reason);
        }
        let counted = self.counted(cell_id, planted);
        let joined = if matches!(counted, Err(SkipReason::WorkerLost { .. })) { Ok(false) } else { self.worker.join() };
        if !matches!(joined, Ok(true)) {
            let failed = |error: anyhow::Error| SkipReason::Failed { reason: format!("{error:#}") };
            self.worker = self.valgrind.launch(self.program, self.spec, self.processor).map_err(failed)?.0;
        }
        counted
    }

    fn counted(&mut self, cell_id: &CellId, planted: f64) -> Result<Ended, SkipReason> {
        self.worker.fork().map_err(skip_reason)?;
        let cell =
            cell::prepare_within(&mut self.worker.worker, cell_id, self.processor, &LIMITS).map_err(skip_reason)?;
        let metrics = cell.metrics.clone();
        let mut batches = |warmup: u64, batches: Vec<u64>, planted: u64| -> Result<Vec<u64>, SkipReason> {
            let many = batches.len();
            cell.count(&mut self.worker.worker, Counting { warmup, batches, planted }, &LIMITS).map_err(skip_reason)?;
            self.worker.counts(many).map_err(|error| SkipReason::Failed { reason: format!("{error:#}") })
        };
        if benchmark::find(&cell_id.benchmark).is_some_and(|benchmark| benchmark.fresh) {
            // Only the first iteration of a process is of interest.
            let counts = batches(0, vec![1], 0)?;
            let instructions = counts.iter().map(|count| *count as f64).collect();
            return Ok(Ended { metrics, iterations: 1, instructions });
        }
        let mut pairs = |iterations: u64, pairs: usize, planted: u64| {
            per_iteration(&batches(iterations, [iterations, 2 * iterations].repeat(pairs), planted)?, iterations)
        };
        let first = pairs(1, 1, 0)?;
        let one = first[0];
        let planted = (one * planted).round() as u64;
        let (iterations, instructions) = match iterations(one) {
            1 if planted == 0 => (1, first),
            1 => (1, pairs(1, 1, planted)?),
            many => (many, pairs(many, PAIRS, planted)?),
        };
        Ok(Ended { metrics, iterations, instructions })
    }
}

/// The iterations of a batch for an iteration of `one` instructions: a power of two, so that small differences do not
/// change it.
fn iterations(one: f64) -> u64 {
    let fit = (BATCH / one.max(1.0)) as u64;
    1 << fit.clamp(1, MAX_ITERATIONS).ilog2()
}

/// The instructions per iteration from pairs of batches of N and 2 N iterations; the fixed cost cancels.
fn per_iteration(counts: &[u64], iterations: u64) -> Result<Vec<f64>, SkipReason> {
    let of_pair = |pair: &[u64]| match pair[1].checked_sub(pair[0]) {
        Some(more) if more > 0 => Ok(more as f64 / iterations as f64),
        _ => Err(SkipReason::Failed {
            reason: format!(
                "{iterations} iterations have {} instructions, and twice as many have {}",
                pair[0], pair[1]
            ),
        }),
    };
    counts.chunks_exact(2).map(of_pair).collect()
}

pub(crate) fn skip_reason(failure: Failure) -> SkipReason {
    match failure {
        Failure::Unsupported(reason) => SkipReason::Unsupported { reason },
        Failure::Failed(reason) => SkipReason::Failed { reason: format!("under valgrind: {reason}") },
        Failure::Lost(lost) => SkipReason::WorkerLost { reason: format!("under valgrind: {lost}") },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fixed_cost_of_batches_cancels() {
        assert_eq!(per_iteration(&[1_000, 1_900, 1_001, 1_902], 9).unwrap(), [100.0, 901.0 / 9.0]);
        assert!(matches!(per_iteration(&[5, 5], 1), Err(SkipReason::Failed { reason }) if reason.contains("5")));
    }

    #[test]
    fn batch_sizes_are_powers_of_two_and_at_least_one() {
        assert_eq!([1.0, 3_900.0, 55_360.0, 55_500.0, 3e6, 1e12].map(iterations), [256, 256, 16, 16, 1, 1]);
    }
}
