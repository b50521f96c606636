//! Runs a planned measurement of times. Each launch has fresh workers and runs the benchmarks in random order; each round visits
//! every variant in random order, so that drift of the machine cancels from ratios within a round.
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::batch::BatchSpec;
use super::cell::BenchCell;
use super::injected_slowdown::InjectedSlowdown;
use super::pilot::{Pilot, pilot};
use super::plan::{self, Allocation, MIN_LAUNCHES, Pace, Plan, Remaining};
use super::variant::ExperimentVariant;
use super::worker_set::WorkerSet;
use crate::catalog::benchmark::{self, CellId};
use crate::results::journal::Journal;
use crate::results::{CellRecord, Launch, Report, RunInfo, SkipReason};
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
        let mut experiment = self.clone();
        for index in 0..self.variants.len() {
            let variant = &experiment.variants[index];
            let launcher = match variant.control_of.filter(|of| *of < index) {
                Some(of) => experiment.variants[of].launcher.clone(),
                None => variant.launcher.keeping_artifacts()?,
            };
            experiment.variants[index].launcher = launcher;
        }
        Ok(experiment)
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
    let mut pilot = match seen.and_then(|pilot| pilot.part(experiment)) {
        Some(known) => known,
        None => pilot(experiment.keeping_artifacts()?, observer)?,
    };
    if observer.is_cancelled() {
        bail!(WorkerError::Interrupted);
    }
    let mut report = pilot.blank_report()?;
    if pilot.experiment.may_stretch {
        stretch_budget(&mut pilot, &mut report.run);
    }
    let mut running = RunningExperiment::new(&pilot, started_at);
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

/// Raises the default budget to that of all cells, if it is too small, and notes it.
fn stretch_budget(pilot: &mut Pilot, run: &mut RunInfo) {
    let [_, for_all] = pilot.budgets().unwrap_or_default();
    let budget = &mut pilot.experiment.budget;
    let default = *budget;
    *budget = plan::stretched(default, for_all);
    if *budget > default {
        run.budget_seconds = budget.as_secs_f64();
        run.notes.push(format!(
            "the default budget of {:.0} s is too small for all cells: using up to {:.0} s; set a limit with --budget",
            default.as_secs_f64(),
            run.budget_seconds
        ));
    }
}

/// A running experiment with its plan.
struct RunningExperiment<'a> {
    pilot: &'a Pilot,
    plan: Plan,
    /// The indices of the planned cells.
    places: Vec<usize>,
    started_at: Instant,
    /// The time of all launches so far.
    took: Duration,
    /// The predicted time of these launches.
    expected: Duration,
}

/// The share of the remaining time that is planned, because launches vary.
const PACED: f64 = 0.97;
/// A batch is disturbed if other processes took more than this share of its time.
const MAX_DELAY_SHARE: f64 = 0.01;

impl<'a> RunningExperiment<'a> {
    fn new(pilot: &'a Pilot, started_at: Instant) -> Self {
        let (places, costs): (Vec<_>, Vec<_>) = pilot.costs().unzip();
        let Experiment { budget, launches, .. } = pilot.experiment;
        let time = budget.saturating_sub(started_at.elapsed()).mul_f64(plan::PLANNED);
        let plan = plan::plan(time, pilot.starting, &costs, launches);
        Self { pilot, plan, places, started_at, took: Duration::ZERO, expected: Duration::ZERO }
    }

