//! Runs a planned measurement of times. Each launch has fresh workers and runs the benchmarks in random order; each round visits
//! every variant in random order, so that drift of the machine cancels from ratios within a round.
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::batch::BatchSpec;
use super::cell::BenchCell;
use crate::catalog::benchmark;
use crate::catalog::benchmark::CellId;
use crate::results::journal::Journal;
use crate::results::{CellRecord, Launch, Metric, Report, RunInfo, SkipReason};
use crate::sampling::injected_slowdown::InjectedSlowdown;
use crate::sampling::pilot;
use crate::sampling::pilot::Pilot;
use crate::sampling::plan;
use crate::sampling::plan::{Allocation, CellCost, MIN_LAUNCHES, Pace, Plan, Remaining};
use crate::sampling::variant::ExperimentVariant;
use crate::sampling::worker_set::WorkerSet;
use crate::worker::WorkerError;

/// The parameters of a measurement.
#[derive(Debug, Clone)]
pub struct Experiment {
    /// The variants. The first is the reference.
    pub variants: Vec<ExperimentVariant>,
    /// The cells of each variant.
    pub cell_ids: Vec<CellId>,
    /// The cells with priority in the plan.
    pub priority: Vec<CellId>,
    /// The injected slowdown per cell and variant; empty for none.
    pub injected_slowdowns: Vec<Vec<InjectedSlowdown>>,
    /// The time limit in all.
    pub budget: Duration,
    /// Whether the budget may grow if not all cells fit, because it is the default.
    pub may_stretch: bool,
    /// The number of launches, if given.
    pub launches: Option<u32>,
    /// The random seed.
    pub seed: u64,
}

impl Experiment {
    /// The experiment with workers that share artifacts between a variant and its control.
    fn keeping_artifacts(&self) -> Result<Self> {
        let mut variants: Vec<ExperimentVariant> = Vec::with_capacity(self.variants.len());
        for variant in &self.variants {
            let launcher = match variant.control_of.and_then(|of| variants.get(of)) {
                Some(same) => same.launcher.clone(),
                None => variant.launcher.keeping_artifacts()?,
            };
            variants.push(ExperimentVariant { launcher, ..variant.clone() });
        }
        Ok(Self { variants, ..self.clone() })
    }

    /// The injected slowdown of a cell and a variant, by their indices.
    pub(crate) fn injected_slowdown(&self, at: usize, variant: usize) -> InjectedSlowdown {
        self.injected_slowdowns.get(at).and_then(|at| at.get(variant)).copied().unwrap_or_default()
    }
}

/// The error for a budget that is too small for any cell.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error(
    "the budget is too small for any cell: {MIN_LAUNCHES} launches of the fastest cell need --budget {:.0}, of all cells{} --budget {:.0}",
    for_one.as_secs_f64().ceil(), if *.known { "" } else { " visited by the pilot" }, for_all.as_secs_f64().ceil()
)]
pub struct BudgetTooSmall {
    /// A budget that is large enough for one cell.
    pub for_one: Duration,
    /// A budget that is large enough for all cells.
    pub for_all: Duration,
    /// Whether the pilot visited all cells.
    pub known: bool,
}

/// Receives the progress of a measurement, between batches only.
pub trait Progress {
    /// The current activity, the share that is done (0 to 1), and the estimated time left.
    fn at(&mut self, what: &str, far: f64, left: Duration);
    /// Whether to stop.
    fn is_cancelled(&self) -> bool;
}

/// Runs the experiment. A report that is cancelled or runs out of budget has the results so far. The pilot is returned too,
/// so that a confirmation run needs none.
///
/// # Errors
/// When no worker starts, the budget is too small for any cell ([`BudgetTooSmall`]), the run is cancelled before the first
/// launch, or the journal cannot be written.
pub fn measure(
    experiment: &Experiment,
    seen: Option<&Pilot>,
    mut journal: Option<&mut Journal>,
    observer: &mut dyn Progress,
) -> Result<(Report, Pilot)> {
    let started_at = Instant::now();
    let (mut experiment, pilot) = match seen.and_then(|pilot| pilot.part(experiment)) {
        Some(known) => known,
        None => piloted(experiment, observer)?,
    };
    if observer.is_cancelled() {
        bail!(WorkerError::Interrupted);
    }
    let mut report = blank(&experiment, &pilot)?;
    pilot.note(&mut report);
    if experiment.may_stretch {
        stretch_budget(&mut experiment, &pilot, started_at, &mut report.run);
    }
    let mut running = RunningExperiment::new(&experiment, &pilot, started_at);
    running.drop_too_slow(&mut report);
    if let Some(too_small) = running.too_small() {
        return Err(too_small.into());
    }
    report.run.launches = running.plan.launches;
    if let Some(journal) = journal.as_deref_mut() {
        journal.begin(&report)?;
    }
    running.launch_all(&mut report, journal, observer)?;
    if observer.is_cancelled() && report.run.launches_completed == 0 {
        bail!(WorkerError::Interrupted);
    }
    report.run.launches = running.plan.launches.max(report.run.launches_completed);
    report.run.complete = report.run.launches_completed >= running.plan.launches;
    report.run.elapsed_seconds = started_at.elapsed().as_secs_f64();
    Ok((report, pilot))
}

