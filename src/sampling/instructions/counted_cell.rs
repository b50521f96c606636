//! Counts one cell after the other in a worker under valgrind.
use std::time::Duration;

use anyhow::Result;

use super::callgrind::Count;
use super::counted_worker::{CountedWorker, Program, Valgrind};
use super::never;
use crate::catalog::benchmark::{self, CellId};
use crate::engine::BackendSpec;
use crate::results::{Launch, SkipReason};
use crate::sampling::cell::{self, BenchCell, Counting, Failure, complete};
use crate::statistics::median;
use crate::worker::{Hello, Limits, Request, Response};

/// A worker under valgrind, replaced when it is lost. Each cell runs in a child process.
pub(crate) struct Session<'a> {
    valgrind: &'a Valgrind,
    program: &'a Program,
    spec: &'a BackendSpec,
    processor: Option<usize>,
    worker: CountedWorker,
    /// Whether the engine has run in the worker.
    is_warm: bool,
}

/// The counts of a cell.
pub(crate) struct CellCounts {
    /// Metrics without counting: name and value.
    pub(crate) metrics: Vec<(String, f64)>,
    /// The samples: one per pair of batches, with the iterations of the smaller batch.
    pub(crate) launch: Launch,
}

/// The limits of a request: a hundred times the time without valgrind, and memory for the code that valgrind translated.
pub(crate) const LIMITS: Limits = Limits { time: Duration::from_secs(300), memory: 8 << 30 };
/// The most instructions of the smaller batch of a pair, unless an iteration has more.
const BATCH: f64 = 2.5e5;
/// The limit of iterations per batch.
const MAX_ITERATIONS: u64 = 64;
/// Batches' worth of iterations before the first pair.
const SETTLING: u64 = 8;
/// The approximate instructions of all pairs of a cell and launch.
const PAIRS: f64 = 12e6;
/// The limit of pairs per cell and launch: with five, the median has no trace of a table that grows meanwhile.
const MAX_PAIRS: usize = 5;
/// The instructions of an iteration in which the fixed cost of a batch, some thousands, is less than 0.05 %.
const LONG: f64 = 2e7;
/// The instructions of an iteration from which the first one counts: what only the first iteration does is less than 0.05 %.
const VERY_LONG: f64 = 2e8;

impl<'a> Session<'a> {
    pub(crate) fn open(
        valgrind: &'a Valgrind,
        program: &'a Program,
        spec: &'a BackendSpec,
        processor: Option<usize>,
    ) -> Result<(Self, Hello)> {
        let (worker, hello) = valgrind.launch(program, spec, processor)?;
        Ok((Self { valgrind, program, spec, processor, worker, is_warm: false }, hello))
    }

    /// Counts a cell; the launch has no number yet. The injected slowdown is a share of additional instructions, which its host
    /// function executes.
    ///
    /// # Errors
    /// Why there is no count.
    pub(crate) fn count(&mut self, cell_id: &CellId, injected_slowdown: f64) -> Result<CellCounts, SkipReason> {
        if let Some(skip_reason) = never(cell_id) {
            return Err(skip_reason);
        }
        let counts = self.count_in_child(cell_id, 0)?;
        // Of a later iteration: the first one can have eight times as many instructions.
        match median(&counts.launch.instructions).map_or(0, |typical| (typical * injected_slowdown).round() as u64) {
            0 => Ok(counts),
            injected_instructions => self.count_in_child(cell_id, injected_instructions),
        }
    }

    fn count_in_child(&mut self, cell_id: &CellId, injected_instructions: u64) -> Result<CellCounts, SkipReason> {
        let is_fresh = benchmark::find(&cell_id.benchmark).is_some_and(|benchmark| benchmark.fresh);
        self.ready(is_fresh)?;
        let counted = self.prepare(cell_id, injected_instructions).and_then(|cell| cell.count(is_fresh));
        let is_lost = matches!(counted, Err(SkipReason::WorkerLost { .. }));
        if is_lost || complete(&mut self.worker.worker, &Request::Join, &LIMITS, &Response::Joined).is_err() {
            self.replace()?;
        }
        counted
    }

    /// Replaces the worker.
    fn replace(&mut self) -> Result<(), SkipReason> {
        self.worker = self.valgrind.launch(self.program, self.spec, self.processor).map_err(failed)?.0;
        self.is_warm = false;
        Ok(())
    }

    /// Has a worker whose engine has run before, or one whose engine has not.
    fn ready(&mut self, is_fresh: bool) -> Result<(), SkipReason> {
        if is_fresh && self.is_warm {
            self.replace()?;
        } else if !is_fresh && !self.is_warm {
            // Cells that crash the engine show it when they are counted.
            if complete(&mut self.worker.worker, &Request::WarmUp, &LIMITS, &Response::WarmedUp).is_err() {
                self.replace()?;
            }
            self.is_warm = true;
        }
        Ok(())
    }

    /// Prepares a cell in a child process of the worker.
    fn prepare(&mut self, cell_id: &CellId, injected_instructions: u64) -> Result<CountedCell<'_>, SkipReason> {
        self.worker.fork().map_err(skip_reason)?;
        let cell = cell::prepare(&mut self.worker.worker, cell_id, self.processor, &LIMITS).map_err(skip_reason)?;
        Ok(CountedCell { cell, worker: &mut self.worker, injected_instructions })
    }
}