    /// Launches as long as the plan and the observer allow, and adds the samples to the report.
    fn launch_all(
        &mut self,
        report: &mut Report,
        mut journal: Option<&mut Journal>,
        observer: &mut dyn Progress,
    ) -> Result<()> {
        let mut random = ChaCha8Rng::seed_from_u64(self.pilot.experiment.seed);
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
            let cells = match self.launch(launch, &pace, report, &mut random, observer) {
                Err(error) if WorkerError::is_interruption(&error) => break,
                cells => cells?,
            };
            let Some(cells) = cells else { break };
            if let Some(journal) = journal.as_deref_mut() {
                journal.launch(&cells)?;
            }
            report.add(cells);
            report.run.launches_completed = launch;
            self.took += started.elapsed();
            self.expected += self.plan.takes(launch, pace.rounds_factor);
        }
        Ok(())
    }

    /// Records the cells that do not fit in the budget as skipped, with a sufficient budget. Cells with launches keep them.
    fn drop_too_slow(&self, report: &mut Report) {
        let width = self.pilot.experiment.variants.len();
        for (allocation, &at) in self.plan.allocations.iter().zip(&self.places) {
            let Allocation::TooSlow(needs) = allocation else { continue };
            let needs_seconds = Some(self.pilot.advice(*needs).as_secs_f64());
            for cell in &mut report.cells[at * width..(at + 1) * width] {
                if cell.skip_reason.is_none() && cell.launches.is_empty() {
                    cell.skip_reason = Some(SkipReason::TooSlow { needs_seconds });
                }
            }
        }
    }

    fn nothing_left(&self) -> bool {
        self.plan.allocations.iter().all(|allocation| matches!(allocation, Allocation::TooSlow(_)))
    }

    /// The error if some cells can be measured, but none fits.
    fn too_small(&self) -> Option<BudgetTooSmall> {
        let [for_one, for_all] = self.pilot.budgets()?;
        self.nothing_left().then_some(BudgetTooSmall { for_one, for_all, known: !self.pilot.was_cut })
    }

    fn left(&self) -> Duration {
        self.pilot.experiment.budget.saturating_sub(self.started_at.elapsed())
    }

    /// The plan for the next launch.
    fn pace(&mut self, launch: u32) -> Pace {
        let slowness = match self.expected {
            Duration::ZERO => 1.0,
            expected => self.took.as_secs_f64() / expected.as_secs_f64(),
        };
        self.plan.pace(&Remaining { next: launch, left: self.left().mul_f64(PACED), slowness })
    }

    /// Runs a launch: the cells with its samples, as far as the time allows; `None` if it is cancelled.
    fn launch(
        &self,
        number: u32,
        pace: &Pace,
        report: &Report,
        random: &mut ChaCha8Rng,
        observer: &mut dyn Progress,
    ) -> Result<Option<Vec<CellRecord>>> {
        let Experiment { variants, cell_ids, .. } = &self.pilot.experiment;
        let (workers, _) = WorkerSet::launch(variants)?;
        let cells = report.cells.iter().map(|cell| CellRecord { launches: Vec::new(), ..cell.clone() }).collect();
        let rounds = |n: usize| Some((self.places[n], self.plan.rounds(n, number, pace.rounds_factor)?));
        let mut due: Vec<(usize, u32)> = (0..self.places.len()).filter_map(rounds).collect();
        due.shuffle(random);
        let mut launch = RunningLaunch { number, running: self, workers, cells, random };
        let started = Instant::now();
        for (done, &(at, rounds)) in due.iter().enumerate() {
            if observer.is_cancelled() {
                return Ok(None);
            }
            let in_launch = done as f64 / due.len() as f64;
            let far = (f64::from(number - 1) + in_launch) / f64::from(pace.last);
            let launches_left = f64::from(pace.last - number) + 1.0 - in_launch;
            // A launch has to progress before it tells the time of the others.
            let by_launch = (in_launch >= 0.2).then(|| started.elapsed().mul_f64(launches_left / in_launch));
            let left = by_launch.unwrap_or(Duration::MAX).min(self.left());
            observer.at(&cell_ids[at].to_string(), far, left);
            if !launch.measure(at, rounds) {
                break;
            }
        }
        // A launch that is interrupted in its last cell is incomplete too.
        Ok((!observer.is_cancelled()).then_some(launch.cells))
    }
}

