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
use crate::sampling::variant::ExperimentVariant;

use super::cell::Failure;
use super::machine::machine;
use crate::catalog::benchmark;
use crate::catalog::benchmark::CellId;
use crate::engine;
use crate::results::journal::Journal;
use crate::results::{Build, CellRecord, Launch, Metric, Report, RunInfo, SkipReason, VERSION, Variant};
use crate::sampling::pilot::Pilot;
use crate::sampling::plan::{Allocation, BudgetPacer};
use crate::sampling::worker_set::WorkerSet;
use crate::worker::Hello;

/// What is to be measured.
#[derive(Debug, Clone)]
pub struct Experiment {
    /// Who takes part. The first is the reference.
    pub entrants: Vec<ExperimentVariant>,
    /// The cells of each.
    pub addresses: Vec<CellId>,
    /// What each cell carries on top of what it does, for each address and entrant in it; nothing where this is empty.
    pub handicaps: Vec<Vec<InjectedSlowdown>>,
    /// How long it may take in all.
    pub budget: Duration,
    /// How many launches.
    pub launches: u32,
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
    fn handicap(&self, at: usize, entrant: usize) -> InjectedSlowdown {
        self.handicaps.get(at).and_then(|at| at.get(entrant)).copied().unwrap_or_default()
    }
}

/// Who follows a measurement. Spoken to between batches, never during one.
pub trait Progress {
    /// What is being done, how far it is (from 0 to 1), and how long it still takes.
    fn at(&mut self, what: &str, far: f64, left: Duration);
    /// Whether to stop.
    fn is_cancelled(&self) -> bool;
}

/// A batch is disturbed when the system ran something else in its place for more than this share of its time.
const DISTURBED: f64 = 0.01;
/// What is planned for of the budget: the rest is for what takes longer than in the pilot.
const PLANNED: f64 = 0.92;

/// Measures. What was measured before it was cancelled, or ran out of budget, is in the report.
///
/// # Errors
/// When no worker can be had, the budget is too small for any of it, or the journal cannot be written.
pub fn measure(order: &Experiment, mut journal: Option<&mut Journal>, onlooker: &mut dyn Progress) -> Result<Report> {
    let began = Instant::now();
    let order = &order.keeping_artifacts()?;
    let (crew, hellos) = WorkerSet::launch(&order.entrants)?;
    let mut report = blank(order, hellos)?;

    let handicaps = |at, entrant| order.handicap(at, entrant);
    let pilot = pilot::pilot(crew, &order.addresses, &handicaps, order.budget / 2, onlooker)?;
    let costs: Vec<_> = (0..order.addresses.len()).map(|at| pilot.cost(at)).collect();
    let launching = pilot.launching * order.launches;
    let left = order.budget.mul_f64(PLANNED).saturating_sub(began.elapsed() + launching);
    let shares = plan::share(left, &costs, order.launches);
    pilot.note(&shares, &mut report);
    if !report.cells.iter().any(|cell| cell.trouble.is_none()) && !onlooker.is_cancelled() {
        let least = costs.iter().map(|cost| cost.least()).min().unwrap_or_default() + began.elapsed() + launching;
        match shares.iter().any(|share| matches!(share, Allocation::TooSlow(_))) {
            true => {
                bail!("the budget is too small for any of it; give --budget {:.0}", least.as_secs_f64() / PLANNED + 1.0)
            }
            false => return Ok(report),
        }
    }
    if let Some(journal) = journal.as_deref_mut() {
        journal.begin(&report)?;
    }

    let deadline = began + order.budget;
    let mut random = ChaCha8Rng::seed_from_u64(order.seed);
    let mut pace = BudgetPacer::begin();
    for launch in 1..=order.launches {
        let started = Instant::now();
        let Some(pace_now) = pace.keep(deadline.saturating_duration_since(started), order.launches - launch + 1) else {
            break;
        };
        if onlooker.is_cancelled() {
            break;
        }
        let plan = LaunchTask { number: launch, order, shares: &shares, pilot: &pilot, pace: pace_now, deadline };
        let Some(cells) = plan.run(&report, &mut random, onlooker)? else { break };
        if let Some(journal) = journal.as_deref_mut() {
            journal.launch(&cells)?;
        }
        report.add(cells);
        report.run.launches_made = launch;
        pace.took(started.elapsed(), pace_now);
    }
    report.run.complete = report.run.launches_made == order.launches;
    report.run.took_seconds = began.elapsed().as_secs_f64();
    Ok(report)
}

