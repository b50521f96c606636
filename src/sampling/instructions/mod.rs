//! Counts instructions instead of time: the same cells in workers under valgrind. Counts do not depend on other load, so
//! workers run in parallel, one per processor. Which worker counts a cell makes no difference.
mod callgrind;
mod counted_cell;
mod counted_worker;
mod elf;
mod profiles;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError, mpsc};
use std::time::{Duration, Instant};

use anyhow::Result;

pub use callgrind::{Function, ParseError, Profile};
pub use profiles::{Profiled, profile};

use self::counted_cell::Session;
use self::counted_worker::{Program, Valgrind};
use super::experiment::Progress;
use super::variant::ExperimentVariant;
use crate::catalog::benchmark::CellId;
use crate::results::journal::Journal;
use crate::results::{CellRecord, Metric, Report, RunInfo, SkipReason};
use crate::worker::{Hello, WorkerError};

/// The parameters of a count.
#[derive(Debug, Clone)]
pub struct CountExperiment {
    /// The variants. The first is the reference.
    pub variants: Vec<ExperimentVariant>,
    /// The cells of each variant.
    pub cell_ids: Vec<CellId>,
    /// The number of launches: differences between processes show as spread between launches.
    pub launches: u32,
    /// The injected slowdown per variant: the share of additional instructions, see
    /// [`Counting::injected_instructions`](super::cell::Counting::injected_instructions).
    pub injected_slowdowns: Vec<f64>,
}

/// Counts instructions. A cancelled report has the complete launches.
///
/// # Errors
/// When valgrind is missing, no worker starts under it, the run is cancelled before the first launch, or the journal cannot be
/// written.
pub fn count(
    experiment: &CountExperiment,
    mut journal: Option<&mut Journal>,
    observer: &mut dyn Progress,
) -> Result<Report> {
    let started_at = Instant::now();
    let valgrind = Valgrind::find()?;
    let programs = programs(&valgrind, &experiment.variants)?;
    let cancelled = AtomicBool::new(false);
    let mut report: Option<Report> = None;
    for launch in 1..=experiment.launches {
        let counter = Counter { experiment, valgrind: &valgrind, programs: &programs, launch, cancelled: &cancelled };
        let Some(counted) = counter.launch(observer)? else { break };
        let (hellos, cells): (Vec<_>, Vec<_>) = counted.into_iter().unzip();
        let report = match &mut report {
            Some(report) => report,
            None => {
                let blank = blank(experiment, &valgrind, hellos)?;
                if let Some(journal) = journal.as_deref_mut() {
                    journal.begin(&blank)?;
                }
                report.insert(blank)
            }
        };
        let cells = rows(&cells);
        if let Some(journal) = journal.as_deref_mut() {
            journal.launch(&cells)?;
        }
        for (cell, counted) in report.cells.iter_mut().zip(&cells) {
            cell.metrics.clone_from(&counted.metrics);
        }
        report.add(cells);
        report.run.launches_completed = launch;
    }
    let mut report = report.ok_or(WorkerError::Interrupted)?;
    report.run.complete = report.run.launches_completed == experiment.launches;
    report.run.elapsed_seconds = started_at.elapsed().as_secs_f64();
    Ok(report)
}

/// The programs of the variants without duplicates.
fn programs(valgrind: &Valgrind, variants: &[ExperimentVariant]) -> Result<HashMap<PathBuf, Program>> {
    let mut programs = HashMap::new();
    for variant in variants {
        let executable = variant.launcher.executable();
        if !programs.contains_key(executable) {
            // Names of equal length, because they are on the stack of the process.
            let name = format!("program-{}", programs.len() % 10);
            programs.insert(executable.to_owned(), valgrind.program(&variant.launcher, &name, false)?);
        }
    }
    Ok(programs)
}

/// Transposes columns of equal length to rows: one row per cell id, one cell per variant.
fn rows(columns: &[Vec<CellRecord>]) -> Vec<CellRecord> {
    let height = columns.first().map_or(0, Vec::len);
    (0..height).flat_map(|row| columns.iter().map(move |column| column[row].clone())).collect()
}

/// A report without samples.
fn blank(experiment: &CountExperiment, valgrind: &Valgrind, hellos: Vec<Hello>) -> Result<Report> {
    let width = experiment.variants.len();
    let cells = experiment.cell_ids.iter().flat_map(|cell_id| (0..width).map(|index| experiment.cell(index, cell_id)));
    let notes = vec![format!("counted by {}", valgrind.version())];
    let run = RunInfo { launches: experiment.launches, notes, ..RunInfo::default() };
    super::blank(Metric::Instructions, &experiment.variants, hellos, run, cells.collect())
}

impl CountExperiment {
    fn cell(&self, index: usize, cell_id: &CellId) -> CellRecord {
        CellRecord::new(index, cell_id.clone(), self.injected_slowdown(index))
    }

    fn injected_slowdown(&self, index: usize) -> f64 {
        self.injected_slowdowns.get(index).copied().unwrap_or_default()
    }
}

/// The hello of a variant's worker, and its cells with the samples of one launch.
type Column = (Hello, Vec<CellRecord>);

/// A column that one or more workers count.
#[derive(Default)]
struct OpenColumn {
    workers: AtomicUsize,
    /// The next row to count.
    next: AtomicUsize,
    hello: OnceLock<Hello>,
    /// The counted cells with their rows.
    cells: Mutex<Vec<(usize, CellRecord)>>,
}

/// The cells left for each worker that make another worker worth its start.
const CELLS_PER_WORKER: usize = 8;

/// One launch.
struct Counter<'a> {
    experiment: &'a CountExperiment,
    valgrind: &'a Valgrind,
    programs: &'a HashMap<PathBuf, Program>,
    launch: u32,
    cancelled: &'a AtomicBool,
}

