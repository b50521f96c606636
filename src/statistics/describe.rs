//! Descriptive statistics without assumptions about the distribution.

/// The factor from the median absolute deviation to the standard deviation of normal samples: 1 / Φ⁻¹(3/4).
const NORMAL_MAD: f64 = 1.482_602_218_505_602;

/// The middle sample, or the mean of the middle two. `None` if there are no samples, or a sample is not finite.
pub fn median(samples: &[f64]) -> Option<f64> {
    if samples.is_empty() || !samples.iter().all(|sample| sample.is_finite()) {
        return None;
    }
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    Some(sorted[(sorted.len() - 1) / 2].midpoint(sorted[sorted.len() / 2]))
}

/// The median absolute deviation from the median, scaled by 1.4826, so that it estimates the standard deviation of
/// normal samples. `None` if there are no samples, or a sample or the range is not finite.
pub fn scaled_mad(samples: &[f64]) -> Option<f64> {
    let middle = median(samples)?;
    let deviations: Vec<f64> = samples.iter().map(|sample| (sample - middle).abs()).collect();
    median(&deviations).map(|mad| mad * NORMAL_MAD).filter(|mad| mad.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};

    #[test]
    fn the_median_is_the_middle_or_the_mean_of_the_middle_two() {
        assert_eq!(median(&[16.0, 1.0, 8.0, 2.0, 4.0]), Some(4.0));
        assert_eq!(median(&[10.0, 2.0, 1.0, 3.0]), Some(2.5));
        assert_eq!(median(&[0.1; 4]), Some(0.1));
        assert_eq!(median(&[f64::MAX; 2]), Some(f64::MAX));
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
        assert_eq!(scaled_mad(&[f64::MIN, f64::MAX]), None);
    }

    proptest! {
        #[test]
        fn at_most_half_of_the_samples_lie_on_either_side(samples in vec(proptest::num::f64::NORMAL, 1..30)) {
            let middle = median(&samples).unwrap();
            prop_assert!(2 * samples.iter().filter(|sample| **sample < middle).count() <= samples.len());
            prop_assert!(2 * samples.iter().filter(|sample| **sample > middle).count() <= samples.len());
        }
    }
}
