//! The paired sampler: launches of fresh workers, benchmarks in random order, and in each rounds that visit every subject
//! in random order, so that drift of the machine cancels from ratios within a round.

use crate::sampling::pilot;
use crate::sampling::plan;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::sampling::injected_slowdown::InjectedSlowdown;
use crate::sampling::pilot::Pilot;
use crate::sampling::variant::ExperimentVariant;

use super::cell::{BatchSpec, Failure};
use super::machine::machine;
use crate::catalog::benchmark;
use crate::catalog::benchmark::CellId;
use crate::engine;
use crate::results::journal::Journal;
use crate::results::{Build, CellRecord, Launch, Metric, Report, RunInfo, SkipReason, VERSION, Variant};
use crate::sampling::plan::{Allocation, BudgetPacer, CellCost, MIN_LAUNCHES, Plan};
use crate::sampling::worker_set::WorkerSet;
use crate::worker::{Hello, WorkerError};

/// What is to be measured.
#[derive(Debug, Clone)]
pub struct Experiment {
    /// Who takes part. The first is the reference.
    pub entrants: Vec<ExperimentVariant>,
    /// The cells of each.
    pub addresses: Vec<CellId>,
    /// Those that get what they need before others get anything.
    pub urgent: Vec<CellId>,
    /// What each cell carries on top of what it does, for each address and entrant in it; nothing where this is empty.
    pub handicaps: Vec<Vec<InjectedSlowdown>>,
    /// How long it may take in all.
    pub budget: Duration,
    /// Whether it may take up to [`MAX_STRETCH`] times as long where not all cells fit: nobody asked for that budget.
    pub may_stretch: bool,
    /// How many launches, where somebody asked for a number.
    pub launches: Option<u32>,
    /// The seed of every random choice.
    pub seed: u64,
}

impl Experiment {
    /// The same, with workers that compile what benchmarks need once: twins share what they have.
    fn keeping_artifacts(&self) -> Result<Self> {
        let mut entrants: Vec<ExperimentVariant> = Vec::with_capacity(self.entrants.len());
        for entrant in &self.entrants {
            let launcher = match entrant.twin_of.and_then(|of| entrants.get(of)) {
                Some(same) => same.launcher.clone(),
                None => entrant.launcher.keeping_artifacts()?,
            };
            entrants.push(ExperimentVariant { launcher, ..entrant.clone() });
        }
        Ok(Self { entrants, ..self.clone() })
    }

    /// What an entrant carries at an address, by their places.
    pub(crate) fn handicap(&self, at: usize, entrant: usize) -> InjectedSlowdown {
        self.handicaps.get(at).and_then(|at| at.get(entrant)).copied().unwrap_or_default()
    }
}

/// The budget has room for no cell at all.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error(
    "the budget is too small for any cell: {MIN_LAUNCHES} launches of the quickest need --budget {:.0}, of all{} --budget {:.0}",
    for_one.as_secs_f64().ceil(), if *.known { "" } else { " that the pilot saw" }, for_all.as_secs_f64().ceil()
)]
pub struct BudgetTooSmall {
    /// A budget that has room for one cell.
    pub for_one: Duration,
    /// A budget that has room for all.
    pub for_all: Duration,
    /// Whether the pilot saw all.
    pub known: bool,
}

/// Who follows a measurement. Spoken to between batches, never during one.
pub trait Progress {
    /// What is being done, how far it is (from 0 to 1), and how long it still takes.
    fn at(&mut self, what: &str, far: f64, left: Duration);
    /// Whether to stop.
    fn is_cancelled(&self) -> bool;
}

