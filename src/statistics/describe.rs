//! Descriptive statistics without assumptions about the distribution.

/// The factor from the median absolute deviation to the standard deviation of normal samples: 1 / Φ⁻¹(3/4).
const NORMAL_MAD: f64 = 1.482_602_218_505_602;

/// The middle sample, or the mean of the middle two. `None` if there are no samples, or a sample is not finite.
pub fn median(samples: &[f64]) -> Option<f64> {
    quantile(samples, 0.5)
}

/// The quantile of type 7 (R's and NumPy's default) in R. J. Hyndman and Y. Fan, "Sample quantiles in statistical
/// packages", The American Statistician 50, 1996: linear interpolation at `p (n - 1)` between the order statistics,
/// counted from 0.
///
/// `None` if there are no samples, a sample is not finite, or `p` is not between 0 and 1.
pub fn quantile(samples: &[f64], p: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&p) {
        return None;
    }
    sorted(samples).map(|sorted| of_sorted(&sorted, p))
}

/// The median absolute deviation from the median, scaled by 1.4826, so that it estimates the standard deviation of
/// normal samples. `None` if there are no samples, or a sample or the range is not finite.
pub fn scaled_mad(samples: &[f64]) -> Option<f64> {
    let middle = median(samples)?;
    let deviations: Vec<f64> = samples.iter().map(|sample| (sample - middle).abs()).collect();
    median(&deviations).map(|mad| mad * NORMAL_MAD).filter(|mad| mad.is_finite())
}

fn sorted(samples: &[f64]) -> Option<Vec<f64>> {
    if samples.is_empty() || !samples.iter().all(|sample| sample.is_finite()) {
        return None;
    }
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    Some(sorted)
}

fn of_sorted(sorted: &[f64], p: f64) -> f64 {
    let position = p * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[position.floor() as usize], sorted[position.ceil() as usize]);
    let share = position.fract();
    // `below + share * (above - below)` can overflow. The clamp removes rounding errors.
    (below * (1.0 - share) + above * share).clamp(below, above)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};

    #[test]
    fn quantiles_equal_those_of_r() {
        // R: quantile(c(1, 2, 4, 8, 16), c(0, .1, .25, .5, .9, 1), type = 7)
        let samples = [16.0, 1.0, 8.0, 2.0, 4.0];
        for (p, expected) in [(0.0, 1.0), (0.1, 1.4), (0.25, 2.0), (0.5, 4.0), (0.9, 12.8), (1.0, 16.0)] {
            assert!((quantile(&samples, p).unwrap() - expected).abs() < 1e-12, "{p}");
        }
        assert_eq!(median(&[1.0, 2.0, 3.0, 10.0]), Some(2.5));
    }

    #[test]
    fn quantiles_of_equal_samples_have_no_rounding_error() {
        for percent in 0..=100 {
            assert_eq!(quantile(&[0.1; 4], f64::from(percent) / 100.0), Some(0.1));
        }
    }

    #[test]
    fn the_scaled_mad_equals_that_of_r() {
        // R: mad(c(1, 2, 4, 8, 16)) is 1.4826 * median(3, 2, 0, 4, 12)
        assert!((scaled_mad(&[1.0, 2.0, 4.0, 8.0, 16.0]).unwrap() - 4.4478).abs() < 1e-4);
    }

    #[test]
    fn invalid_samples_have_no_statistics() {
        for samples in [&[][..], &[f64::NAN], &[1.0, f64::INFINITY]] {
            assert_eq!((median(samples), scaled_mad(samples)), (None, None));
        }
        assert_eq!((quantile(&[1.0], -0.1), quantile(&[1.0], 1.1), quantile(&[1.0], f64::NAN)), (None, None, None));
        assert_eq!(scaled_mad(&[f64::MIN, f64::MAX]), None);
    }

    proptest! {
        #[test]
        fn quantiles_increase_from_the_minimum_to_the_maximum(
            samples in vec(proptest::num::f64::NORMAL, 1..30), p in 0.0..=1.0, q in 0.0..=1.0,
        ) {
            let at = |p| quantile(&samples, p).unwrap();
            prop_assert!(at(0.0) <= at(p) && at(p) <= at(1.0));
            prop_assert_eq!(at(0.0), samples.iter().copied().fold(f64::INFINITY, f64::min));
            prop_assert_eq!(at(1.0), samples.iter().copied().fold(f64::NEG_INFINITY, f64::max));
            prop_assert_eq!(p <= q, at(p.min(q)) <= at(p.max(q)) && p <= q);
        }
    }
}