/// A report with its cells, and nothing in them.
fn blank(order: &Experiment, hellos: Vec<Hello>) -> Result<Report> {
    let mut subjects = Vec::new();
    for (entrant, Hello { about, build, .. }) in order.entrants.iter().zip(hellos) {
        let ExperimentVariant { label, spec, twin_of, held_against, .. } = entrant.clone();
        let licence = engine::parse(&spec)?.0.licence.into();
        subjects.push(Variant { label, licence, about, build, twin_of, held_against });
    }
    let cell = |at: usize, subject: usize| CellRecord {
        subject,
        address: order.addresses[at].clone(),
        handicap: order.handicap(at, subject).share(),
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
            launches: order.launches,
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
    order: &'a Experiment,
    shares: &'a [Allocation],
    pilot: &'a Pilot,
    /// The share of its rounds that it makes.
    pace: f64,
    deadline: Instant,
}

impl LaunchTask<'_> {
    /// The cells with the samples of this launch alone; nothing when it was broken off.
    fn run(
        &self,
        report: &Report,
        random: &mut ChaCha8Rng,
        onlooker: &mut dyn Progress,
    ) -> Result<Option<Vec<CellRecord>>> {
        let (mut crew, _) = WorkerSet::launch(&self.order.entrants)?;
        let mut cells: Vec<CellRecord> =
            report.cells.iter().map(|cell| CellRecord { launches: Vec::new(), ..cell.clone() }).collect();
        let mut places: Vec<usize> = (0..self.order.addresses.len()).collect();
        places.shuffle(random);
        let started = Instant::now();
        for (done, &at) in places.iter().enumerate() {
            if onlooker.is_cancelled() {
                return Ok(None);
            }
            let in_launch = done as f64 / places.len() as f64;
            let far = (f64::from(self.number - 1) + in_launch) / f64::from(self.order.launches);
            let left = self.left(started.elapsed(), in_launch);
            onlooker.at(&self.order.addresses[at].to_string(), far, left);
            if let Allocation::Rounds { launches, rounds } = self.shares[at]
                && plan::takes_part(self.number, launches, self.order.launches)
            {
                let rounds = (f64::from(rounds) * self.pace).round() as u32;
                if !self.address(&mut crew, at, rounds.max(1), &mut cells, random) {
                    return Ok(None);
                }
            }
        }
        Ok(Some(cells))
    }

    /// How long the whole still takes: by this launch where it has got far enough, and never past the deadline.
    fn left(&self, elapsed: Duration, far: f64) -> Duration {
        let launches_left = f64::from(self.order.launches - self.number) + 1.0 - far;
        let by_budget = self.deadline.saturating_duration_since(Instant::now());
        if far < 0.2 { by_budget } else { elapsed.mul_f64(launches_left / far).min(by_budget) }
    }

    fn is_late(&self) -> bool {
        Instant::now() > self.deadline
    }

    /// All rounds of one address, or false where it got too late for that.
    fn address(
        &self,
        crew: &mut WorkerSet,
        at: usize,
        rounds: u32,
        cells: &mut [CellRecord],
        random: &mut ChaCha8Rng,
    ) -> bool {
        let (address, width) = (&self.order.addresses[at], self.order.entrants.len());
        let records = &mut cells[at * width..(at + 1) * width];
        let fresh = benchmark::find(&address.benchmark).is_some_and(|benchmark| benchmark.fresh);
        let patience = |subject: usize| self.pilot.patience(at, subject);

        let mut ready = Vec::new();
        let mut subjects: Vec<_> = (0..width).filter(|subject| records[*subject].trouble.is_none()).collect();
        subjects.shuffle(random);
        for subject in subjects {
            if self.is_late() {
                return false;
            }
            let record = &mut records[subject];
            let handicap = self.order.handicap(at, subject);
            if fresh && let Err(error) = crew.renew(subject) {
                record.trouble = Some(SkipReason::Failed { why: format!("{error:#}") });
                continue;
            }
            match crew.prepare(subject, &handicap.on(address), patience(subject)) {
                Ok(cell) => {
                    let draw = self.pilot.draw(at, subject, handicap);
                    record.launches.push(Launch::empty(self.number, draw.iterations, draw.slices));
                    ready.push((subject, draw, cell));
                }
                Err(failure) => record.trouble = Some(trouble(failure)),
            }
        }
        for _ in 0..rounds {
            if self.is_late() {
                return false;
            }
            ready.shuffle(random);
            ready.retain(|(subject, draw, cell)| {
                let record = &mut records[*subject];
                let launch = record.launches.last_mut().expect("pushed when the cell was prepared");
                match crew.sample(*subject, cell, *draw, patience(*subject)) {
                    Ok(batch) => {
                        let an_iteration = |time: Duration| time.as_nanos() as f64 / draw.iterations as f64;
                        launch.nanoseconds.push(an_iteration(batch.slice));
                        launch.spun.extend((draw.spin > 0.0).then(|| an_iteration(batch.spun)));
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
        for (subject, _, cell) in ready {
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