/// The experiment with shared artifacts, and its pilot.
fn piloted(experiment: &Experiment, observer: &mut dyn Progress) -> Result<(Experiment, Pilot)> {
    let experiment = experiment.keeping_artifacts()?;
    let time = if experiment.may_stretch { experiment.budget } else { experiment.budget.mul_f64(plan::PILOT) };
    let pilot = pilot::pilot(&experiment, time, observer)?;
    Ok((experiment, pilot))
}

/// Raises the default budget to that of all cells, if it is too small, and notes it.
fn stretch_budget(experiment: &mut Experiment, pilot: &Pilot, started_at: Instant, run: &mut RunInfo) {
    let default = experiment.budget;
    let [_, for_all] = RunningExperiment::new(experiment, pilot, started_at).budgets().unwrap_or_default();
    experiment.budget = for_all.clamp(default, plan::MAX_STRETCH * default);
    if experiment.budget > default {
        run.budget_seconds = experiment.budget.as_secs_f64();
        run.notes.push(format!(
            "the default budget of {:.0} s is too small for all cells: using up to {:.0} s; set a limit with --budget",
            default.as_secs_f64(),
            run.budget_seconds
        ));
    }
}

/// A running experiment with its plan.
struct RunningExperiment<'a> {
    experiment: &'a Experiment,
    pilot: &'a Pilot,
    /// The plan for the cells that can be measured.
    plan: Plan,
    costs: Vec<CellCost>,
    /// The indices of these cells.
    places: Vec<usize>,
    started_at: Instant,
    /// The time that launches took, and the time that the pilot predicted.
    took: Duration,
    expected: Duration,
}

impl<'a> RunningExperiment<'a> {
    fn new(experiment: &'a Experiment, pilot: &'a Pilot, started_at: Instant) -> Self {
        let able = pilot.costs(experiment).into_iter().enumerate().filter_map(|(at, cost)| Some((at, cost?)));
        let (places, costs): (Vec<_>, Vec<_>) = able.unzip();
        let time = experiment.budget.saturating_sub(started_at.elapsed()).mul_f64(plan::PLANNED);
        let plan = plan::plan(time, pilot.starting, &costs, experiment.launches);
        Self { experiment, pilot, plan, costs, places, started_at, took: Duration::ZERO, expected: Duration::ZERO }
    }

    /// Launches as long as the plan and the observer allow, and adds the samples to the report.
    fn launch_all(
        &mut self,
        report: &mut Report,
        mut journal: Option<&mut Journal>,
        observer: &mut dyn Progress,
    ) -> Result<()> {
        let mut random = ChaCha8Rng::seed_from_u64(self.experiment.seed);
        for launch in 1.. {
            if observer.is_cancelled() || self.nothing_left() {
                break;
            }
            let started = Instant::now();
            let pace = self.pace(launch);
            self.drop_too_slow(report);
            if pace.last < launch {
                break;
            }
            let task = LaunchTask { number: launch, running: self, pace: &pace };
            let cells = match task.run(report, &mut random, observer) {
                Err(error) if WorkerError::is_interruption(&error) => break,
                cells => cells?,
            };
            let Some(cells) = cells else { break };
            if let Some(journal) = journal.as_deref_mut() {
                journal.launch(&cells)?;
            }
            report.add(cells);
            report.run.launches_completed = launch;
            self.record_time(started.elapsed(), launch, pace.rounds_factor);
        }
        Ok(())
    }

    /// Records the cells that do not fit in the budget as skipped, with a sufficient budget. Cells with launches keep them.
    fn drop_too_slow(&self, report: &mut Report) {
        let width = self.experiment.variants.len();
        for (allocation, &at) in self.plan.allocations.iter().zip(&self.places) {
            let Allocation::TooSlow(needs) = allocation else { continue };
            let needs = self.advice(*needs);
            for cell in &mut report.cells[at * width..(at + 1) * width] {
                if cell.skip_reason.is_none() && cell.launches.is_empty() {
                    cell.skip_reason = Some(SkipReason::TooSlow { needs_seconds: Some(needs.as_secs_f64()) });
                }
            }
        }
    }

