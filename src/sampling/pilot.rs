//! The pilot: a launch that is thrown away, but for what it says about sizes.
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::experiment::{Progress, trouble};
use super::injected_slowdown::InjectedSlowdown;
use super::plan::{self, Allocation, CellCost};
use super::variant::ExperimentVariant;
use super::worker_set::WorkerSet;
use crate::catalog::benchmark;
use crate::catalog::benchmark::{Benchmark, BenchmarkKind, CellId};
use crate::results::{Report, SkipReason};
use crate::sampling::cell::{BatchSpec, Failure};

/// What the pilot saw.
pub(crate) struct Pilot {
    /// To launch all workers.
    pub(crate) launching: Duration,
    /// For each address, each subject.
    cells: Vec<Vec<PilotCell>>,
    fresh: Vec<bool>,
}

/// What the pilot saw of one cell.
struct PilotCell {
    preparing: Duration,
    /// One iteration, by the timer.
    one: Duration,
    size: BatchSize,
    /// A batch as it will be asked for, with settling and the way to the worker and back.
    batch: Duration,
    facts: Vec<(String, f64)>,
    trouble: Option<SkipReason>,
}

/// How a batch is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct BatchSize {
    /// How many iterations, over all slices.
    iterations: u64,
    /// How many slices it is cut into.
    slices: u32,
    /// Whether it first runs untimed.
    settles: bool,
}

impl BatchSize {
    /// A slice for each, and enough of them for what is typical beside others.
    fn one_by_one(self) -> Self {
        let slices = u32::try_from(self.iterations).unwrap_or(u32::MAX).max(BESIDE);
        Self { iterations: slices.into(), slices, ..self }
    }

    fn draw(self) -> BatchSpec {
        let iterations = self.iterations / u64::from(self.slices);
        BatchSpec { slices: self.slices, ..BatchSpec::of(iterations, self.settles) }
    }
}

/// How often a settled batch may correct what was seen before.
const MOST_CORRECTIONS: u32 = 3;
/// How often the pilot looks at what takes less than [`SHORT`].
const LOOKS: u32 = 5;
/// How many exits beside others have the typical ones among them: a lock goes to the same thread again and again, so one may
/// wait a thousand times as long as the next thirty.
const BESIDE: u32 = 32;
/// What takes longer is believed at first sight: what comes between is little of it.
const SHORT: Duration = Duration::from_millis(100);

/// Visits every cell once.
pub(crate) fn pilot(
    mut crew: WorkerSet,
    addresses: &[CellId],
    handicaps: &dyn Fn(usize, usize) -> InjectedSlowdown,
    patience: Duration,
    onlooker: &mut dyn Progress,
) -> Result<Pilot> {
    let launched = Instant::now();
    let entrants = crew.entrants();
    for subject in 0..entrants.len() {
        crew.renew(subject)?;
    }
    let launching = launched.elapsed();
    let started = Instant::now();
    let mut pilot = Pilot { launching, cells: Vec::new(), fresh: Vec::new() };
    for (at, address) in addresses.iter().enumerate() {
        onlooker.at(&format!("pilot: {address}"), 0.0, patience * 2);
        let benchmark = benchmark::find(&address.benchmark)
            .with_context(|| format!("this build knows no benchmark `{}`", address.benchmark))?;
        let mut seen = Vec::new();
        for subject in 0..entrants.len() {
            if benchmark.fresh {
                crew.renew(subject)?;
            }
            let left = patience.saturating_sub(started.elapsed());
            seen.push(if onlooker.is_cancelled() {
                PilotCell::nothing()
            } else {
                visit(&mut crew, subject, &handicaps(at, subject).on(address), benchmark, left)
            });
        }
        equal_batches(entrants, &mut seen);
        pilot.cells.push(seen);
        pilot.fresh.push(benchmark.fresh);
    }
    Ok(pilot)
}

/// The same work in batches of the same size: what differs in that could differ in time by that alone.
fn equal_batches(entrants: &[ExperimentVariant], seen: &mut [PilotCell]) {
    for subject in 0..seen.len() {
        let same = |n: &usize| entrants[*n].spec == entrants[subject].spec && seen[*n].trouble.is_none();
        let Some(first) = (0..seen.len()).find(same).filter(|first| *first < subject) else { continue };
        seen[subject].size = seen[first].size;
    }
}

