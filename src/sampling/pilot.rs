//! The pilot: a launch that determines batch sizes and costs; its samples are not used.
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::batch::BatchSpec;
use super::cell::Failure;
use super::experiment::{Experiment, Progress};
use super::injected_slowdown::InjectedSlowdown;
use super::plan::{self, CellCost};
use super::variant::ExperimentVariant;
use super::worker_set::WorkerSet;
use crate::catalog::benchmark::{self, Benchmark, BenchmarkKind, CellId};
use crate::results::{CellRecord, Metric, Report, RunInfo, SkipReason};
use crate::worker::{Hello, WorkerError};

/// The results of the pilot. A confirmation run of the same cells needs no new pilot.
pub struct Pilot {
    /// The experiment, with the folders of its artifacts.
    pub(crate) experiment: Experiment,
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
    batch_spec: BatchSpec,
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
/// The reason if the pilot's time does not suffice.
const TOO_SLOW: SkipReason = SkipReason::TooSlow { needs_seconds: None };
/// The least time for a cell when the pilot's time is almost over.
const MIN_REQUEST: Duration = Duration::from_secs(1);

/// Visits every cell once; a control uses the results of its original. Cells for which the time does not suffice are skipped,
/// except for the first measurable cell.
pub(crate) fn pilot(experiment: Experiment, observer: &mut dyn Progress) -> Result<Pilot> {
    let Experiment { budget, may_stretch, .. } = experiment;
    let time = if may_stretch { budget } else { budget.mul_f64(plan::PILOT) };
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
        observer.at(&format!("pilot: {cell_id}"), 0.0, budget.saturating_sub(started_at.elapsed()));
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
                None if !in_time => PilotCell { skip_reason: Some(TOO_SLOW), ..PilotCell::default() },
                None => {
                    if benchmark.fresh {
                        workers.renew(index)?;
                    }
                    let cell_id = experiment.injected_slowdown(at, index).on(cell_id);
                    let timeout = left.max(if any { MIN_REQUEST } else { MAX_REQUEST });
                    let mut new = PilotCell::default();
                    let visited = new.visit(&mut workers, index, &cell_id, benchmark, timeout);
                    new.skip_reason = visited.err().map(pilot_skip_reason);
                    new
                }
            };
            seen[at].push(new);
        }
        any |= seen[at].iter().any(|seen| seen.skip_reason.is_none());
        equal_batches(variants, &mut seen[at]);
    }
    let took = started_at.elapsed();
    drop(workers);
    Ok(Pilot { experiment, hellos, starting, took, was_cut, cells: seen })
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
        seen[index].batch_spec = seen[first].batch_spec;
    }
}

/// A request that is cancelled at the end of the pilot's time is too slow; it may not have hung.
fn pilot_skip_reason(failure: Failure) -> SkipReason {
    match failure {
        Failure::Lost(WorkerError::TimedOut(after)) if after < MAX_REQUEST => TOO_SLOW,
        other => other.into(),
    }
}

/// Runs a batch; returns the time of a slice inside the timer and the wall-clock time of the request.
type SampleFn<'a> = &'a mut dyn FnMut(BatchSpec) -> Result<(Duration, Duration), Failure>;

impl PilotCell {
    /// Prepares a cell twice, because the first time may fill caches, and measures the cost after a warmup.
    fn visit(
        &mut self,
        workers: &mut WorkerSet,
        index: usize,
        cell_id: &CellId,
        benchmark: &Benchmark,
        timeout: Duration,
    ) -> Result<(), Failure> {
        if !benchmark.fresh {
            let cell = workers.prepare(index, cell_id, timeout)?;
            workers.release(index, cell)?;
        }
        let started = Instant::now();
        let cell = workers.prepare(index, cell_id, timeout)?;
        self.preparing = started.elapsed();
        self.metrics.clone_from(&cell.metrics);
        let mut sample = |batch_spec| {
            let left = timeout.saturating_sub(started.elapsed()).max(MIN_REQUEST);
            let asked = Instant::now();
            workers.sample(index, &cell, batch_spec, left).map(|batch| (batch.slice, asked.elapsed()))
        };
        self.choose_batch_size(benchmark, &mut sample)?;
        let releasing = Instant::now();
        workers.release(index, cell)?;
        self.preparing += releasing.elapsed();
        Ok(())
    }

