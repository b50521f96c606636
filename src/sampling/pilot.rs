//! The pilot: a launch that determines batch sizes and costs; its samples are not used.
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::batch_size::{self, BatchSize, needs_warmup};
use super::experiment::{Experiment, Progress};
use super::injected_slowdown::InjectedSlowdown;
use super::plan::CellCost;
use super::variant::ExperimentVariant;
use super::worker_set::WorkerSet;
use crate::catalog::benchmark;
use crate::catalog::benchmark::{Benchmark, BenchmarkKind, CellId};
use crate::results::{Report, SkipReason};
use crate::sampling::cell::{BatchSpec, Failure};
use crate::worker::{Hello, WorkerError};

/// The results of the pilot. A confirmation run of the same cells needs no new pilot.
pub struct Pilot {
    /// The variants, with the folders of their artifacts.
    variants: Vec<ExperimentVariant>,
    cell_ids: Vec<CellId>,
    /// The hello of each worker.
    pub(crate) hellos: Vec<Hello>,
    /// The time to launch all workers.
    pub(crate) starting: Duration,
    /// The duration of the pilot.
    pub(crate) took: Duration,
    /// Whether the time ran out before every cell was visited.
    pub(crate) was_cut: bool,
    /// Per cell id, one cell per variant.
    cells: Vec<Vec<PilotCell>>,
}

/// The pilot's results for one cell.
#[derive(Clone, Default)]
struct PilotCell {
    preparing: Duration,
    /// The time of one iteration inside the timer.
    one: Duration,
    size: BatchSize,
    /// The time of a batch request, including warmup and communication.
    batch: Duration,
    metrics: Vec<(String, f64)>,
    skip_reason: Option<SkipReason>,
}

/// The limit of corrections by warm batches.
const MAX_CORRECTIONS: u32 = 3;
/// The number of samples of cells that take less than [`SHORT`].
const SHORT_SAMPLES: u32 = 5;
/// Batches on several threads are longer by this factor.
const PARALLEL_FACTOR: u64 = 16;
/// Longer cells are sampled once, because disturbances are small in comparison.
const SHORT: Duration = Duration::from_millis(20);
/// The timeout of a request. A request that is cancelled earlier is too slow.
const MAX_REQUEST: Duration = Duration::from_secs(20);
/// The least time for a cell when the pilot's time is almost over.
const MIN_REQUEST: Duration = Duration::from_secs(1);

/// Visits every cell once; a control uses the results of its original. Cells for which the time does not suffice are skipped,
/// except for the first measurable cell.
pub(crate) fn pilot(experiment: &Experiment, time: Duration, observer: &mut dyn Progress) -> Result<Pilot> {
    let started_at = Instant::now();
    let variants = &experiment.variants;
    let (mut workers, hellos) = WorkerSet::launch(variants)?;
    // The first worker had to be read from disk.
    let launched = Instant::now();
    drop(std::mem::replace(&mut workers, WorkerSet::launch(variants)?.0));
    let starting = launched.elapsed();
    let count = experiment.cell_ids.len();
    let mut seen: Vec<Vec<PilotCell>> = vec![Vec::new(); count];
    // Without one measurable cell, no budget can be recommended.
    let (mut was_cut, mut any) = (false, false);
    for at in spread(count) {
        let cell_id = &experiment.cell_ids[at];
        observer.at(&format!("pilot: {cell_id}"), 0.0, experiment.budget.saturating_sub(started_at.elapsed()));
        let benchmark = benchmark::find(&cell_id.benchmark)
            .with_context(|| format!("this build has no benchmark `{}`", cell_id.benchmark))?;
        for (index, variant) in variants.iter().enumerate() {
            let left = time.saturating_sub(started_at.elapsed());
            let in_time = !any || !left.is_zero();
            was_cut |= !in_time;
            let of_original = variant.control_of.and_then(|of| seen[at].get(of)).cloned();
            let new = match of_original {
                Some(same) => same,
                None if observer.is_cancelled() => PilotCell::default(),
                None if !in_time => PilotCell::skipped(SkipReason::TooSlow { needs_seconds: None }),
                None => {
                    if benchmark.fresh {
                        workers.renew(index)?;
                    }
                    let cell_id = experiment.injected_slowdown(at, index).on(cell_id);
                    let timeout = left.max(if any { MIN_REQUEST } else { MAX_REQUEST });
                    visit(&mut workers, index, &cell_id, benchmark, timeout)
                }
            };
            seen[at].push(new);
        }
        any |= seen[at].iter().any(|seen| seen.skip_reason.is_none());
        equal_batches(variants, &mut seen[at]);
    }
    Ok(Pilot {
        variants: variants.clone(),
        cell_ids: experiment.cell_ids.clone(),
        hellos,
        starting,
        took: started_at.elapsed(),
        was_cut,
        cells: seen,
    })
}