fn visit(
    crew: &mut WorkerSet,
    subject: usize,
    address: &CellId,
    benchmark: &Benchmark,
    patience: Duration,
) -> PilotCell {
    if patience.is_zero() {
        // The pilot alone took half of the budget.
        return PilotCell { trouble: Some(SkipReason::TooSlow { needs_seconds: None }), ..PilotCell::nothing() };
    }
    let started = Instant::now();
    let cell = match crew.prepare(subject, address, patience) {
        Ok(cell) => cell,
        Err(failure) => return PilotCell { trouble: Some(trouble(failure)), ..PilotCell::nothing() },
    };
    let mut preparing = started.elapsed();
    let mut seen = PilotCell { facts: cell.facts.clone(), ..PilotCell::nothing() };
    let mut sample = |draw| {
        let left = patience.saturating_sub(started.elapsed()).max(Duration::from_millis(1));
        let asked = Instant::now();
        crew.sample(subject, &cell, draw, left).map(|batch| (batch.slice, asked.elapsed()))
    };
    if let Err(failure) = seen.size(benchmark, &mut sample) {
        return PilotCell { trouble: Some(trouble(failure)), ..seen };
    }
    let releasing = Instant::now();
    if let Err(failure) = crew.release(subject, cell) {
        seen.trouble = Some(trouble(failure));
    }
    preparing += releasing.elapsed();
    PilotCell { preparing, ..seen }
}

/// Draws a batch; what the timer says of a slice, and the clock on the wall of all.
type SampleFn<'a> = &'a mut dyn FnMut(BatchSpec) -> Result<(Duration, Duration), Failure>;

impl PilotCell {
    /// Finds how many iterations make a batch, and what one takes as it will be asked for. A short batch that was
    /// disturbed tells nonsense: so it is believed once a settled one of that size says much the same.
    fn size(&mut self, benchmark: &Benchmark, sample: SampleFn) -> Result<(), Failure> {
        for _ in 0..MOST_CORRECTIONS {
            self.grow(benchmark, sample)?;
            self.size = match benchmark.prepared {
                // What one of them had to wait for is then not in the others.
                BenchmarkKind::Beside(_) => self.size.one_by_one(),
                _ => BatchSize { slices: plan::slices(self.one, self.size.iterations), ..self.size },
            };
            if !self.size.settles {
                break;
            }
            let draw = self.size.draw();
            let seen = (0..LOOKS).map(|_| sample(draw)).collect::<Result<Vec<_>, _>>()?;
            let (slice, whole) = middle(seen, |(_, whole)| *whole);
            let (before, settled) = (self.one, of_all(slice, draw.iterations));
            (self.one, self.batch) = (before.min(settled), whole);
            if settled * 2 > before {
                break;
            }
        }
        Ok(())
    }

    /// Ever larger batches, until one tells how many iterations make one. What is short is looked at a few times, and the
    /// middle counts: one exit in some has to wait for a lock whose holder does not run, a thousand times as long.
    fn grow(&mut self, benchmark: &Benchmark, sample: SampleFn) -> Result<(), Failure> {
        let (mut iterations, mut slices) = (1, 1);
        loop {
            let (slice, whole) = sample(BatchSpec { slices, ..BatchSpec::of(iterations, false) })?;
            if slices < LOOKS && !benchmark.fresh && slice < SHORT {
                slices = LOOKS;
                continue;
            }
            // Looking a few times is the pilot's; a batch that is not cut is one of these.
            self.batch = whole / slices;
            self.one = of_all(slice, iterations);
            let with_outside = of_all(whole, iterations * u64::from(slices));
            self.size.iterations = if benchmark.fresh { 1 } else { plan::iterations(self.one, with_outside) };
            self.size.settles = !benchmark.fresh && plan::settles(self.one);
            // A fifth of a batch tells well enough how many make one.
            if iterations * 5 >= self.size.iterations || iterations >= 1 << 24 {
                return Ok(());
            }
            iterations *= 4;
        }
    }

    fn nothing() -> Self {
        let none = Duration::ZERO;
        Self {
            preparing: none,
            one: none,
            size: BatchSize { iterations: 1, slices: 1, settles: false },
            batch: none,
            facts: Vec::new(),
            trouble: None,
        }
    }
}

/// The middle one of several, by some measure.
fn middle<T: Copy, K: Ord>(mut of: Vec<T>, by: impl Fn(&T) -> K) -> T {
    of.sort_by_key(by);
    of[of.len() / 2]
}

fn of_all(time: Duration, iterations: u64) -> Duration {
    time / u32::try_from(iterations).unwrap_or(u32::MAX)
}

impl Pilot {
    /// What an address takes.
    pub(crate) fn cost(&self, at: usize) -> CellCost {
        let able = || self.cells[at].iter().filter(|seen| seen.trouble.is_none());
        let fresh = self.fresh[at];
        let renewing = if fresh { self.launching } else { Duration::ZERO };
        let round = able().map(|seen| seen.batch).sum();
        CellCost { preparing: able().map(|seen| seen.preparing).sum::<Duration>() + renewing, round, fresh }
    }

    /// A batch of a cell, with what it carries on top of what the reference takes.
    pub(crate) fn draw(&self, at: usize, subject: usize, handicap: InjectedSlowdown) -> BatchSpec {
        BatchSpec { spin: handicap.spin(), ..self.cells[at][subject].size.draw() }
    }

