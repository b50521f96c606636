//! Counts instructions instead of time, and profiles: the same cells in workers under valgrind. Counts do not depend on other
//! load, so workers run in parallel, one per processor. Which worker counts a cell makes no difference.
mod callgrind;
mod counted_cell;
mod counted_worker;
mod elf;

use std::collections::HashMap;
use std::fs;
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{OnceLock, mpsc};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

pub use callgrind::{Function, Profile};

use self::counted_cell::{LIMITS, Session};
use self::counted_worker::{Program, Valgrind};
use super::cell::{self, Counting, Failure};
use super::experiment::Progress;
use super::variant::ExperimentVariant;
use crate::catalog::benchmark::CellId;
use crate::engine::BackendSpec;
use crate::results::journal::Journal;
use crate::results::{CellRecord, Launch, Metric, Report, RunInfo, SkipReason};
use crate::worker::cpu_affinity::cpus;
use crate::worker::{Hello, Launcher, WorkerError};

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
    let mut counter = Counter { experiment, programs, valgrind, launch: 0, cancelled: AtomicBool::new(false) };
    let mut report: Option<Report> = None;
    for launch in 1..=experiment.launches {
        counter.launch = launch;
        let Some((hellos, cells)) = counter.launch(observer)? else { break };
        let report = match &mut report {
            Some(report) => report,
            None => {
                let blank = blank(experiment, &counter.valgrind, hellos)?;
                if let Some(journal) = journal.as_deref_mut() {
                    journal.begin(&blank)?;
                }
                report.insert(blank)
            }
        };
        if let Some(journal) = journal.as_deref_mut() {
            journal.launch(&cells)?;
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
        let injected_slowdown = self.injected_slowdowns.get(index).copied().unwrap_or_default();
        CellRecord::new(index, cell_id.clone(), injected_slowdown)
    }
}

/// A column that one or more workers count.
#[derive(Default)]
struct OpenColumn {
    workers: AtomicUsize,
    /// The next row to count.
    next: AtomicUsize,
    hello: OnceLock<Hello>,
}

/// The cells left for each worker that make another worker worth its start.
const CELLS_PER_WORKER: usize = 8;

/// Counts one launch after the other.
struct Counter<'a> {
    experiment: &'a CountExperiment,
    programs: HashMap<PathBuf, Program>,
    valgrind: Valgrind,
    launch: u32,
    cancelled: AtomicBool,
}

/// The interval between two checks for cancellation.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

