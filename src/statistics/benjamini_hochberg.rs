//! The Benjamini-Hochberg correction of p-values for multiple tests.

/// Benjamini-Hochberg adjusted p-values, in the order of the input.
///
/// If all adjusted p-values up to α are called discoveries, the expected share of false discoveries is at most α; if no
/// effect is real, the chance of any discovery is at most α. Y. Benjamini and Y. Hochberg, "Controlling the false
/// discovery rate", Journal of the Royal Statistical Society B 57, 1995. The bound holds for independent tests and for
/// positively dependent one-sided tests, such as tests of ratios to one reference: Y. Benjamini and D. Yekutieli, "The
/// control of the false discovery rate in multiple testing under dependency", Annals of Statistics 29, 2001.
///
/// Of n sorted p-values, the largest is multiplied by n/n, the next by n/(n - 1), the smallest by n; no adjusted value
/// exceeds the next larger one. Values outside 0 to 1 count as 1: they are in the family and never rejected.
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let p = |cell: usize| if (0.0..=1.0).contains(&p_values[cell]) { p_values[cell] } else { 1.0 };
    let mut ascending: Vec<usize> = (0..p_values.len()).collect();
    ascending.sort_by(|&a, &b| p(a).total_cmp(&p(b)));

    let mut adjusted = vec![1.0; p_values.len()];
    let mut least = 1.0_f64;
    for (rank, cell) in ascending.into_iter().enumerate().rev() {
        least = least.min(p(cell) * (p_values.len() as f64 / (rank + 1) as f64));
        adjusted[cell] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;
    use itertools::Itertools;
    use proptest::{collection::vec, prelude::*};

    #[test]
    fn adjusted_p_values_equal_those_of_r() {
        // R: p.adjust(c(.01, .04, .03, .005, .5), "BH")
        let adjusted = benjamini_hochberg(&[0.01, 0.04, 0.03, 0.005, 0.5]);
        for (computed, expected) in adjusted.iter().zip([0.025, 0.05, 0.05, 0.025, 0.5]) {
            assert!((computed - expected).abs() < 1e-12, "{adjusted:?}");
        }
        assert!(benjamini_hochberg(&[]).is_empty());
    }

    #[test]
    fn invalid_p_values_are_in_the_family_and_never_rejected() {
        assert_eq!(benjamini_hochberg(&[f64::NAN, 0.01, -1.0, 2.0]), [1.0, 0.04, 1.0, 1.0]);
    }

    proptest! {
        #[test]
        fn adjusted_p_values_lie_between_the_raw_and_the_bonferroni_values_in_their_order(p_values in vec(0.0..=1.0, 1..40)) {
            let adjusted = benjamini_hochberg(&p_values);
            for (&p, &adjusted) in p_values.iter().zip(&adjusted) {
                prop_assert!(p <= adjusted && adjusted <= (p * p_values.len() as f64).min(1.0) + 1e-12);
            }
            for ((p, adjusted), (next_p, next_adjusted)) in p_values.iter().zip(&adjusted).tuple_windows() {
                prop_assert!(p > next_p || adjusted <= next_adjusted);
                prop_assert!(p < next_p || adjusted >= next_adjusted);
            }
        }

        #[test]
        fn an_additional_p_value_of_1_decreases_no_adjusted_value(p_values in vec(0.0..=1.0, 1..40)) {
            let among = benjamini_hochberg(&[&p_values[..], &[1.0]].concat());
            prop_assert!(benjamini_hochberg(&p_values).iter().zip(among).all(|(alone, among)| among >= *alone));
        }
    }
}