/// Measures. What was measured before it was cancelled, or ran out of budget, is in the report; with it comes what the pilot
/// saw, which a second look at some of it takes in place of one of its own.
///
/// # Errors
/// When no worker can be had, the budget is too small for any of it ([`BudgetTooSmall`]), it is cancelled before the first
/// launch, or the journal cannot be written.
pub fn measure(
    order: &Experiment,
    seen: Option<&Pilot>,
    mut journal: Option<&mut Journal>,
    onlooker: &mut dyn Progress,
) -> Result<(Report, Pilot)> {
    let began = Instant::now();
    let (mut order, pilot) = match seen.and_then(|pilot| pilot.part(order)) {
        Some(known) => known,
        None => {
            let order = order.keeping_artifacts()?;
            let piloted = if order.may_stretch { order.budget } else { order.budget.mul_f64(plan::PILOT) };
            let pilot = pilot::pilot(&order, piloted, onlooker)?;
            (order, pilot)
        }
    };
    if onlooker.is_cancelled() {
        bail!(WorkerError::Interrupted);
    }
    let mut report = blank(&order, &pilot)?;
    pilot.note(&mut report);
    if order.may_stretch {
        let usual = order.budget;
        order.budget = Looks::plan(&order, &pilot, began).budget_for_all().clamp(usual, MAX_STRETCH * usual);
        if order.budget > usual {
            report.run.budget_seconds = order.budget.as_secs_f64();
            report.run.notes.push(format!(
                "the usual {:.0} s are too few for all cells on this machine: up to {:.0} s are taken; --budget sets a limit",
                usual.as_secs_f64(),
                order.budget.as_secs_f64()
            ));
        }
    }
    let mut looks = Looks::plan(&order, &pilot, began);
    looks.drop_too_slow(&mut report);
    if let Some(too_small) = looks.too_small() {
        return Err(too_small.into());
    }
    report.run.launches = looks.plan.launches;
    if let Some(journal) = journal.as_deref_mut() {
        journal.begin(&report)?;
    }

    let mut random = ChaCha8Rng::seed_from_u64(order.seed);
    for launch in 1.. {
        if onlooker.is_cancelled() || looks.nothing_left() {
            break;
        }
        let started = Instant::now();
        let pace = looks.pace(launch);
        looks.drop_too_slow(&mut report);
        if pace.last < launch {
            break;
        }
        let launching = LaunchTask { number: launch, looks: &looks, pace: &pace };
        let cells = match launching.run(&report, &mut random, onlooker) {
            Err(error) if WorkerError::is_interruption(&error) => break,
            cells => cells?,
        };
        let Some(cells) = cells else { break };
        if let Some(journal) = journal.as_deref_mut() {
            journal.launch(&cells)?;
        }
        report.add(cells);
        report.run.launches_made = launch;
        looks.took(started.elapsed(), launch, pace.rounds);
    }
    report.run.launches = looks.plan.launches.max(report.run.launches_made);
    report.run.complete = report.run.launches_made >= looks.plan.launches;
    report.run.took_seconds = began.elapsed().as_secs_f64();
    Ok((report, pilot))
}

/// A run on its way: what is planned, and how it keeps to it.
struct Looks<'a> {
    order: &'a Experiment,
    pilot: &'a Pilot,
    /// What is planned for the addresses that can be measured.
    plan: Plan,
    costs: Vec<CellCost>,
    /// Their places among all.
    places: Vec<usize>,
    began: Instant,
    /// What launches took so far, and what they would have taken by the pilot.
    took: Duration,
    expected: Duration,
}

impl<'a> Looks<'a> {
    fn plan(order: &'a Experiment, pilot: &'a Pilot, began: Instant) -> Self {
        let able = pilot.costs(order).into_iter().enumerate().filter_map(|(at, cost)| Some((at, cost?)));
        let (places, costs): (Vec<_>, Vec<_>) = able.unzip();
        let time = order.budget.saturating_sub(began.elapsed()).mul_f64(plan::PLANNED);
        let plan = plan::plan(time, pilot.launching, &costs, order.launches);
        Self { order, pilot, plan, costs, places, began, took: Duration::ZERO, expected: Duration::ZERO }
    }

    /// Notes in a report what is not measured since it does not fit, and in which budget it would. What has launches keeps them.
    fn drop_too_slow(&self, report: &mut Report) {
        let width = self.order.entrants.len();
        for (share, &at) in self.plan.shares.iter().zip(&self.places) {
            let Allocation::TooSlow(needs) = share else { continue };
            let needs = plan::advice(*needs, self.pilot.took, self.pilot.was_cut);
            for cell in &mut report.cells[at * width..(at + 1) * width] {
                if cell.trouble.is_none() && cell.launches.is_empty() {
                    cell.trouble = Some(SkipReason::TooSlow { needs_seconds: Some(needs.as_secs_f64()) });
                }
            }
        }
    }

    /// The budget in which all cells fit, or zero where none can be measured.
    fn budget_for_all(&self) -> Duration {
        let needs = plan::needs(self.pilot.launching, &self.costs, self.order.launches);
        let all = needs.into_iter().max();
        all.map_or(Duration::ZERO, |needs| plan::advice(needs, self.pilot.took, self.pilot.was_cut))
    }