/// The interval between two checks for cancellation.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

impl Counter<'_> {
    /// The columns of all variants; `None` if it is cancelled.
    fn launch(&self, observer: &mut dyn Progress) -> Result<Option<Vec<Column>>> {
        let columns: Vec<_> = self.experiment.variants.iter().map(|_| OpenColumn::default()).collect();
        let processors = core_affinity::get_core_ids().unwrap_or_default();
        let failed = Mutex::new(None);
        let (done, progress) = mpsc::channel::<String>();
        std::thread::scope(|scope| {
            for job in 0..processors.len().max(1) {
                let processor = processors.get(job).map(|core| core.id);
                let (columns, failed, done) = (&columns, &failed, done.clone());
                scope.spawn(move || {
                    while let Some(index) = self.claim(columns) {
                        if let Err(error) = self.work_on(&columns[index], index, processor, &done) {
                            self.cancelled.store(true, Ordering::Relaxed);
                            failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                        }
                    }
                });
            }
            drop(done);
            self.follow(&progress, observer);
        });
        // An error takes precedence: it cancelled the other workers.
        if let Some(error) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(error);
        }
        Ok(columns.into_iter().map(|column| column.finish(self.experiment.cell_ids.len())).collect())
    }

    /// The index of a column to work on: one without a worker, or else the one with the most cells left, if there are enough
    /// for another worker.
    fn claim(&self, columns: &[OpenColumn]) -> Option<usize> {
        if self.cancelled.load(Ordering::Relaxed) {
            return None;
        }
        let is_first =
            |column: &OpenColumn| column.workers.compare_exchange(0, 1, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        columns.iter().position(is_first).or_else(|| {
            let left = |column: &OpenColumn| {
                self.experiment.cell_ids.len().saturating_sub(column.next.load(Ordering::Relaxed))
            };
            let (index, column) = columns.iter().enumerate().max_by_key(|(_, column)| left(column))?;
            let workers = column.workers.load(Ordering::Relaxed);
            (left(column) > CELLS_PER_WORKER * (workers + 1)).then(|| {
                column.workers.fetch_add(1, Ordering::Relaxed);
                index
            })
        })
    }

    /// Reports the progress until all workers are done.
    fn follow(&self, progress: &mpsc::Receiver<String>, observer: &mut dyn Progress) {
        let all = self.experiment.cell_ids.len() * self.experiment.variants.len();
        let (started, mut done) = (Instant::now(), 0_usize);
        loop {
            match progress.recv_timeout(POLL_INTERVAL) {
                Ok(what) => {
                    done += 1;
                    let in_launch = done as f64 / all as f64;
                    let launches_left = f64::from(self.experiment.launches - self.launch) + 1.0 - in_launch;
                    let left = started.elapsed().mul_f64(launches_left / in_launch);
                    observer.at(
                        &what,
                        (f64::from(self.launch - 1) + in_launch) / f64::from(self.experiment.launches),
                        left,
                    );
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
            }
            if observer.is_cancelled() {
                self.cancelled.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Counts cells of a column with one worker until none is left, or it is cancelled.
    fn work_on(
        &self,
        column: &OpenColumn,
        index: usize,
        processor: Option<usize>,
        done: &mpsc::Sender<String>,
    ) -> Result<()> {
        let variant = &self.experiment.variants[index];
        let program = &self.programs[variant.launcher.executable()];
        let (mut session, hello) = Session::open(self.valgrind, program, &variant.spec, processor)?;
        column.hello.get_or_init(|| hello);
        while !self.cancelled.load(Ordering::Relaxed) {
            let row = column.next.fetch_add(1, Ordering::Relaxed);
            let Some(cell_id) = self.experiment.cell_ids.get(row) else { break };
            let mut cell = self.experiment.cell(index, cell_id);
            match session.count(cell_id, self.experiment.injected_slowdown(index)) {
                Ok(counts) => {
                    cell.launches.push(counts.launch(self.launch));
                    cell.metrics = counts.metrics;
                }
                Err(skip_reason) => cell.skip_reason = Some(skip_reason),
            }
            let _ = done.send(format!("{} {cell_id}", variant.label));
            column.cells.lock().unwrap_or_else(PoisonError::into_inner).push((row, cell));
        }
        Ok(())
    }
}

impl OpenColumn {
    /// The column, if all its cells were counted.
    fn finish(self, rows: usize) -> Option<Column> {
        let mut cells = self.cells.into_inner().unwrap_or_else(PoisonError::into_inner);
        cells.sort_by_key(|(row, _)| *row);
        let hello = self.hello.into_inner().filter(|_| cells.len() == rows)?;
        Some((hello, cells.into_iter().map(|(_, cell)| cell).collect()))
    }
}

/// Why a cell is never counted.
fn never(cell_id: &CellId) -> Option<SkipReason> {
    use crate::catalog::benchmark;
    use crate::catalog::benchmark::{BenchmarkKind, compile, stop, unwind};
    let benchmark = benchmark::find(&cell_id.benchmark)?;
    let reason = if matches!(benchmark.prepared, BenchmarkKind::Concurrently(_)) {
        "valgrind runs one thread at a time, so contention is not counted"
    } else if benchmark.id == unwind::INTERRUPT.id || stop::ALL.iter().any(|stop| stop.id == benchmark.id) {
        "the latency of a stop depends on clocks and threads"
    } else if benchmark.id == compile::PEAK_MEMORY.id {
        "it measures memory, which valgrind changes"
    } else {
        return None;
    };
    Some(SkipReason::Unsupported { reason: reason.into() })
}
