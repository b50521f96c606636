//! The size of a batch: iterations, slices, warmup.
use std::time::Duration;

use super::cell::BatchSpec;

/// The approximate length of a timed batch, unless one iteration is longer.
const BATCH: Duration = Duration::from_micros(125);
/// The approximate length of a slice, each with a separate time.
const SLICE: Duration = Duration::from_micros(25);
/// The longest duration of a batch request as a multiple of its timed part.
const AROUND: u32 = 3;
/// Cells with longer iterations need no warmup, because a process switch is negligible.
const MAX_WARMED: Duration = Duration::from_millis(1);

/// The size of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BatchSize {
    /// Iterations over all slices.
    pub(crate) iterations: u64,
    /// The number of slices.
    pub(crate) slices: u32,
    /// Whether to run untimed first.
    pub(crate) warms_up: bool,
}

impl Default for BatchSize {
    fn default() -> Self {
        Self { iterations: 1, slices: 1, warms_up: false }
    }
}

impl BatchSize {
    pub(crate) fn batch_spec(self) -> BatchSpec {
        let iterations = self.iterations / u64::from(self.slices);
        BatchSpec { slices: self.slices, ..BatchSpec::of(iterations, self.warms_up) }
    }
}

/// The iterations of a batch, by the time of one iteration inside the timer and in all.
pub(crate) fn iterations(one: Duration, with_outside: Duration) -> u64 {
    let nanosecond = Duration::from_nanos(1);
    let timed = BATCH.as_nanos() / one.max(nanosecond).as_nanos();
    let in_all = (AROUND * BATCH).as_nanos() / with_outside.max(nanosecond).as_nanos();
    u64::try_from(timed.min(in_all)).unwrap_or(u64::MAX).max(1)
}

/// The slices of a batch, by the time of one iteration inside the timer.
pub(crate) fn slices(one: Duration, iterations: u64) -> u32 {
    let timed = one.max(Duration::from_nanos(1)).as_nanos() * u128::from(iterations) / SLICE.as_nanos();
    u32::try_from(timed.min(u128::from(iterations))).unwrap_or(u32::MAX).max(1)
}

/// Whether a batch needs a warmup, by the time of one iteration.
pub(crate) fn needs_warmup(one: Duration) -> bool {
    one < MAX_WARMED
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn slices_are_long_enough_to_time_and_have_at_least_one_iteration() {
        let of = |one: Duration| slices(one, iterations(one, one));
        assert_eq!([1, 50, 5_000, 60_000].map(|ns| of(Duration::from_nanos(ns))), [5, 5, 5, 2]);
        assert_eq!((of(Duration::ZERO), of(Duration::from_secs(1))), (5, 1));
        // Most of this time is outside the timer; the part inside is too short to be cut.
        let one = Duration::from_micros(1);
        assert_eq!(slices(one, iterations(one, Duration::from_millis(1))), 1);
    }

    proptest! {
        #[test]
        fn a_batch_has_the_planned_length(nanoseconds in 1u64..1_000_000_000, outside in 0u64..1_000_000) {
            let (one, whole) = (Duration::from_nanos(nanoseconds), Duration::from_nanos(nanoseconds + outside));
            let count = u32::try_from(iterations(one, whole)).unwrap();
            prop_assert!(count == 1 || one * count <= BATCH && whole * count <= AROUND * BATCH);
            prop_assert!(count == 1 || one * count > BATCH / 2 || whole * count > AROUND * BATCH / 2);
        }
    }
}