impl Counter<'_> {
    /// The hello of each variant's worker, and the cells of all variants by rows; `None` if it is cancelled.
    fn launch(&self, observer: &mut dyn Progress) -> Result<Option<(Vec<Hello>, Vec<CellRecord>)>> {
        let columns: Vec<_> = self.experiment.variants.iter().map(|_| OpenColumn::default()).collect();
        let processors = cpus();
        let (done, counted) = mpsc::channel();
        let cells = std::thread::scope(|scope| {
            let work = |job: usize| {
                let processor = processors.get(job).copied();
                let (columns, done) = (&columns, done.clone());
                scope.spawn(move || {
                    let worked = self.work(columns, processor, &done);
                    worked.inspect_err(|_| self.cancelled.store(true, Ordering::Relaxed))
                })
            };
            let threads: Vec<_> = (0..processors.len().max(1)).map(work).collect();
            drop(done);
            let cells = self.follow(&counted, observer);
            // An error takes precedence: it cancelled the other workers.
            for thread in threads {
                thread.join().unwrap_or_else(|panic| resume_unwind(panic))?;
            }
            anyhow::Ok(cells)
        })?;
        let hellos: Option<_> = columns.into_iter().map(|column| column.hello.into_inner()).collect();
        Ok(hellos.zip(cells.into_iter().collect()))
    }

    /// The index of a column to work on: one without a worker, or else the one with the most cells left, if there are enough
    /// for another worker.
    fn claim(&self, columns: &[OpenColumn]) -> Option<usize> {
        if self.cancelled.load(Ordering::Relaxed) {
            return None;
        }
        let is_first =
            |column: &OpenColumn| column.workers.compare_exchange(0, 1, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if let Some(index) = columns.iter().position(is_first) {
            return Some(index);
        }
        let cells = self.experiment.cell_ids.len();
        let left = |column: &OpenColumn| cells.saturating_sub(column.next.load(Ordering::Relaxed));
        let (index, column) = columns.iter().enumerate().max_by_key(|(_, column)| left(column))?;
        let workers = column.workers.load(Ordering::Relaxed);
        (left(column) > CELLS_PER_WORKER * (workers + 1)).then(|| {
            column.workers.fetch_add(1, Ordering::Relaxed);
            index
        })
    }

    /// Collects counted cells by their index among those of all variants, and reports the progress until all workers are done.
    fn follow(
        &self,
        counted: &mpsc::Receiver<(usize, CellRecord)>,
        observer: &mut dyn Progress,
    ) -> Vec<Option<CellRecord>> {
        let CountExperiment { variants, cell_ids, launches, .. } = self.experiment;
        let mut cells = vec![None; cell_ids.len() * variants.len()];
        let (started, mut done) = (Instant::now(), 0_usize);
        loop {
            match counted.recv_timeout(POLL_INTERVAL) {
                Ok((place, cell)) => {
                    done += 1;
                    let in_launch = done as f64 / cells.len() as f64;
                    let launches_left = f64::from(launches - self.launch) + 1.0 - in_launch;
                    let far = (f64::from(self.launch - 1) + in_launch) / f64::from(*launches);
                    let what = format!("{} {}", variants[cell.variant].label, cell.cell_id);
                    observer.at(&what, far, started.elapsed().mul_f64(launches_left / in_launch));
                    cells[place] = Some(cell);
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => return cells,
            }
            if observer.is_cancelled() {
                self.cancelled.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Counts cells, with one worker after the other, until none is left, or it is cancelled.
    fn work(
        &self,
        columns: &[OpenColumn],
        processor: Option<usize>,
        done: &mpsc::Sender<(usize, CellRecord)>,
    ) -> Result<()> {
        while let Some(index) = self.claim(columns) {
            let (column, variant) = (&columns[index], &self.experiment.variants[index]);
            let program = &self.programs[variant.launcher.executable()];
            let (mut session, hello) = Session::open(&self.valgrind, program, &variant.spec, processor)?;
            column.hello.get_or_init(|| hello);
            while !self.cancelled.load(Ordering::Relaxed) {
                let row = column.next.fetch_add(1, Ordering::Relaxed);
                let Some(cell_id) = self.experiment.cell_ids.get(row) else { break };
                let mut cell = self.experiment.cell(index, cell_id);
                match session.count(cell_id, cell.injected_slowdown) {
                    Ok(counts) => {
                        cell.launches.push(Launch { launch: self.launch, ..counts.launch });
                        cell.metrics = counts.metrics;
                    }
                    Err(skip_reason) => cell.skip_reason = Some(skip_reason),
                }
                let _ = done.send((row * columns.len() + index, cell));
            }
        }
        Ok(())
    }
}

/// The profile of a cell on a variant.
#[derive(Debug, Clone, PartialEq)]
pub struct Profiled {
    /// The backend with its options.
    pub label: String,
    /// The iterations in the profile.
    pub iterations: u64,
    /// The profile, or why there is none.
    pub outcome: Result<Profile, String>,
}

/// Profiles a batch of a cell on a backend. Callgrind's file is copied to `keep`.
///
/// # Errors
/// When valgrind is missing, no worker starts under it, or the file cannot be copied.
pub fn profile(
    launcher: &Launcher,
    spec: &BackendSpec,
    cell_id: &CellId,
    iterations: u64,
    keep: Option<PathBuf>,
) -> Result<Profiled> {
    let profiled = |outcome| Ok(Profiled { label: spec.label(), iterations, outcome });
    if let Some(skip_reason) = never(cell_id) {
        return profiled(Err(skip_reason.reason()));
    }
    let valgrind = Valgrind::find()?;
    let program = valgrind.program(launcher, "program-0", true)?;
    let processor = cpus().last().copied();
    let (mut worker, _) = valgrind.launch(&program, spec, processor)?;
    let mut run = || {
        worker.fork()?;
        let cell = cell::prepare(&mut worker.worker, cell_id, processor, &LIMITS)?;
        for (warmup, batches) in [(1, vec![]), (iterations, vec![iterations])] {
            let counting = Counting { warmup, batches, injected_instructions: 0 };
            cell.count(&mut worker.worker, counting, &LIMITS)?;
        }
        Ok::<(), Failure>(())
    };
    if let Err(failure) = run() {
        return profiled(Err(failure.to_string()));
    }
    let (profile, file) = worker.profile()?;
    if let Some(keep) = keep {
        fs::copy(&file, &keep).with_context(|| format!("cannot write {}", keep.display()))?;
    }
    profiled(Ok(profile))
}

/// Why a cell is never counted.
fn never(cell_id: &CellId) -> Option<SkipReason> {
    use crate::catalog::benchmark::{self, BenchmarkKind, compile, stop, unwind};
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