/// A fixed permutation of the indices in which neighbours are far apart, so that running out of time does not skip a whole
/// theme.
fn spread(count: usize) -> impl Iterator<Item = usize> {
    let is_coprime = |step: &usize| {
        let (mut a, mut b) = (*step, count);
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a == 1
    };
    let step = (count * 3 / 8..=count).find(is_coprime).unwrap_or(1).max(1);
    (0..count).map(move |n| n * step % count)
}

/// Gives equal cells equal batches, because the size of a batch can affect its time.
fn equal_batches(variants: &[ExperimentVariant], seen: &mut [PilotCell]) {
    for index in 0..seen.len() {
        let same = |n: &usize| variants[*n].spec == variants[index].spec && seen[*n].skip_reason.is_none();
        let Some(first) = (0..seen.len()).find(same).filter(|first| *first < index) else { continue };
        seen[index].size = seen[first].size;
    }
}

/// Prepares a cell twice, because the first time may fill caches, and measures the cost after a warmup.
fn visit(
    workers: &mut WorkerSet,
    index: usize,
    cell_id: &CellId,
    benchmark: &Benchmark,
    timeout: Duration,
) -> PilotCell {
    let failed = |failure| PilotCell::skipped(pilot_skip_reason(failure));
    if !benchmark.fresh
        && let Err(failure) = workers.prepare(index, cell_id, timeout).and_then(|cell| workers.release(index, cell))
    {
        return failed(failure);
    }
    let started = Instant::now();
    let cell = match workers.prepare(index, cell_id, timeout) {
        Ok(cell) => cell,
        Err(failure) => return failed(failure),
    };
    let mut preparing = started.elapsed();
    let mut seen = PilotCell { metrics: cell.metrics.clone(), ..PilotCell::default() };
    let mut sample = |batch_spec| {
        let left = timeout.saturating_sub(started.elapsed()).max(MIN_REQUEST);
        let asked = Instant::now();
        workers.sample(index, &cell, batch_spec, left).map(|batch| (batch.slice, asked.elapsed()))
    };
    if let Err(failure) = seen.choose_batch_size(benchmark, &mut sample) {
        return PilotCell { skip_reason: Some(pilot_skip_reason(failure)), ..seen };
    }
    let releasing = Instant::now();
    if let Err(failure) = workers.release(index, cell) {
        seen.skip_reason = Some(failure.into());
    }
    preparing += releasing.elapsed();
    PilotCell { preparing, ..seen }
}

/// A request that is cancelled at the end of the pilot's time is too slow; it may not have hung.
fn pilot_skip_reason(failure: Failure) -> SkipReason {
    match failure {
        Failure::Lost(WorkerError::TimedOut(after)) if after < MAX_REQUEST => {
            SkipReason::TooSlow { needs_seconds: None }
        }
        other => other.into(),
    }
}

/// Runs a batch; returns the time of a slice inside the timer and the wall-clock time of the request.
type SampleFn<'a> = &'a mut dyn FnMut(BatchSpec) -> Result<(Duration, Duration), Failure>;

impl PilotCell {
    /// Finds the iterations of a batch and the cost of its request. A short batch is unreliable if it is disturbed, so a warm
    /// batch of the same size must confirm it.
    fn choose_batch_size(&mut self, benchmark: &Benchmark, sample: SampleFn) -> Result<(), Failure> {
        for _ in 0..MAX_CORRECTIONS {
            self.grow(benchmark, sample)?;
            self.size.slices = batch_size::slices(self.one, self.size.iterations);
            if matches!(benchmark.prepared, BenchmarkKind::Concurrently(_)) {
                // Threads take turns slowly, and no two slices start alike.
                self.size = BatchSize { iterations: self.size.iterations * PARALLEL_FACTOR, slices: 1, ..self.size };
            }
            if !self.size.warms_up {
                break;
            }
            let batch_spec = self.size.batch_spec();
            let seen = (0..SHORT_SAMPLES).map(|_| sample(batch_spec)).collect::<Result<Vec<_>, _>>()?;
            let (slice, whole) = middle(seen, |(_, whole)| *whole);
            let (before, settled) = (self.one, of_all(slice, batch_spec.iterations));
            (self.one, self.batch) = (before.min(settled), whole);
            if settled * 2 > before {
                break;
            }
        }
        Ok(())
    }