    /// A budget that suffices for the needs of cells.
    fn advice(&self, needs: Duration) -> Duration {
        plan::advice(needs, self.pilot.took, self.pilot.was_cut)
    }

    /// The budgets that are large enough for one cell and for all; `None` if none can be measured.
    fn budgets(&self) -> Option<[Duration; 2]> {
        let needs = plan::needed_times(self.pilot.starting, &self.costs, self.experiment.launches);
        Some([needs.iter().min()?, needs.iter().max()?].map(|needs| self.advice(*needs)))
    }

    fn nothing_left(&self) -> bool {
        self.plan.allocations.iter().all(|allocation| matches!(allocation, Allocation::TooSlow(_)))
    }

    /// The error if some cells can be measured, but none fits.
    fn too_small(&self) -> Option<BudgetTooSmall> {
        let [for_one, for_all] = self.budgets()?;
        self.nothing_left().then_some(BudgetTooSmall { for_one, for_all, known: !self.pilot.was_cut })
    }

    fn is_late(&self) -> bool {
        self.left().is_zero()
    }

    fn left(&self) -> Duration {
        self.experiment.budget.saturating_sub(self.started_at.elapsed())
    }

    /// The plan for the next launch.
    fn pace(&mut self, launch: u32) -> Pace {
        let slowness = match self.expected {
            Duration::ZERO => 1.0,
            expected => self.took.as_secs_f64() / expected.as_secs_f64(),
        };
        self.plan.pace(&Remaining {
            costs: &self.costs,
            starting: self.pilot.starting,
            next: launch,
            left: self.left().mul_f64(PACED),
            slowness,
            may_add_launches: self.experiment.launches.is_none(),
        })
    }

    /// Records the time of a launch with its planned rounds times a factor.
    fn record_time(&mut self, time: Duration, launch: u32, rounds_factor: f64) {
        self.took += time;
        self.expected += self.plan.takes(&self.costs, self.pilot.starting, launch, rounds_factor);
    }
}

/// The share of the remaining time that is planned, because launches vary.
const PACED: f64 = 0.97;

/// A batch is disturbed if other processes took more than this share of its time.
const MAX_DELAY_SHARE: f64 = 0.01;

/// A report without samples.
fn blank(experiment: &Experiment, pilot: &Pilot) -> Result<Report> {
    let cell = |at: usize, index: usize| {
        let injected_slowdown = pilot.feasible_slowdown(experiment, at, index).share();
        CellRecord::new(index, experiment.cell_ids[at].clone(), injected_slowdown)
    };
    let width = experiment.variants.len();
    let cells = (0..experiment.cell_ids.len()).flat_map(|at| (0..width).map(move |index| cell(at, index)));
    let run = RunInfo { seed: experiment.seed, budget_seconds: experiment.budget.as_secs_f64(), ..RunInfo::default() };
    super::blank(Metric::Time, &experiment.variants, pilot.hellos.clone(), run, cells.collect())
}

/// One launch.
struct LaunchTask<'a> {
    number: u32,
    running: &'a RunningExperiment<'a>,
    pace: &'a Pace,
}

