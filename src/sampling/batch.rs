//! A batch: its size, how it is timed, and its sample.
use std::time::{Duration, Instant};

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::engine::embedding::Prepared;
use crate::statistics::is_warm;

/// The approximate length of a timed batch, unless one iteration is longer.
const BATCH: Duration = Duration::from_micros(125);
/// The approximate length of a slice, each with a separate time.
const SLICE: Duration = Duration::from_micros(25);
/// The longest duration of a batch request as a multiple of its timed part.
const AROUND: u32 = 3;
/// Cells with longer iterations need no warmup, because a process switch is negligible.
const MAX_WARMED: Duration = Duration::from_millis(1);
/// The shortest warmup of a batch: the first iterations after another process ran are slow.
const MIN_WARMUP: Duration = Duration::from_micros(50);
/// The longest warmup of a batch.
const MAX_WARMUP: Duration = Duration::from_micros(500);

/// The size of a timed batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchSpec {
    /// Iterations per slice.
    pub iterations: u64,
    /// Number of slices, at least 1.
    pub slices: u32,
    /// Whether to run untimed until warm first.
    pub warms_up: bool,
}

/// One iteration.
impl Default for BatchSpec {
    fn default() -> Self {
        Self::of(1, false)
    }
}

impl BatchSpec {
    /// A batch of one slice.
    pub fn of(iterations: u64, warms_up: bool) -> Self {
        Self { iterations, slices: 1, warms_up }
    }

    /// The batch in one slice, by the time of one iteration inside the timer and in all.
    pub(super) fn uncut(one: Duration, with_outside: Duration) -> Self {
        let nanosecond = Duration::from_nanos(1);
        let timed = BATCH.as_nanos() / one.max(nanosecond).as_nanos();
        let in_all = (AROUND * BATCH).as_nanos() / with_outside.max(nanosecond).as_nanos();
        let iterations = u64::try_from(timed.min(in_all)).unwrap_or(u64::MAX).max(1);
        Self::of(iterations, one < MAX_WARMED)
    }

    /// A batch of one slice, cut into slices by the time of one iteration inside the timer.
    pub(super) fn cut(self, one: Duration) -> Self {
        let iterations = u128::from(self.iterations);
        let timed = one.max(Duration::from_nanos(1)).as_nanos() * iterations / SLICE.as_nanos();
        let slices = u32::try_from(timed.min(iterations)).unwrap_or(u32::MAX).max(1);
        Self { iterations: self.iterations / u64::from(slices), slices, ..self }
    }
}

/// A batch that was timed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Time inside the timer, over all slices.
    pub elapsed: Duration,
    /// Mean time of the middle half of the slices, which excludes most interruptions.
    pub slice: Duration,
    /// How long the system ran other processes, if known.
    pub delayed: Option<Duration>,
    /// What single iterations took, where every one matters: the first of them.
    pub each: Vec<Duration>,
}

/// Times a batch of a cell. It is inlined, because each frame below a cell makes its exits slower.
#[inline(always)]
pub(super) fn time_batch(cell: &mut Prepared, BatchSpec { iterations, slices, warms_up }: BatchSpec) -> Result<Batch> {
    if warms_up {
        let part = (iterations * u64::from(slices) / 8).max(1);
        let (mut times, started) = (Vec::with_capacity(64), Instant::now());
        while started.elapsed() < MAX_WARMUP && (started.elapsed() < MIN_WARMUP || !is_warm(&times)) {
            times.push(cell.batch(part)?.as_nanos() as f64);
        }
    }
    cell.take_each();
    let before = run_delay();
    let mut timed = Vec::with_capacity(slices as usize);
    // `collect` would have two frames of its own below the cell.
    for _ in 0..slices.max(1) {
        timed.push(cell.batch(iterations)?);
    }
    let delayed = before.and_then(|before| Some(run_delay()?.saturating_sub(before)));
    Ok(Batch { elapsed: timed.iter().sum(), slice: middle_half(timed), delayed, each: cell.take_each() })
}

/// The mean of the middle half: of five values, the middle three.
fn middle_half(mut of: Vec<Duration>) -> Duration {
    of.sort_unstable();
    let middle = &of[of.len() / 4..of.len() - of.len() / 4];
    middle.iter().sum::<Duration>() / u32::try_from(middle.len()).unwrap_or(u32::MAX)
}

/// How long the system ran other processes while this thread was ready to run.
fn run_delay() -> Option<Duration> {
    let schedstat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    schedstat.split(' ').nth(1)?.parse().ok().map(Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn slices_are_long_enough_to_time_and_have_at_least_one_iteration() {
        let slices = |one: Duration, with_outside| BatchSpec::uncut(one, with_outside).cut(one).slices;
        for (one, expected) in [(1, 5), (50, 5), (5_000, 5), (60_000, 2), (0, 5), (1_000_000_000, 1)] {
            let one = Duration::from_nanos(one);
            assert_eq!(slices(one, one), expected, "{one:?}");
        }
        // Most of this time is outside the timer; the part inside is too short to be cut.
        assert_eq!(slices(Duration::from_micros(1), Duration::from_millis(1)), 1);
    }

    proptest! {
        #[test]
        fn a_batch_has_the_planned_length(nanoseconds in 1u64..1_000_000_000, outside in 0u64..1_000_000) {
            let (one, whole) = (Duration::from_nanos(nanoseconds), Duration::from_nanos(nanoseconds + outside));
            let count = u32::try_from(BatchSpec::uncut(one, whole).iterations).unwrap();
            prop_assert!(count == 1 || one * count <= BATCH && whole * count <= AROUND * BATCH);
            prop_assert!(count == 1 || one * count > BATCH / 2 || whole * count > AROUND * BATCH / 2);
        }
    }

    /// A cell of a microsecond per iteration, except for one interrupted iteration.
    fn interrupted(at: u64) -> Prepared {
        let mut iteration = 0;
        Prepared::laps(move || {
            iteration += 1;
            (Duration::from_micros(if iteration == at { 5_000 } else { 1 }), Ok(()))
        })
    }

    #[test]
    fn an_interrupted_slice_does_not_change_the_sample() {
        let cut = BatchSpec { slices: 5, ..BatchSpec::of(10, false) };
        for (spec, slice) in [(cut, 10), (BatchSpec::of(50, false), 5_049)] {
            let batch = time_batch(&mut interrupted(23), spec).unwrap();
            assert_eq!([batch.slice, batch.elapsed], [slice, 5_049].map(Duration::from_micros));
        }
    }

    #[test]
    fn middle_half_is_the_mean_of_the_middle_values() {
        let of = |times: &[u64]| middle_half(times.iter().map(|time| Duration::from_nanos(*time)).collect()).as_nanos();
        assert_eq!([of(&[70]), of(&[90, 30]), of(&[50, 10, 30])], [70, 60, 30]);
        assert_eq!([of(&[900, 20, 40, 60]), of(&[0, 80, 40, 5_000, 60])], [50, 60]);
    }
}