    /// Finds the size of a batch and the cost of its request. A short batch is unreliable if it is disturbed, so a warm batch of
    /// the same size must confirm it.
    fn choose_batch_size(&mut self, benchmark: &Benchmark, sample: SampleFn) -> Result<(), Failure> {
        for _ in 0..MAX_CORRECTIONS {
            let uncut = self.grow(benchmark, sample)?;
            self.batch_spec = match benchmark.prepared {
                // Threads take turns slowly, and no two slices start alike.
                BenchmarkKind::Concurrently(_) => BatchSpec { iterations: uncut.iterations * PARALLEL_FACTOR, ..uncut },
                _ => uncut.cut(self.one),
            };
            if !self.batch_spec.warms_up {
                break;
            }
            let mut seen = (0..SHORT_SAMPLES).map(|_| sample(self.batch_spec)).collect::<Result<Vec<_>, _>>()?;
            seen.sort_by_key(|(_, whole)| *whole);
            let (slice, whole) = seen[seen.len() / 2];
            let (before, settled) = (self.one, of_all(slice, self.batch_spec.iterations));
            (self.one, self.batch) = (before.min(settled), whole);
            if settled * 2 > before {
                break;
            }
        }
        Ok(())
    }

    /// Multiplies the batch by four until it is large enough to extrapolate, and returns the batch of one slice. Short batches are
    /// repeated and the median counts, because an occasional lock can take a thousand times as long.
    fn grow(&mut self, benchmark: &Benchmark, sample: SampleFn) -> Result<BatchSpec, Failure> {
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
            if benchmark.fresh {
                return Ok(BatchSpec::default());
            }
            let uncut = BatchSpec::uncut(self.one, of_all(whole, iterations * u64::from(slices)));
            // A fifth of a batch suffices to extrapolate.
            if iterations * 5 >= uncut.iterations || iterations >= 1 << 24 {
                return Ok(uncut);
            }
            iterations *= 4;
        }
    }
}

fn of_all(time: Duration, iterations: u64) -> Duration {
    time / u32::try_from(iterations).unwrap_or(u32::MAX)
}

impl Pilot {
    /// The part of the pilot for a part of its experiment. `None` if that experiment has more cells than the pilot visited.
    pub(crate) fn part(&self, experiment: &Experiment) -> Option<Self> {
        let mut experiment = experiment.clone();
        let Experiment { variants, cell_ids, .. } = &self.experiment;
        let known = |variant: &ExperimentVariant| variants.iter().position(|known| known.label == variant.label);
        let indices = experiment.variants.iter().map(known).collect::<Option<Vec<_>>>()?;
        let place = |cell_id: &CellId| cell_ids.iter().position(|known| known == cell_id);
        let places = experiment.cell_ids.iter().map(place).collect::<Option<Vec<_>>>()?;
        for (variant, &of) in experiment.variants.iter_mut().zip(&indices) {
            variant.launcher = variants[of].launcher.clone();
        }
        Some(Self {
            experiment,
            hellos: indices.iter().map(|&of| self.hellos[of].clone()).collect(),
            starting: self.starting.mul_f64(indices.len() as f64 / variants.len() as f64),
            took: Duration::ZERO,
            was_cut: false,
            cells: places.iter().map(|&at| indices.iter().map(|&of| self.cells[at][of].clone()).collect()).collect(),
        })
    }

    /// A report without samples, with the metrics and the skipped cells of the pilot.
    pub(crate) fn blank_report(&self) -> Result<Report> {
        let Experiment { variants, cell_ids, budget, seed, .. } = &self.experiment;
        let record = |at: usize, index: usize| {
            let PilotCell { metrics, skip_reason, .. } = self.cells[at][index].clone();
            let (_, injected_slowdown) = self.batch(at, index);
            let record = CellRecord::new(index, cell_ids[at].clone(), injected_slowdown.share());
            CellRecord { metrics, skip_reason, ..record }
        };
        let cells = (0..cell_ids.len()).flat_map(|at| (0..variants.len()).map(move |index| record(at, index)));
        let run = RunInfo { seed: *seed, budget_seconds: budget.as_secs_f64(), ..RunInfo::default() };
        super::blank(Metric::Time, variants, self.hellos.clone(), run, cells.collect())
    }

    /// The indices and costs of the cells that any variant supports.
    pub(crate) fn costs(&self) -> impl Iterator<Item = (usize, CellCost)> {
        let Experiment { cell_ids, priority, .. } = &self.experiment;
        self.cells.iter().zip(cell_ids).enumerate().filter_map(|(at, (cells, cell_id))| {
            let able = || cells.iter().filter(|seen| seen.skip_reason.is_none());
            able().next()?;
            let fresh = benchmark::find(&cell_id.benchmark).is_some_and(|benchmark| benchmark.fresh);
            let renewing = if fresh { self.starting } else { Duration::ZERO };
            let round = able().map(|seen| seen.batch).sum();
            let preparing = able().map(|seen| seen.preparing).sum::<Duration>() + renewing;
            Some((at, CellCost { preparing, round, fresh, has_priority: priority.contains(cell_id) }))
        })
    }