    /// Multiplies the batch by four until it is large enough to extrapolate. Short batches are repeated and the median counts, because an
    /// occasional lock can take a thousand times as long.
    fn grow(&mut self, benchmark: &Benchmark, sample: SampleFn) -> Result<(), Failure> {
        let (mut iterations, mut slices) = (1, 1);
        loop {
            let (slice, whole) = sample(BatchSpec { slices, ..BatchSpec::of(iterations, false) })?;
            if slices < SHORT_SAMPLES && !benchmark.fresh && slice < SHORT {
                slices = SHORT_SAMPLES;
                continue;
            }
            // An uncut batch equals one repetition of the pilot.
            self.batch = whole / slices;
            self.one = of_all(slice, iterations);
            let with_outside = of_all(whole, iterations * u64::from(slices));
            self.size.iterations = if benchmark.fresh { 1 } else { batch_size::iterations(self.one, with_outside) };
            self.size.warms_up = !benchmark.fresh && needs_warmup(self.one);
            // A fifth of a batch suffices to extrapolate.
            if iterations * 5 >= self.size.iterations || iterations >= 1 << 24 {
                return Ok(());
            }
            iterations *= 4;
        }
    }

    fn skipped(reason: SkipReason) -> Self {
        Self { skip_reason: Some(reason), ..Self::default() }
    }
}

/// The median by a key.
fn middle<T: Copy, K: Ord>(mut of: Vec<T>, by: impl Fn(&T) -> K) -> T {
    of.sort_by_key(by);
    of[of.len() / 2]
}

fn of_all(time: Duration, iterations: u64) -> Duration {
    time / u32::try_from(iterations).unwrap_or(u32::MAX)
}

impl Pilot {
    /// The part of the pilot for a part of its experiment, and that experiment with the pilot's artifact folders. `None` if the
    /// experiment has more cells than the pilot visited.
    pub(crate) fn part(&self, experiment: &Experiment) -> Option<(Experiment, Self)> {
        let known = |variant: &ExperimentVariant| self.variants.iter().position(|known| known.label == variant.label);
        let indices = experiment.variants.iter().map(known).collect::<Option<Vec<_>>>()?;
        let place = |cell_id: &CellId| self.cell_ids.iter().position(|known| known == cell_id);
        let places = experiment.cell_ids.iter().map(place).collect::<Option<Vec<_>>>()?;
        let with_launcher = |(variant, &of): (&ExperimentVariant, &usize)| ExperimentVariant {
            launcher: self.variants[of].launcher.clone(),
            ..variant.clone()
        };
        let variants: Vec<_> = experiment.variants.iter().zip(&indices).map(with_launcher).collect();
        let share = indices.len() as f64 / self.variants.len() as f64;
        let part = Self {
            variants: variants.clone(),
            cell_ids: experiment.cell_ids.clone(),
            hellos: indices.iter().map(|&of| self.hellos[of].clone()).collect(),
            starting: self.starting.mul_f64(share),
            took: Duration::ZERO,
            was_cut: false,
            cells: places.iter().map(|&at| indices.iter().map(|&of| self.cells[at][of].clone()).collect()).collect(),
        };
        Some((Experiment { variants, ..experiment.clone() }, part))
    }

    /// The cost of each cell that any variant supports; `None` for others.
    pub(crate) fn costs(&self, experiment: &Experiment) -> Vec<Option<CellCost>> {
        let cost = |at: usize| {
            let able = || self.cells[at].iter().filter(|seen| seen.skip_reason.is_none());
            able().next()?;
            let fresh = benchmark::find(&self.cell_ids[at].benchmark).is_some_and(|benchmark| benchmark.fresh);
            let renewing = if fresh { self.starting } else { Duration::ZERO };
            let round = able().map(|seen| seen.batch).sum();
            let preparing = able().map(|seen| seen.preparing).sum::<Duration>() + renewing;
            Some(CellCost { preparing, round, fresh, has_priority: experiment.priority.contains(&self.cell_ids[at]) })
        };
        (0..self.cells.len()).map(cost).collect()
    }

    /// The injected slowdown of a cell; none if its slices would be too long.
    pub(crate) fn feasible_slowdown(&self, experiment: &Experiment, at: usize, index: usize) -> InjectedSlowdown {
        match self.slowed_batch(experiment, at, index) {
            Some(_) => experiment.injected_slowdown(at, index),
            None => InjectedSlowdown::None,
        }
    }

    /// The batch of a cell.
    pub(crate) fn batch_spec(&self, experiment: &Experiment, at: usize, index: usize) -> BatchSpec {
        self.slowed_batch(experiment, at, index).unwrap_or_else(|| self.cells[at][index].size.batch_spec())
    }

    /// The batch of a cell with the injected slowdowns of all variants; `None` if its slices would be too long.
    fn slowed_batch(&self, experiment: &Experiment, at: usize, index: usize) -> Option<BatchSpec> {
        let injected_slowdowns: Vec<_> =
            (0..self.variants.len()).map(|index| experiment.injected_slowdown(at, index)).collect();
        let slowest = self.cells[at].iter().map(|seen| seen.one).max().unwrap_or_default();
        InjectedSlowdown::batch_for_all(&injected_slowdowns, self.cells[at][index].size.batch_spec(), slowest)
    }