impl LaunchTask<'_> {
    /// The cells with the samples of this launch, as far as the time allows; `None` if it is cancelled.
    fn run(
        &self,
        report: &Report,
        random: &mut ChaCha8Rng,
        observer: &mut dyn Progress,
    ) -> Result<Option<Vec<CellRecord>>> {
        let RunningExperiment { experiment, plan, places, .. } = self.running;
        let (mut workers, _) = WorkerSet::launch(&experiment.variants)?;
        let mut cells: Vec<CellRecord> =
            report.cells.iter().map(|cell| CellRecord { launches: Vec::new(), ..cell.clone() }).collect();
        let rounds = |n: usize| plan.rounds(n, self.number, self.pace.rounds_factor).map(|rounds| (places[n], rounds));
        let mut due: Vec<(usize, u32)> = (0..places.len()).filter_map(rounds).collect();
        due.shuffle(random);
        let started = Instant::now();
        for (done, &(at, rounds)) in due.iter().enumerate() {
            if observer.is_cancelled() {
                return Ok(None);
            }
            let in_launch = done as f64 / due.len() as f64;
            let far = (f64::from(self.number - 1) + in_launch) / f64::from(self.pace.last);
            observer.at(&experiment.cell_ids[at].to_string(), far, self.left(started.elapsed(), in_launch));
            if !self.measure_cell(&mut workers, at, rounds, &mut cells, random) {
                break;
            }
        }
        // A launch that is interrupted in its last cell is incomplete too.
        Ok((!observer.is_cancelled()).then_some(cells))
    }

    /// The estimated time left: by this launch once it has progressed far enough, at most until the deadline.
    fn left(&self, elapsed: Duration, far: f64) -> Duration {
        let launches_left = f64::from(self.pace.last - self.number) + 1.0 - far;
        let by_budget = self.running.left();
        if far < 0.2 { by_budget } else { elapsed.mul_f64(launches_left / far).min(by_budget) }
    }

    /// Measures all rounds of one cell; false if time ran out. Rounds that all variants completed count.
    fn measure_cell(
        &self,
        workers: &mut WorkerSet,
        at: usize,
        rounds: u32,
        cells: &mut [CellRecord],
        random: &mut ChaCha8Rng,
    ) -> bool {
        let width = self.running.experiment.variants.len();
        let records = &mut cells[at * width..(at + 1) * width];
        let Some(mut ready) = self.prepare(workers, at, records, random) else {
            records.iter_mut().for_each(|record| record.launches.clear());
            return false;
        };
        for round in 0..rounds {
            if self.running.is_late() {
                // Too few rounds are worse than none.
                if round < rounds.min(plan::MIN_ROUNDS) {
                    records.iter_mut().for_each(|record| record.launches.clear());
                }
                return false;
            }
            ready.shuffle(random);
            ready.retain(|cell| self.sample(workers, at, cell, &mut records[cell.index]));
        }
        for ReadyCell { index, cell, .. } in ready {
            if let Err(failure) = workers.release(index, cell) {
                records[index].skip_reason = Some(failure.into());
            }
        }
        true
    }

    /// Prepares a cell on each variant, in random order; `None` if time ran out.
    fn prepare(
        &self,
        workers: &mut WorkerSet,
        at: usize,
        records: &mut [CellRecord],
        random: &mut ChaCha8Rng,
    ) -> Option<Vec<ReadyCell>> {
        let RunningExperiment { experiment, pilot, .. } = self.running;
        let cell_id = &experiment.cell_ids[at];
        let fresh = benchmark::find(&cell_id.benchmark).is_some_and(|benchmark| benchmark.fresh);
        let mut ready = Vec::new();
        let mut indices: Vec<_> = (0..records.len()).filter(|index| records[*index].skip_reason.is_none()).collect();
        indices.shuffle(random);
        for index in indices {
            if self.running.is_late() {
                return None;
            }
            let record = &mut records[index];
            let injected_slowdown = pilot.feasible_slowdown(experiment, at, index);
            if fresh && let Err(error) = workers.renew(index) {
                record.skip_reason = Some(SkipReason::Failed { reason: format!("{error:#}") });
                continue;
            }
            match workers.prepare(index, &injected_slowdown.on(cell_id), pilot.timeout(at, index)) {
                Ok(cell) => {
                    let batch_spec = pilot.batch_spec(experiment, at, index);
                    record.launches.push(Launch::empty(self.number, batch_spec.iterations, batch_spec.slices));
                    ready.push(ReadyCell { index, batch_spec, injected_slowdown, cell });
                }
                Err(failure) => record.skip_reason = Some(failure.into()),
            }
        }
        Some(ready)
    }

    /// Measures one batch of a prepared cell. Returns whether it succeeded.
    fn sample(&self, workers: &mut WorkerSet, at: usize, ready: &ReadyCell, record: &mut CellRecord) -> bool {
        let &ReadyCell { index, batch_spec, injected_slowdown, ref cell } = ready;
        let batch = BatchSpec { iterations: injected_slowdown.iterations(batch_spec.iterations), ..batch_spec };
        match workers.sample(index, cell, batch, self.running.pilot.timeout(at, index)) {
            Ok(batch) => {
                let launch = record.launches.last_mut().expect("pushed when the cell was prepared");
                launch.nanoseconds.push(batch.slice.as_nanos() as f64 / batch_spec.iterations as f64);
                launch.each.extend(batch.each.iter().map(|took| took.as_nanos() as u64));
                let delayed = batch.delayed.unwrap_or_default();
                launch.disturbed += u32::from(delayed > batch.elapsed.mul_f64(MAX_DELAY_SHARE));
                true
            }
            Err(failure) => {
                record.skip_reason = Some(failure.into());
                record.launches.clear();
                false
            }
        }
    }
}

/// A cell that a worker has prepared.
struct ReadyCell {
    /// The index of its variant.
    index: usize,
    batch_spec: BatchSpec,
    injected_slowdown: InjectedSlowdown,
    cell: BenchCell,
}
