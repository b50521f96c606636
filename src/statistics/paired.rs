//! Log ratios of paired samples, and the typical ratio.
use super::{Estimate, TOLERANCE, median};

/// `ln(a / b)` for every round of one launch, from the times of two cells in the same rounds, in any one unit. A
/// positive value means that `a` took longer. Swapping the cells only changes the sign.
///
/// `None` if the numbers of rounds differ, or a time is not positive and finite.
pub fn log_ratios(a: &[f64], b: &[f64]) -> Option<Vec<f64>> {
    if a.len() != b.len() {
        return None;
    }
    // The difference of logs rather than the log of the ratio: exactly antisymmetric, and it cannot overflow.
    Some(std::iter::zip(log_times(a)?, log_times(b)?).map(|(a, b)| a - b).collect())
}

/// The typical launch's log ratio, from the [`log_ratios`] of every launch. Each launch counts as the median of its
/// rounds, whatever their number.
///
/// `None` if a launch has no rounds, and where [`Estimate::over_launches`] has no value.
pub fn typical_ratio<L: AsRef<[f64]>>(launches: &[L]) -> Option<Estimate> {
    let medians = launches.iter().map(|launch| median(launch.as_ref())).collect::<Option<Vec<_>>>()?;
    Estimate::over_launches(&medians, TOLERANCE.ln_1p())
}

/// The typical launch's time, from the times of every launch in any unit, estimated *on the log scale*: the time is the
/// `exp` of the value, and its interval the [`exp`](super::Interval::exp) of the interval. The estimate is the
/// geometric mean of the medians of the launches that are not outlying.
///
/// `None` if a time is not positive and finite, and where [`typical_ratio`] has no value.
pub fn typical_time<L: AsRef<[f64]>>(launches: &[L]) -> Option<Estimate> {
    typical_ratio(&launches.iter().map(|launch| log_times(launch.as_ref())).collect::<Option<Vec<_>>>()?)
}

/// The logarithms of times. `None` if a time is not positive and finite.
fn log_times(times: &[f64]) -> Option<Vec<f64>> {
    times.iter().map(|time| (*time > 0.0 && time.is_finite()).then(|| time.ln())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Confidence;
    use proptest::{collection::vec, prelude::*};

    #[test]
    fn drift_cancels_round_by_round() {
        // The machine slows down by a half; `a` always takes a tenth longer than `b`.
        let b: Vec<f64> = (0..10).map(|round| 100.0 * (1.0 + 0.05 * f64::from(round))).collect();
        let a: Vec<f64> = b.iter().map(|time| time * 1.1).collect();
        for ratio in log_ratios(&a, &b).unwrap() {
            assert!((ratio.exp() - 1.1).abs() < 1e-12);
        }
    }

    #[test]
    fn a_launch_counts_as_its_median_for_any_number_of_rounds() {
        let launches = [vec![0.1, 0.1, 9.0], vec![0.1; 12], vec![0.1]];
        assert!((typical_ratio(&launches).unwrap().value() - 0.1).abs() < 1e-15);
    }

    #[test]
    fn a_typical_time_is_the_exponential_of_its_log() {
        let time = typical_time(&[[5e3], [20e3], [10e3]]).unwrap();
        assert!((time.value().exp() - 10e3).abs() < 1e-8);
        let interval = time.interval(Confidence::NINETY_FIVE).unwrap().exp().unwrap();
        assert!(interval.low > 0.0 && interval.contains(10e3));
    }

    #[test]
    fn unpaired_and_invalid_times_are_rejected() {
        assert_eq!(log_ratios(&[1.0], &[1.0, 2.0]), None);
        for value in [0.0, -1.0, f64::INFINITY, f64::NAN] {
            assert_eq!(log_ratios(&[1.0, 2.0], &[1.0, value]), None);
            assert_eq!(log_ratios(&[value, 2.0], &[1.0, 2.0]), None);
            assert_eq!(typical_time(&[[1.0, value]]), None);
        }
        assert_eq!(typical_ratio(&[vec![0.1], vec![]]), None);
        assert_eq!(typical_ratio(&[[f64::NAN]]), None);
        assert_eq!(typical_ratio::<[f64; 0]>(&[]), None);
    }

    /// The times of two cells per round, for several launches.
    fn pairs() -> impl Strategy<Value = Vec<(Vec<f64>, Vec<f64>)>> {
        let rounds = vec((1.0..1e9, 1.0..1e9), 1..12);
        vec(rounds.prop_map(|rounds| rounds.into_iter().unzip()), 1..12)
    }

    fn ratio(pairs: &[(Vec<f64>, Vec<f64>)], unit: f64) -> Estimate {
        let scaled = |times: &[f64]| times.iter().map(|time| time * unit).collect::<Vec<_>>();
        let launch = |(a, b): &(Vec<f64>, Vec<f64>)| log_ratios(&scaled(a), &scaled(b)).unwrap();
        typical_ratio(&pairs.iter().map(launch).collect::<Vec<_>>()).unwrap()
    }

    proptest! {
        #[test]
        fn the_unit_of_time_does_not_change_the_ratio(pairs in pairs(), unit in 1e-9..1e9) {
            let (a, b) = (ratio(&pairs, 1.0), ratio(&pairs, unit));
            prop_assert!((a.value() - b.value()).abs() < 1e-9);
            prop_assert_eq!(a.outlying(), b.outlying());
        }

        #[test]
        fn swapping_the_cells_changes_only_the_sign(pairs in pairs()) {
            let swapped: Vec<_> = pairs.iter().map(|(a, b)| (b.clone(), a.clone())).collect();
            let (ab, ba) = (ratio(&pairs, 1.0), ratio(&swapped, 1.0));
            prop_assert!((ab.value() + ba.value()).abs() < 1e-12);
            prop_assert_eq!((ab.outlying(), ab.inconclusive()), (ba.outlying(), ba.inconclusive()));
        }
    }
}