    /// The timeout of a request for a cell, far above its expected time.
    pub(crate) fn timeout(&self, at: usize, index: usize) -> Duration {
        let seen = &self.cells[at][index];
        Duration::from_secs(20) + 5 * (seen.preparing + seen.one)
    }

    /// Records skipped cells and metrics in a report.
    pub(crate) fn note(&self, report: &mut Report) {
        for (record, seen) in report.cells.iter_mut().zip(self.cells.iter().flatten()) {
            record.metrics.clone_from(&seen.metrics);
            record.skip_reason.clone_from(&seen.skip_reason);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::benchmark::native;
    use crate::engine::BackendSpec;
    use crate::worker::Launcher;

    #[test]
    fn controls_have_batches_of_equal_size() {
        let launcher = Launcher::new("/nowhere");
        let variants: Vec<_> = ["one", "two", "one"]
            .iter()
            .map(|spec| ExperimentVariant::new(&BackendSpec::new(*spec), &launcher))
            .collect();
        let of = |iterations| PilotCell {
            size: BatchSize { iterations, slices: 1, warms_up: true },
            ..PilotCell::default()
        };
        let mut seen = vec![of(3), of(5), of(4)];
        equal_batches(&variants, &mut seen);
        assert_eq!(seen.iter().map(|seen| seen.size.iterations).collect::<Vec<_>>(), [3, 5, 3]);
        seen[0] = PilotCell { skip_reason: Some(SkipReason::TooSlow { needs_seconds: None }), ..of(9) };
        equal_batches(&variants, &mut seen);
        assert_eq!(seen[2].size.iterations, 3, "a skipped cell has no batch size");
    }

    #[test]
    fn every_cell_is_visited_once_and_neighbours_are_far_apart() {
        for count in 0..300 {
            let mut visited: Vec<_> = spread(count).collect();
            if count > 30 {
                let half: Vec<_> = visited[..count / 2].iter().map(|at| at * 5 / count).collect();
                assert!((0..5).all(|fifth| half.contains(&fifth)), "{count}");
            }
            visited.sort_unstable();
            assert_eq!(visited, (0..count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_disturbed_batch_is_repeated() {
        let mut first = true;
        // 100 ns per iteration, and 15 ms lost in the very first.
        let mut sample = |batch_spec: BatchSpec| {
            let lost = Duration::from_millis(if std::mem::take(&mut first) { 15 } else { 0 });
            let slice = Duration::from_nanos(100 * batch_spec.iterations) + lost;
            Ok((slice, slice * batch_spec.slices))
        };
        let mut seen = PilotCell::default();
        seen.choose_batch_size(&native::EMPTY, &mut sample).unwrap();
        assert_eq!(seen.one, Duration::from_nanos(100));
        assert_eq!(seen.size, BatchSize { iterations: 1_250, slices: 5, warms_up: true });
    }

    #[test]
    fn one_disturbed_batch_does_not_change_the_cost() {
        let mut first = true;
        let mut sample = |batch_spec: BatchSpec| {
            let lost = Duration::from_millis(if batch_spec.warms_up && std::mem::take(&mut first) { 60 } else { 0 });
            let slice = Duration::from_nanos(100 * batch_spec.iterations);
            Ok((slice, slice * batch_spec.slices + lost))
        };
        let mut seen = PilotCell::default();
        seen.choose_batch_size(&native::EMPTY, &mut sample).unwrap();
        assert_eq!(seen.batch, Duration::from_micros(125));
    }

    #[test]
    fn an_uncut_batch_costs_one_repetition() {
        let one = Duration::from_millis(8);
        let mut sample = |batch_spec: BatchSpec| Ok((one, one * batch_spec.slices));
        let mut seen = PilotCell::default();
        seen.choose_batch_size(&native::EMPTY, &mut sample).unwrap();
        assert_eq!((seen.one, seen.batch), (one, one));
        assert_eq!(seen.size, BatchSize { iterations: 1, slices: 1, warms_up: false });
    }

    #[test]
    fn a_long_iteration_is_sampled_once_and_not_cut() {
        let mut drawn = 0;
        let mut sample = |batch_spec: BatchSpec| {
            drawn += batch_spec.slices;
            Ok((Duration::from_secs(batch_spec.iterations), Duration::from_secs(batch_spec.iterations)))
        };
        let mut seen = PilotCell::default();
        seen.choose_batch_size(&native::EMPTY, &mut sample).unwrap();
        assert_eq!(seen.size, BatchSize { iterations: 1, slices: 1, warms_up: false });
        assert_eq!(drawn, 1);
    }
}