    fn nothing_left(&self) -> bool {
        self.plan.shares.iter().all(|share| matches!(share, Allocation::TooSlow(_)))
    }

    /// Whether there are cells that can be measured, and none of them fits.
    fn too_small(&self) -> Option<BudgetTooSmall> {
        let mut needs = plan::needs(self.pilot.launching, &self.costs, self.order.launches);
        needs.sort_unstable();
        let advice = |needs: &Duration| plan::advice(*needs, self.pilot.took, self.pilot.was_cut);
        let (for_one, for_all) = (advice(needs.first()?), advice(needs.last()?));
        self.nothing_left().then_some(BudgetTooSmall { for_one, for_all, known: !self.pilot.was_cut })
    }

    fn deadline(&self) -> Instant {
        self.began + self.order.budget
    }

    fn is_late(&self) -> bool {
        Instant::now() > self.deadline()
    }

    fn left(&self) -> Duration {
        self.deadline().saturating_duration_since(Instant::now())
    }

    /// What the next launch is to do.
    fn pace(&mut self, launch: u32) -> BudgetPacer {
        let slowness = match self.expected {
            Duration::ZERO => 1.0,
            expected => self.took.as_secs_f64() / expected.as_secs_f64(),
        };
        let left = self.left().mul_f64(IN_TIME);
        let more = self.order.launches.is_none();
        self.plan.pace(&self.costs, self.pilot.launching, launch, left, slowness, more)
    }

    /// A launch that made a share of its rounds took so long.
    fn took(&mut self, time: Duration, launch: u32, share: f64) {
        self.took += time;
        self.expected += self.plan.takes(&self.costs, self.pilot.launching, launch, share);
    }
}

/// How many times as long as the usual budget an experiment takes at most.
pub const MAX_STRETCH: u32 = 4;

/// A launch takes longer than another: this share of the time that is left is planned for.
const IN_TIME: f64 = 0.97;

/// A batch is disturbed when the system ran something else in its place for more than this share of its time.
const DISTURBED: f64 = 0.01;

/// A report with its cells, and nothing in them.
fn blank(order: &Experiment, pilot: &Pilot) -> Result<Report> {
    let mut subjects = Vec::new();
    for (entrant, Hello { about, build, .. }) in order.entrants.iter().zip(pilot.hellos.iter().cloned()) {
        let ExperimentVariant { label, spec, twin_of, held_against, .. } = entrant.clone();
        let licence = engine::parse(&spec)?.0.licence.into();
        subjects.push(Variant { label, licence, about, build, twin_of, held_against });
    }
    let cell = |at: usize, subject: usize| CellRecord {
        subject,
        address: order.addresses[at].clone(),
        handicap: pilot.carried(order, at, subject).share(),
        facts: Vec::new(),
        launches: Vec::new(),
        trouble: None,
    };
    let width = order.entrants.len();
    let cells = (0..order.addresses.len()).flat_map(|at| (0..width).map(move |subject| cell(at, subject)));
    Ok(Report {
        version: VERSION,
        metric: Metric::Time,
        machine: machine(),
        build: Build::this(),
        run: RunInfo {
            began: jiff::Timestamp::now().to_string(),
            seed: order.seed,
            budget_seconds: order.budget.as_secs_f64(),
            took_seconds: 0.0,
            launches: 0,
            launches_made: 0,
            complete: false,
            notes: Vec::new(),
        },
        subjects,
        cells: cells.collect(),
        again: None,
    })
}

/// One launch: everything that it needs to know.
struct LaunchTask<'a> {
    number: u32,
    looks: &'a Looks<'a>,
    pace: &'a BudgetPacer,
}

