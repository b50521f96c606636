//! The only timer of the project.
use std::hint::black_box;
use std::time::Duration;

use anyhow::{Result, bail};

use super::Instant;

/// A cell, ready to be sampled: whatever it needs was made before, and stays alive with it.
///
/// Criterion's `iter_custom` and the worker drive the same closure. One virtual call a batch; the loop
/// within it is monomorphic.
pub struct Prepared {
    batch: Box<dyn FnMut(u64) -> BatchTime>,
    metrics: Vec<(&'static str, f64)>,
    each: Vec<Duration>,
}

/// How many times in one iteration of a cell are kept one by one.
pub const STOPS: u32 = 8;

/// How many times of a cell are kept one by one, until they are asked for.
pub const MOST_KEPT: usize = 64;

/// What one batch took, and how its iterations ended.
#[derive(Debug)]
pub struct BatchTime {
    /// Time inside the timer, summed over the iterations.
    pub elapsed: Duration,
    /// How many iterations ended in something else than they must.
    pub astray: u64,
    /// What the first of these ended in.
    pub came: Option<String>,
    /// What each iteration took, where every single one matters.
    pub each: Vec<Duration>,
}

/// How one iteration ended: as it must, or in something else, told outside of the timer.
pub type IterationResult = Result<(), String>;

impl Prepared {
    /// Repeats `step` inside the timer. `as_it_must` judges every iteration within it too (a comparison and an
    /// addition), so that a trap is never timed as a success; `tell` says what came instead, once, outside.
    pub fn repeat<R: 'static>(
        mut step: impl FnMut() -> R + 'static,
        as_it_must: impl Fn(&R) -> bool + 'static,
        tell: impl Fn(R) -> String + 'static,
    ) -> Self {
        Self::new(move |iterations| {
            let (mut astray, mut came) = (0, None);
            let started = Instant::now();
            for _ in 0..iterations {
                let result = black_box(step());
                if !as_it_must(&result) {
                    astray += 1;
                    came.get_or_insert(result);
                }
            }
            BatchTime { elapsed: started.elapsed(), astray, came: came.map(&tell), each: Vec::new() }
        })
    }

    /// Sums what `lap` says it took, for steps that know better when the clock runs.
    pub fn laps(lap: impl FnMut() -> (Duration, IterationResult) + 'static) -> Self {
        Self::laps_keeping(0, lap)
    }

    /// The same, for what is promised of every single time: an iteration is [`STOPS`] of them, of which each is kept, and takes their
    /// mean.
    pub fn stops(lap: impl FnMut() -> (Duration, IterationResult) + 'static) -> Self {
        Self::laps_keeping(STOPS, lap)
    }

    fn laps_keeping(kept: u32, mut lap: impl FnMut() -> (Duration, IterationResult) + 'static) -> Self {
        Self::new(move |iterations| {
            let mut sample = BatchTime { elapsed: Duration::ZERO, astray: 0, came: None, each: Vec::new() };
            let repeats = kept.max(1);
            for _ in 0..iterations * u64::from(repeats) {
                let (took, ended) = lap();
                sample.elapsed += took;
                if kept > 0 {
                    sample.each.push(took);
                }
                if let Err(came) = ended {
                    sample.astray += 1;
                    sample.came.get_or_insert(came);
                }
            }
            sample.elapsed /= repeats;
            sample
        })
    }

    /// Asks for a whole batch at once, where the iterations are the guest's own: a loop inside of it. `whole` is timed,
    /// and judged once.
    pub fn bulk<R: 'static>(
        mut whole: impl FnMut(u64) -> R + 'static,
        judge: impl Fn(u64, R) -> IterationResult + 'static,
    ) -> Self {
        Self::new(move |iterations| {
            let started = Instant::now();
            let result = black_box(whole(iterations));
            let elapsed = started.elapsed();
            let came = judge(iterations, result).err();
            BatchTime { elapsed, astray: if came.is_some() { iterations } else { 0 }, came, each: Vec::new() }
        })
    }

    /// Times a whole batch as `batch` says, for what no single clock around a loop can time.
    pub fn by_batch(mut batch: impl FnMut(u64) -> (Duration, IterationResult) + 'static) -> Self {
        Self::new(move |iterations| {
            let (elapsed, ended) = batch(iterations);
            let came = ended.err();
            BatchTime { elapsed, astray: if came.is_some() { iterations } else { 0 }, came, each: Vec::new() }
        })
    }

    fn new(batch: impl FnMut(u64) -> BatchTime + 'static) -> Self {
        Self { batch: Box::new(batch), metrics: Vec::new(), each: Vec::new() }
    }

    /// Notes numbers that are known once the cell is prepared, and not timed: bytes, mostly.
    pub fn with_metrics(mut self, metrics: impl IntoIterator<Item = (&'static str, f64)>) -> Self {
        self.metrics.extend(metrics);
        self
    }

    /// The same, while `resident` lives.
    pub fn keeping(mut self, resident: impl Sized + 'static) -> Self {
        let mut batch = self.batch;
        self.batch = Box::new(move |iterations| {
            let _ = &resident;
            batch(iterations)
        });
        self
    }

    /// What was noted.
    pub fn metrics(&self) -> &[(&'static str, f64)] {
        &self.metrics
    }

    /// Runs one batch.
    ///
    /// # Errors
    /// When an iteration did not end as it must: then there is no number.
    pub fn batch(&mut self, iterations: u64) -> Result<Duration> {
        let sample = (self.batch)(iterations);
        if let Some(came) = sample.came {
            bail!("{} of {iterations} iterations did not end as they must: {came}", sample.astray);
        }
        let room = MOST_KEPT.saturating_sub(self.each.len());
        self.each.extend(sample.each.into_iter().take(room));
        Ok(sample.elapsed)
    }

    /// What single iterations took since this was last asked, where they are kept: the first [`MOST_KEPT`] of them.
    pub fn take_each(&mut self) -> Vec<Duration> {
        std::mem::take(&mut self.each)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_with_one_iteration_astray_has_no_number() {
        let mut n = 0;
        let step = move || {
            n += 1;
            n
        };
        let mut cell = Prepared::repeat(step, |n| *n != 7, |n| format!("{n} came"));
        assert!(cell.batch(6).is_ok());
        let error = cell.batch(6).unwrap_err().to_string();
        assert_eq!(error, "1 of 6 iterations did not end as they must: 7 came");
    }

    #[test]
    fn stops_are_kept_one_by_one_until_they_are_taken() {
        let mut n = 0;
        let mut cell = Prepared::stops(move || {
            n += 1;
            (Duration::from_nanos(n), Ok(()))
        });
        assert_eq!(cell.batch(1).unwrap(), Duration::from_nanos(36 / 8));
        assert_eq!(cell.take_each(), [1, 2, 3, 4, 5, 6, 7, 8].map(Duration::from_nanos));
        cell.batch(2 * MOST_KEPT as u64).unwrap();
        assert_eq!(cell.take_each().len(), MOST_KEPT);
        assert!(cell.take_each().is_empty());
    }

    #[test]
    fn self_timed_iterations_sum_their_own_times() {
        let mut cell = Prepared::laps(|| (Duration::from_nanos(3), Ok(())));
        assert_eq!(cell.batch(5).unwrap(), Duration::from_nanos(15));
        let mut cell = Prepared::laps(|| (Duration::ZERO, Err("a trap".into())));
        assert!(cell.batch(2).unwrap_err().to_string().starts_with("2 of 2 iterations"));
    }
}