    /// A budget that suffices for the needs of cells.
    pub(crate) fn advice(&self, needs: Duration) -> Duration {
        plan::advice(needs, self.took, self.was_cut)
    }

    /// The budgets that are large enough for one cell and for all; `None` if none can be measured.
    pub(crate) fn budgets(&self) -> Option<[Duration; 2]> {
        let costs: Vec<_> = self.costs().map(|(_, cost)| cost).collect();
        let needs = plan::needed_times(self.starting, &costs, self.experiment.launches);
        Some([needs.iter().min()?, needs.iter().max()?].map(|needs| self.advice(*needs)))
    }

    /// The batch of a cell, with the iterations that count, and its injected slowdown: none if slices would be too long.
    pub(crate) fn batch(&self, at: usize, index: usize) -> (BatchSpec, InjectedSlowdown) {
        let slowdown = |index| self.experiment.injected_slowdown(at, index);
        let slowdowns: Vec<_> = (0..self.experiment.variants.len()).map(slowdown).collect();
        let slowest = self.cells[at].iter().map(|seen| seen.one).max().unwrap_or_default();
        let batch_spec = self.cells[at][index].batch_spec;
        match InjectedSlowdown::batch_for_all(&slowdowns, batch_spec, slowest) {
            Some(batch_spec) => (batch_spec, slowdowns[index]),
            None => (batch_spec, InjectedSlowdown::None),
        }
    }

    /// The timeout of a request for a cell, far above its expected time.
    pub(crate) fn timeout(&self, at: usize, index: usize) -> Duration {
        let seen = &self.cells[at][index];
        Duration::from_secs(20) + 5 * (seen.preparing + seen.one)
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
        let variants = ["one", "two", "one"].map(|spec| ExperimentVariant::new(&BackendSpec::new(spec), &launcher));
        let of = |iterations| PilotCell { batch_spec: BatchSpec::of(iterations, true), ..PilotCell::default() };
        let mut seen = vec![of(3), of(5), of(4)];
        equal_batches(&variants, &mut seen);
        assert_eq!(seen.iter().map(|seen| seen.batch_spec.iterations).collect::<Vec<_>>(), [3, 5, 3]);
        seen[0] = PilotCell { skip_reason: Some(TOO_SLOW), ..of(9) };
        equal_batches(&variants, &mut seen);
        assert_eq!(seen[2].batch_spec.iterations, 3, "a skipped cell has no batch size");
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

    fn chosen(sample: SampleFn) -> PilotCell {
        let mut seen = PilotCell::default();
        seen.choose_batch_size(&native::EMPTY, sample).unwrap();
        seen
    }

    #[test]
    fn a_disturbed_batch_is_repeated() {
        let mut first = true;
        // 100 ns per iteration, and 15 ms lost in the very first.
        let seen = chosen(&mut |batch_spec| {
            let lost = Duration::from_millis(if std::mem::take(&mut first) { 15 } else { 0 });
            let slice = Duration::from_nanos(100 * batch_spec.iterations) + lost;
            Ok((slice, slice * batch_spec.slices))
        });
        assert_eq!(seen.one, Duration::from_nanos(100));
        assert_eq!(seen.batch_spec, BatchSpec { iterations: 250, slices: 5, warms_up: true });
    }

    #[test]
    fn one_disturbed_batch_does_not_change_the_cost() {
        let mut first = true;
        let seen = chosen(&mut |batch_spec| {
            let lost = Duration::from_millis(if batch_spec.warms_up && std::mem::take(&mut first) { 60 } else { 0 });
            let slice = Duration::from_nanos(100 * batch_spec.iterations);
            Ok((slice, slice * batch_spec.slices + lost))
        });
        assert_eq!(seen.batch, Duration::from_micros(125));
    }

    #[test]
    fn an_uncut_batch_costs_one_repetition() {
        let one = Duration::from_millis(8);
        let seen = chosen(&mut |batch_spec| Ok((one, one * batch_spec.slices)));
        assert_eq!((seen.one, seen.batch, seen.batch_spec), (one, one, BatchSpec::default()));
    }

    #[test]
    fn a_long_iteration_is_sampled_once_and_not_cut() {
        let mut drawn = 0;
        let seen = chosen(&mut |batch_spec| {
            drawn += batch_spec.slices;
            Ok((Duration::from_secs(batch_spec.iterations), Duration::from_secs(batch_spec.iterations)))
        });
        assert_eq!((drawn, seen.batch_spec), (1, BatchSpec::default()));
    }
}