/// A prepared cell in a child process.
struct CountedCell<'a> {
    cell: BenchCell,
    worker: &'a mut CountedWorker,
    injected_instructions: u64,
}

impl CountedCell<'_> {
    /// Counts the first iteration of a process, or later ones.
    fn count(mut self, is_fresh: bool) -> Result<CellCounts, SkipReason> {
        let first = self.one()?;
        let (iterations, counts) = match first.total {
            one if is_fresh || one >= VERY_LONG => (1, vec![first]),
            LONG.. => (1, vec![self.one()?]),
            one => self.count_pairs(one)?,
        };
        let instructions = counts.iter().map(|count| count.total).collect();
        let searches = counts.iter().map(|count| count.unwind_table_search);
        let unwind_table_search = if searches.clone().sum::<f64>() > 0.0 { searches.collect() } else { Vec::new() };
        let launch = Launch { instructions, unwind_table_search, ..Launch::empty(0, iterations, 1) };
        Ok(CellCounts { metrics: self.cell.metrics, launch })
    }

    /// The count of one iteration alone.
    fn one(&mut self) -> Result<Count, SkipReason> {
        Ok(self.counts(vec![1])?[0])
    }

    /// The count of each batch.
    fn counts(&mut self, batches: Vec<u64>) -> Result<Vec<Count>, SkipReason> {
        let many = batches.len();
        let counting = Counting { warmup: 0, batches, injected_instructions: self.injected_instructions };
        self.cell.count(&mut self.worker.worker, counting, &LIMITS).map_err(skip_reason)?;
        self.worker.counts(many).map_err(failed)
    }

    /// The counts of an iteration by pairs of batches, for an iteration of about `one`; with the iterations of the smaller
    /// batch. Before the first pair, allocators and tables grow.
    fn count_pairs(&mut self, one: f64) -> Result<(u64, Vec<Count>), SkipReason> {
        let iterations = iterations(one);
        let settling = if iterations == 1 { 1 } else { SETTLING * iterations };
        let pairs = [iterations, 2 * iterations].repeat(number_of_pairs(one * iterations as f64));
        let counts = self.counts([vec![settling], pairs].concat())?;
        Ok((iterations, per_iteration(&counts[1..], iterations)?))
    }
}

/// The iterations of a batch for an iteration of `one` instructions: a power of two, so that small differences do not
/// change it.
fn iterations(one: f64) -> u64 {
    let fit = (BATCH / one.max(1.0)) as u64;
    1 << fit.clamp(1, MAX_ITERATIONS).ilog2()
}

/// The number of pairs whose smaller batch has so many instructions: odd, so that the median is one of them.
fn number_of_pairs(batch: f64) -> usize {
    let fit = (PAIRS / (3.0 * batch)) as usize;
    (fit.clamp(1, MAX_PAIRS) - 1) / 2 * 2 + 1
}

/// The counts of an iteration from pairs of batches of N and 2 N iterations; the fixed cost cancels.
fn per_iteration(counts: &[Count], iterations: u64) -> Result<Vec<Count>, SkipReason> {
    let of_pair = |[one, two]: &[Count; 2]| {
        if two.total <= one.total {
            let (one, two) = (one.total, two.total);
            let reason = format!("{iterations} iterations have {one} instructions, and twice as many have {two}");
            return Err(SkipReason::Failed { reason });
        }
        let per_iteration = |one: f64, two: f64| (two - one).max(0.0) / iterations as f64;
        let unwind_table_search = per_iteration(one.unwind_table_search, two.unwind_table_search);
        Ok(Count { total: per_iteration(one.total, two.total), unwind_table_search })
    };
    let (pairs, _) = counts.as_chunks::<2>();
    pairs.iter().map(of_pair).collect()
}

fn failed(error: anyhow::Error) -> SkipReason {
    SkipReason::Failed { reason: format!("{error:#}") }
}

/// Why a cell has no count.
fn skip_reason(failure: Failure) -> SkipReason {
    let mut skip_reason = failure.into();
    if let SkipReason::Failed { reason } | SkipReason::WorkerLost { reason } = &mut skip_reason {
        reason.insert_str(0, "under valgrind: ");
    }
    skip_reason
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fixed_cost_of_batches_cancels() {
        let count = |(total, unwind_table_search)| Count { total, unwind_table_search };
        let batches = [(1_000.0, 90.0), (1_900.0, 180.0), (1_001.0, 0.0), (1_902.0, 0.0)].map(count);
        let pairs = per_iteration(&batches, 9).unwrap();
        let pairs: Vec<_> = pairs.into_iter().map(|count| (count.total, count.unwind_table_search)).collect();
        assert_eq!(pairs, [(100.0, 10.0), (901.0 / 9.0, 0.0)]);
        let refused = per_iteration(&[(5.0, 1.0); 2].map(count), 1);
        assert!(matches!(refused, Err(SkipReason::Failed { reason }) if reason.contains("5")));
    }

    #[test]
    fn batch_sizes_are_powers_of_two_and_at_least_one() {
        assert_eq!([1.0, 3_900.0, 55_360.0, 55_500.0, 3e6, 1e12].map(iterations), [64, 64, 4, 4, 1, 1]);
        assert_eq!([64.0, 7e5, 1.1e6, 3e6, 1e12].map(number_of_pairs), [5, 5, 3, 1, 1]);
    }
}
