//! A prepared cell, with the timed loop of its batches.
use std::fmt;
use std::hint::black_box;
use std::time::Duration;

use anyhow::{Result, bail};

use super::{Instant, timed};

/// A cell that is ready to run batches, with everything that it needs.
///
/// Criterion's `iter_custom` and the worker call the same closure. Each batch is one virtual call; the loop in it is
/// monomorphic.
pub struct Prepared {
    batch: Box<dyn FnMut(u64) -> BatchTime>,
    metrics: Vec<(&'static str, f64)>,
    each: Vec<Duration>,
}

/// The number of laps in an iteration of [`Prepared::stops`].
const STOPS: u32 = 8;

/// The most lap times that a cell keeps until [`Prepared::take_each`].
const MOST_KEPT: usize = 64;

/// The time of a batch, and the number of its failures.
#[derive(Default)]
struct BatchTime {
    /// Time inside the timer, summed over the iterations.
    elapsed: Duration,
    /// The number of iterations that did not end as expected.
    unexpected: u64,
    /// A description of the first unexpected end.
    observed: Option<String>,
    /// The lap times of [`Prepared::stops`], otherwise empty.
    each: Vec<Duration>,
}

/// The result of an iteration; the error describes an unexpected end.
pub type IterationResult = Result<(), String>;

impl Prepared {
    /// Repeats `step` inside the timer. `as_it_must` checks each result inside the timer too (a comparison and an addition), so
    /// that a trap is never timed as a success. The first unexpected result is described outside the timer.
    pub fn repeat<R: 'static>(
        mut step: impl FnMut() -> R + 'static,
        as_it_must: impl Fn(&R) -> bool + 'static,
        describe: impl Fn(R) -> String + 'static,
    ) -> Self {
        Self::new(move |iterations| {
            let (mut unexpected, mut observed) = (0, None);
            let started = Instant::now();
            for _ in 0..iterations {
                let result = black_box(step());
                if !as_it_must(&result) {
                    unexpected += 1;
                    observed.get_or_insert(result);
                }
            }
            BatchTime { elapsed: started.elapsed(), unexpected, observed: observed.map(&describe), each: Vec::new() }
        })
    }

    /// Sums the times that `lap` returns, for iterations that are not timed as a whole.
    pub fn laps(lap: impl FnMut() -> (Duration, IterationResult) + 'static) -> Self {
        Self::laps_keeping(0, lap)
    }

    /// Times how long `make` takes to make a value, which is dropped outside the timer.
    pub fn timing<T, E: fmt::Display>(mut make: impl FnMut() -> Result<T, E> + 'static) -> Self {
        Self::laps(move || {
            let (took, made) = timed(&mut make);
            (took, made.map(drop).map_err(|error| format!("{error:#}")))
        })
    }

    /// As [`laps`](Self::laps), but an iteration is `STOPS` laps and takes their mean time. The lap times are kept, because a
    /// timeout must cover the slowest stop.
    pub fn stops(lap: impl FnMut() -> (Duration, IterationResult) + 'static) -> Self {
        Self::laps_keeping(STOPS, lap)
    }

    fn laps_keeping(kept: u32, mut lap: impl FnMut() -> (Duration, IterationResult) + 'static) -> Self {
        Self::new(move |iterations| {
            let mut sample = BatchTime::default();
            let repeats = kept.max(1);
            for _ in 0..iterations * u64::from(repeats) {
                let (took, ended) = lap();
                sample.elapsed += took;
                if kept > 0 {
                    sample.each.push(took);
                }
                if let Err(observed) = ended {
                    sample.unexpected += 1;
                    sample.observed.get_or_insert(observed);
                }
            }
            sample.elapsed /= repeats;
            sample
        })
    }

    /// Runs a batch as one call of `whole`, for iterations of a loop inside the guest. The call is timed, and its result is
    /// checked once.
    pub fn bulk<R: 'static>(
        mut whole: impl FnMut(u64) -> R + 'static,
        judge: impl Fn(u64, R) -> IterationResult + 'static,
    ) -> Self {
        Self::by_batch(move |iterations| {
            let (elapsed, result) = timed(|| black_box(whole(iterations)));
            (elapsed, judge(iterations, result))
        })
    }

    /// Runs a batch as one call of `batch`, which returns the time, for batches that run on several threads.
    pub fn by_batch(mut batch: impl FnMut(u64) -> (Duration, IterationResult) + 'static) -> Self {
        Self::new(move |iterations| {
            let (elapsed, ended) = batch(iterations);
            let observed = ended.err();
            let unexpected = if observed.is_some() { iterations } else { 0 };
            BatchTime { elapsed, unexpected, observed, each: Vec::new() }
        })
    }

    fn new(batch: impl FnMut(u64) -> BatchTime + 'static) -> Self {
        Self { batch: Box::new(batch), metrics: Vec::new(), each: Vec::new() }
    }

    /// Adds metrics that are known after the preparation and are not times, such as sizes in bytes.
    pub fn with_metrics(mut self, metrics: impl IntoIterator<Item = (&'static str, f64)>) -> Self {
        self.metrics.extend(metrics);
        self
    }

    /// Keeps `resident` alive as long as the cell.
    pub fn keeping(mut self, resident: impl Sized + 'static) -> Self {
        let mut batch = self.batch;
        self.batch = Box::new(move |iterations| {
            let _ = &resident;
            batch(iterations)
        });
        self
    }

    /// The metrics.
    pub fn metrics(&self) -> &[(&'static str, f64)] {
        &self.metrics
    }

    /// Runs one batch, and returns the time inside the timer, summed over the iterations.
    ///
    /// # Errors
    /// When an iteration does not end as expected, because the time would be meaningless.
    pub fn batch(&mut self, iterations: u64) -> Result<Duration> {
        let sample = (self.batch)(iterations);
        if let Some(observed) = sample.observed {
            bail!("{} of {iterations} iterations did not end as they must: {observed}", sample.unexpected);
        }
        let room = MOST_KEPT.saturating_sub(self.each.len());
        self.each.extend(sample.each.into_iter().take(room));
        Ok(sample.elapsed)
    }

    /// Takes the lap times since the last call: the first `MOST_KEPT` of them.
    pub fn take_each(&mut self) -> Vec<Duration> {
        std::mem::take(&mut self.each)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_with_one_unexpected_result_has_no_number() {
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
