//! Describing samples without assuming anything of them.

/// What turns a median absolute deviation into the standard deviation of normal samples: 1 / Φ⁻¹(3/4).
const NORMAL_MAD: f64 = 1.482_602_218_505_602;

/// Samples in seven numbers, all in the samples' unit except for `count`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// How many samples.
    pub count: usize,
    /// The least.
    pub min: f64,
    /// The [`quantile`] at 1/4.
    pub lower_quartile: f64,
    /// The [`median`].
    pub median: f64,
    /// The [`quantile`] at 3/4.
    pub upper_quartile: f64,
    /// The greatest.
    pub max: f64,
    /// The [`scaled_mad`].
    pub scaled_mad: f64,
}

impl Summary {
    /// Describes samples in any order. Nothing where there are none or one of them is not finite.
    pub fn of(samples: &[f64]) -> Option<Self> {
        let sorted = sorted(samples)?;
        Some(Self {
            count: sorted.len(),
            min: sorted[0],
            lower_quartile: of_sorted(&sorted, 0.25),
            median: of_sorted(&sorted, 0.5),
            upper_quartile: of_sorted(&sorted, 0.75),
            max: sorted[sorted.len() - 1],
            scaled_mad: scaled_mad(samples)?,
        })
    }
}

/// The middle sample, or the mean of the middle two. Nothing where there are none or one of them is not finite.
pub fn median(samples: &[f64]) -> Option<f64> {
    quantile(samples, 0.5)
}

/// The quantile of type 7 (R's and NumPy's default) in R. J. Hyndman and Y. Fan, "Sample quantiles in statistical
/// packages", The American Statistician 50, 1996: between the order statistics on either side of `p (n - 1)`, counted
/// from 0, in proportion.
///
/// Nothing where there are no samples, one of them is not finite, or `p` is not from 0 to 1.
pub fn quantile(samples: &[f64], p: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&p) {
        return None;
    }
    sorted(samples).map(|sorted| of_sorted(&sorted, p))
}

/// The median absolute deviation from the median, scaled by 1.4826 so that for many normal samples it is their standard
/// deviation. Nothing where there are no samples, or one of them or their range is not finite.
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
    let place = p * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    let share = place.fract();
    // Not `below + share * (above - below)`, which overflows; clamped, since rounding may step out by a bit.
    (below * (1.0 - share) + above * share).clamp(below, above)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};

    #[test]
    fn quantiles_are_those_of_r() {
        // R: quantile(c(1, 2, 4, 8, 16), c(0, .1, .25, .5, .9, 1), type = 7)
        let samples = [16.0, 1.0, 8.0, 2.0, 4.0];
        for (p, expected) in [(0.0, 1.0), (0.1, 1.4), (0.25, 2.0), (0.5, 4.0), (0.9, 12.8), (1.0, 16.0)] {
            assert!((quantile(&samples, p).unwrap() - expected).abs() < 1e-12, "{p}");
        }
        assert_eq!(median(&[1.0, 2.0, 3.0, 10.0]), Some(2.5));
    }

    #[test]
    fn between_equal_samples_rounding_adds_nothing() {
        for place in 0..=100 {
            assert_eq!(quantile(&[0.1; 4], f64::from(place) / 100.0), Some(0.1));
        }
    }

    #[test]
    fn mad_is_that_of_r() {
        // R: mad(c(1, 2, 4, 8, 16)) is 1.4826 * median(3, 2, 0, 4, 12)
        assert!((scaled_mad(&[1.0, 2.0, 4.0, 8.0, 16.0]).unwrap() - 4.4478).abs() < 1e-4);
    }

    #[test]
    fn what_is_not_a_number_has_no_description() {
        for samples in [&[][..], &[f64::NAN], &[1.0, f64::INFINITY]] {
            assert_eq!((median(samples), scaled_mad(samples), Summary::of(samples)), (None, None, None));
        }
        assert_eq!((quantile(&[1.0], -0.1), quantile(&[1.0], 1.1), quantile(&[1.0], f64::NAN)), (None, None, None));
        assert_eq!(scaled_mad(&[f64::MIN, f64::MAX]), None);
    }

    proptest! {
        #[test]
        fn quantiles_rise_from_the_least_to_the_greatest(
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