/// A running launch.
struct RunningLaunch<'a> {
    number: u32,
    running: &'a RunningExperiment<'a>,
    workers: WorkerSet<'a>,
    /// The cells with the samples of this launch.
    cells: Vec<CellRecord>,
    random: &'a mut ChaCha8Rng,
}

/// A cell that a worker has prepared.
struct ReadyCell {
    /// The index of its variant.
    index: usize,
    cell: BenchCell,
    /// The batch to run, with the iterations of the injected slowdown.
    batch_spec: BatchSpec,
    launch: Launch,
}

impl RunningLaunch<'_> {
    /// The record of a cell on a variant, by their indices.
    fn record(&mut self, at: usize, index: usize) -> &mut CellRecord {
        &mut self.cells[at * self.running.pilot.experiment.variants.len() + index]
    }

    /// Measures all rounds of one cell; false if time ran out. Rounds that all variants completed count.
    fn measure(&mut self, at: usize, rounds: u32) -> bool {
        let Some(mut ready) = self.prepare(at) else { return false };
        let mut done = 0;
        while done < rounds && !self.running.left().is_zero() {
            ready.shuffle(self.random);
            ready.retain_mut(|cell| self.sample(at, cell));
            done += 1;
        }
        for ReadyCell { index, cell, launch, .. } in ready {
            // Too few rounds are worse than none.
            if done >= rounds.min(plan::MIN_ROUNDS) {
                self.record(at, index).launches.push(launch);
            }
            if done == rounds
                && let Err(failure) = self.workers.release(index, cell)
            {
                self.record(at, index).skip_reason = Some(failure.into());
            }
        }
        done == rounds
    }

    /// Prepares a cell on each variant, in random order; `None` if time ran out.
    fn prepare(&mut self, at: usize) -> Option<Vec<ReadyCell>> {
        let pilot = self.running.pilot;
        let cell_id = &pilot.experiment.cell_ids[at];
        let fresh = benchmark::find(&cell_id.benchmark).is_some_and(|benchmark| benchmark.fresh);
        let mut ready = Vec::new();
        let mut indices: Vec<_> = (0..pilot.experiment.variants.len()).collect();
        indices.retain(|&index| self.record(at, index).skip_reason.is_none());
        indices.shuffle(self.random);
        for index in indices {
            if self.running.left().is_zero() {
                return None;
            }
            if fresh && let Err(error) = self.workers.renew(index) {
                self.record(at, index).skip_reason = Some(SkipReason::Failed { reason: format!("{error:#}") });
                continue;
            }
            let (batch_spec, injected_slowdown) = pilot.batch(at, index);
            match self.workers.prepare(index, &injected_slowdown.on(cell_id), pilot.timeout(at, index)) {
                Ok(cell) => {
                    let launch = Launch::empty(self.number, batch_spec.iterations, batch_spec.slices);
                    let iterations = injected_slowdown.iterations(batch_spec.iterations);
                    ready.push(ReadyCell { index, cell, batch_spec: BatchSpec { iterations, ..batch_spec }, launch });
                }
                Err(failure) => self.record(at, index).skip_reason = Some(failure.into()),
            }
        }
        Some(ready)
    }

    /// Measures one batch of a prepared cell. Returns whether it succeeded.
    fn sample(&mut self, at: usize, ready: &mut ReadyCell) -> bool {
        let ReadyCell { index, ref cell, batch_spec, ref mut launch } = *ready;
        match self.workers.sample(index, cell, batch_spec, self.running.pilot.timeout(at, index)) {
            Ok(batch) => {
                launch.nanoseconds.push(batch.slice.as_nanos() as f64 / launch.iterations as f64);
                launch.each.extend(batch.each.iter().map(|took| took.as_nanos() as u64));
                let delayed = batch.delayed.unwrap_or_default();
                launch.disturbed += u32::from(delayed > batch.elapsed.mul_f64(MAX_DELAY_SHARE));
                true
            }
            Err(failure) => {
                self.record(at, index).skip_reason = Some(failure.into());
                false
            }
        }
    }
}
