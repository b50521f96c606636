//! Benjamini-Hochberg: which of many p-values are discoveries.
/// Adjusted p-values in the order of those given: of what is at most α here, a share of at most α is expected to be
/// wrong, and where none of it is right, the chance of any is at most α. Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate",
/// Journal of the Royal Statistical Society B 57, 1995; it holds for independent tests, and for one-sided tests that
/// depend on each other positively, as ratios to one reference do: Y. Benjamini and D. Yekutieli, "The control of the
/// false discovery rate in multiple testing under dependency", Annals of Statistics 29, 2001.
///
/// The greatest of n is multiplied by n/n, the next by n/(n - 1), the least by n, none rising above the one after. What
/// is no probability counts as 1: it stays in the family and is never rejected.
pub fn discoveries(p_values: &[f64]) -> Vec<f64> {
    let p = |cell: usize| if (0.0..=1.0).contains(&p_values[cell]) { p_values[cell] } else { 1.0 };
    let mut rising: Vec<usize> = (0..p_values.len()).collect();
    rising.sort_by(|&a, &b| p(a).total_cmp(&p(b)));

    let mut adjusted = vec![1.0; p_values.len()];
    let mut least = 1.0_f64;
    for (rank, cell) in rising.into_iter().enumerate().rev() {
        least = least.min(p(cell) * (p_values.len() as f64 / (rank + 1) as f64));
        adjusted[cell] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};

    #[test]
    fn adjusted_as_r_does() {
        // R: p.adjust(c(.01, .04, .03, .005, .5), "BH")
        let adjusted = discoveries(&[0.01, 0.04, 0.03, 0.005, 0.5]);
        for (came, expected) in adjusted.iter().zip([0.025, 0.05, 0.05, 0.025, 0.5]) {
            assert!((came - expected).abs() < 1e-12, "{adjusted:?}");
        }
        assert!(discoveries(&[]).is_empty());
    }

    #[test]
    fn what_is_no_probability_is_in_the_family_and_never_rejected() {
        assert_eq!(discoveries(&[f64::NAN, 0.01, -1.0, 2.0]), [1.0, 0.04, 1.0, 1.0]);
    }

    proptest! {
        #[test]
        fn between_no_correction_and_bonferronis(p_values in vec(0.0..=1.0, 1..40)) {
            let adjusted = discoveries(&p_values);
            for (&p, &adjusted) in p_values.iter().zip(&adjusted) {
                prop_assert!(p <= adjusted && adjusted <= (p * p_values.len() as f64).min(1.0) + 1e-12);
            }
        }

        #[test]
        fn the_order_of_evidence_is_kept(p_values in vec(0.0..=1.0, 2..40)) {
            let adjusted = discoveries(&p_values);
            for (a, b) in (0..p_values.len()).zip(1..p_values.len()) {
                prop_assert!(p_values[a] > p_values[b] || adjusted[a] <= adjusted[b]);
                prop_assert!(p_values[a] < p_values[b] || adjusted[a] >= adjusted[b]);
            }
        }

        #[test]
        fn one_more_that_says_nothing_eases_nothing(p_values in vec(0.0..=1.0, 1..40)) {
            let larger = discoveries(&[&p_values[..], &[1.0]].concat());
            for (alone, among) in discoveries(&p_values).iter().zip(&larger) {
                prop_assert!(*among >= *alone);
            }
        }
    }
}