impl LaunchTask<'_> {
    /// The cells with the samples of this launch alone, as far as there was time for them; nothing when it was broken off.
    fn run(
        &self,
        report: &Report,
        random: &mut ChaCha8Rng,
        onlooker: &mut dyn Progress,
    ) -> Result<Option<Vec<CellRecord>>> {
        let Looks { order, plan, places, .. } = self.looks;
        let (mut crew, _) = WorkerSet::launch(&order.entrants)?;
        let mut cells: Vec<CellRecord> =
            report.cells.iter().map(|cell| CellRecord { launches: Vec::new(), ..cell.clone() }).collect();
        let rounds = |n: usize| plan.rounds(n, self.number, self.pace.rounds).map(|rounds| (places[n], rounds));
        let mut due: Vec<(usize, u32)> = (0..places.len()).filter_map(rounds).collect();
        due.shuffle(random);
        let started = Instant::now();
        for (done, &(at, rounds)) in due.iter().enumerate() {
            if onlooker.is_cancelled() {
                return Ok(None);
            }
            let in_launch = done as f64 / due.len() as f64;
            let far = (f64::from(self.number - 1) + in_launch) / f64::from(self.pace.last);
            onlooker.at(&order.addresses[at].to_string(), far, self.left(started.elapsed(), in_launch));
            if !self.address(&mut crew, at, rounds, &mut cells, random) {
                break;
            }
        }
        // What was interrupted in its last cell is no launch either.
        Ok((!onlooker.is_cancelled()).then_some(cells))
    }

    /// How long the whole still takes: by this launch where it has got far enough, and never past the deadline.
    fn left(&self, elapsed: Duration, far: f64) -> Duration {
        let launches_left = f64::from(self.pace.last - self.number) + 1.0 - far;
        let by_budget = self.looks.left();
        if far < 0.2 { by_budget } else { elapsed.mul_f64(launches_left / far).min(by_budget) }
    }

    /// All rounds of one address, or false where it got too late for that: rounds that all subjects made count.
    fn address(
        &self,
        crew: &mut WorkerSet,
        at: usize,
        rounds: u32,
        cells: &mut [CellRecord],
        random: &mut ChaCha8Rng,
    ) -> bool {
        let Looks { order, pilot, .. } = self.looks;
        let (address, width) = (&order.addresses[at], order.entrants.len());
        let records = &mut cells[at * width..(at + 1) * width];
        let fresh = benchmark::find(&address.benchmark).is_some_and(|benchmark| benchmark.fresh);
        let patience = |subject: usize| pilot.patience(at, subject);

        let mut ready = Vec::new();
        let mut subjects: Vec<_> = (0..width).filter(|subject| records[*subject].trouble.is_none()).collect();
        subjects.shuffle(random);
        for subject in subjects {
            if self.looks.is_late() {
                records.iter_mut().for_each(|record| record.launches.clear());
                return false;
            }
            let record = &mut records[subject];
            let handicap = pilot.carried(order, at, subject);
            if fresh && let Err(error) = crew.renew(subject) {
                record.trouble = Some(SkipReason::Failed { why: format!("{error:#}") });
                continue;
            }
            match crew.prepare(subject, &handicap.on(address), patience(subject)) {
                Ok(cell) => {
                    let draw = pilot.draw(order, at, subject);
                    record.launches.push(Launch::empty(self.number, draw.iterations, draw.slices));
                    ready.push((subject, draw, handicap, cell));
                }
                Err(failure) => record.trouble = Some(trouble(failure)),
            }
        }
        for round in 0..rounds {
            if self.looks.is_late() {
                // Too few rounds are worse than none.
                if round < rounds.min(plan::MIN_ROUNDS) {
                    records.iter_mut().for_each(|record| record.launches.clear());
                }
                return false;
            }
            ready.shuffle(random);
            ready.retain(|(subject, draw, handicap, cell)| {
                let record = &mut records[*subject];
                let launch = record.launches.last_mut().expect("pushed when the cell was prepared");
                let batch = BatchSpec { iterations: handicap.iterations(draw.iterations), ..*draw };
                match crew.sample(*subject, cell, batch, patience(*subject)) {
                    Ok(batch) => {
                        launch.nanoseconds.push(batch.slice.as_nanos() as f64 / draw.iterations as f64);
                        launch.each.extend(batch.each.iter().map(|took| took.as_nanos() as u64));
                        let delayed = batch.delayed.unwrap_or_default();
                        launch.disturbed += u32::from(delayed > batch.elapsed.mul_f64(DISTURBED));
                        true
                    }
                    Err(failure) => {
                        record.trouble = Some(trouble(failure));
                        record.launches.clear();
                        false
                    }
                }
            });
        }
        for (subject, _, _, cell) in ready {
            if let Err(failure) = crew.release(subject, cell) {
                records[subject].trouble = Some(trouble(failure));
            }
        }
        true
    }
}

pub(crate) fn trouble(failure: Failure) -> SkipReason {
    match failure {
        Failure::Unsupported(why) => SkipReason::Unsupported { why },
        Failure::Failed(why) => SkipReason::Failed { why },
        Failure::Lost(lost) => SkipReason::Lost { why: lost.to_string() },
    }
}