    /// How long a question about a cell may take before it counts as hung: far longer than it ever should.
    pub(crate) fn patience(&self, at: usize, subject: usize) -> Duration {
        let seen = &self.cells[at][subject];
        Duration::from_secs(20) + 5 * (seen.preparing + seen.one)
    }

    /// Notes in a report what cannot be measured, and what is known without measuring.
    pub(crate) fn note(&self, shares: &[Allocation], report: &mut Report) {
        let cells = self.cells.iter().zip(shares).flat_map(|(seen, share)| seen.iter().map(move |seen| (seen, share)));
        for (record, (seen, share)) in report.cells.iter_mut().zip(cells) {
            record.facts.clone_from(&seen.facts);
            record.trouble.clone_from(&seen.trouble);
            if let (None, Allocation::TooSlow(needs)) = (&record.trouble, share) {
                record.trouble = Some(SkipReason::TooSlow { needs_seconds: Some(needs.as_secs_f64()) });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::benchmark::{floor, unwind};
    use crate::worker::Launcher;

    #[test]
    fn twins_make_batches_of_one_size_and_others_their_own() {
        let launcher = Launcher::new("/nowhere");
        let entrants: Vec<_> =
            ["one", "two", "one"].iter().map(|spec| ExperimentVariant::new(spec, &launcher)).collect();
        let of =
            |iterations| PilotCell { size: BatchSize { iterations, slices: 1, settles: true }, ..PilotCell::nothing() };
        let mut seen = vec![of(3), of(5), of(4)];
        equal_batches(&entrants, &mut seen);
        assert_eq!(seen.iter().map(|seen| seen.size.iterations).collect::<Vec<_>>(), [3, 5, 3]);
        seen[0] = PilotCell { trouble: Some(SkipReason::TooSlow { needs_seconds: None }), ..of(9) };
        equal_batches(&entrants, &mut seen);
        assert_eq!(seen[2].size.iterations, 3, "what could not be measured says nothing of sizes");
    }

    #[test]
    fn a_batch_that_was_disturbed_is_not_believed() {
        let mut first = true;
        // 100 ns an iteration, and 10 ms lost in the very first.
        let mut sample = |draw: BatchSpec| {
            let lost = Duration::from_millis(if std::mem::take(&mut first) { 60 } else { 0 });
            let slice = Duration::from_nanos(100 * draw.iterations) + lost;
            Ok((slice, slice * draw.slices))
        };
        let mut seen = PilotCell::nothing();
        seen.size(&floor::EMPTY, &mut sample).unwrap();
        assert_eq!(seen.one, Duration::from_nanos(100));
        assert_eq!(seen.size, BatchSize { iterations: 1_250, slices: 5, settles: true });
    }

    #[test]
    fn one_batch_that_was_disturbed_is_not_what_is_planned_for() {
        let mut first = true;
        let mut sample = |draw: BatchSpec| {
            let lost = Duration::from_millis(if draw.settle && std::mem::take(&mut first) { 60 } else { 0 });
            let slice = Duration::from_nanos(100 * draw.iterations);
            Ok((slice, slice * draw.slices + lost))
        };
        let mut seen = PilotCell::nothing();
        seen.size(&floor::EMPTY, &mut sample).unwrap();
        assert_eq!(seen.batch, Duration::from_micros(125));
    }

    #[test]
    fn what_is_not_cut_is_planned_for_as_long_as_it_takes_once() {
        let one = Duration::from_millis(8);
        let mut sample = |draw: BatchSpec| Ok((one, one * draw.slices));
        let mut seen = PilotCell::nothing();
        seen.size(&floor::EMPTY, &mut sample).unwrap();
        assert_eq!((seen.one, seen.batch), (one, one));
        assert_eq!(seen.size, BatchSize { iterations: 1, slices: 1, settles: false });
    }

    #[test]
    fn beside_others_each_iteration_is_a_slice() {
        let mut sample = |draw: BatchSpec| {
            let slice = Duration::from_nanos(40_000 * draw.iterations);
            Ok((slice, slice * draw.slices))
        };
        let mut seen = PilotCell::nothing();
        seen.size(&unwind::BESIDE, &mut sample).unwrap();
        assert_eq!(seen.size, BatchSize { iterations: 32, slices: 32, settles: true });
        assert_eq!(seen.size.draw().iterations, 1);
    }

    #[test]
    fn what_takes_long_is_looked_at_once_and_not_cut() {
        let mut drawn = 0;
        let mut sample = |draw: BatchSpec| {
            drawn += draw.slices;
            Ok((Duration::from_secs(draw.iterations), Duration::from_secs(draw.iterations)))
        };
        let mut seen = PilotCell::nothing();
        seen.size(&floor::EMPTY, &mut sample).unwrap();
        assert_eq!(seen.size, BatchSize { iterations: 1, slices: 1, settles: false });
        assert_eq!(drawn, 1);
    }
}
