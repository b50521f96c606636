//! The criterion for the end of the warm-up.

/// The improvement over the second half of the batches below which the warm-up is over: 1 %.
const MAX_IMPROVEMENT: f64 = 0.01;
/// The least number of batches; two halves of one batch each are not enough.
const MIN_BATCHES: usize = 4;

/// Whether the warm-up of a series of batches, timed in any one unit from the first batch on, is over: the best time of
/// the second half is less than 1 % below the best time of the first half. Waiting twice as long gained nothing, so the
/// criterion needs no time scale. It does not detect an improvement that is too slow for the batches timed so far.
///
/// The criterion uses best times because disturbances only add time, and would otherwise extend the warm-up on a busy
/// machine. It does not wait for a machine that slows down; paired rounds compensate for that.
///
/// `false` with fewer than four batches or with a time that is not positive and finite, so the caller needs a limit.
pub fn is_warm(batches: &[f64]) -> bool {
    let best = |batches: &[f64]| batches.iter().copied().fold(f64::INFINITY, f64::min);
    let (first, second) = batches.split_at(batches.len() / 2);
    batches.len() >= MIN_BATCHES
        && batches.iter().all(|time| *time > 0.0 && time.is_finite())
        && best(second) > best(first) * (1.0 - MAX_IMPROVEMENT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Times that decrease from `1 + excess` to 1, by a factor of e per `scale` batches.
    fn warming(excess: f64, scale: f64) -> impl Iterator<Item = f64> {
        (0..).map(move |batch| 1.0 + excess * (-f64::from(batch) / scale).exp())
    }

    /// The number of batches until the warm-up is over.
    fn batches_until_warm(times: impl Iterator<Item = f64>) -> usize {
        let times: Vec<f64> = times.take(10_000).collect();
        (1..=times.len()).find(|batches| is_warm(&times[..*batches])).expect("the warm-up ends")
    }

    #[test]
    fn constant_times_are_warm_after_the_least_number_of_batches() {
        assert_eq!(batches_until_warm(std::iter::repeat(1.0)), MIN_BATCHES);
    }

    #[test]
    fn decreasing_times_and_invalid_times_are_not_warm() {
        assert!(!is_warm(&[1.3, 1.2, 1.1, 1.0]) && !is_warm(&[[1.3; 5], [1.0; 5]].concat()));
        assert!(is_warm(&[1.3, 1.0, 1.0, 1.0]));
        for time in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(!is_warm(&[1.0, 1.0, 1.0, time]));
        }
        assert!(!is_warm(&[]));
    }

    #[test]
    fn a_disturbance_neither_ends_nor_extends_the_warm_up() {
        assert!(!is_warm(&[1.3, 1.2, 9.0, 1.1, 1.0, 9.0]));
        assert!(is_warm(&[1.0, 1.0, 1.0, 9.0]) && is_warm(&[9.0, 1.0, 9.0, 1.0]));
    }

    proptest! {
        #[test]
        fn an_improvement_visible_in_the_first_batches_is_almost_complete(excess in 0.1..3.0, share in 0.0..1.0) {
            // The improvement must be visible in the first four batches: more than 1 % from the second to the fourth.
            let scale = 0.3 + share * 20.0 * excess;
            let batches = batches_until_warm(warming(excess, scale));
            let remaining = warming(excess, scale).nth(batches - 1).unwrap() - 1.0;
            prop_assert!(remaining < 0.005, "{remaining} remains after {batches}");
            // At most twice the batches that the times need to come within 1 %, and a few more.
            let least = warming(excess, scale).position(|time| time < 1.01).unwrap();
            prop_assert!(batches <= 2 * least + MIN_BATCHES, "{batches} where {least} suffice");
        }
    }
}
