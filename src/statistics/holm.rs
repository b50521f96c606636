/// Holm's adjusted p-values, in the order of those given: rejecting what is at most α here is wrong about anything at
/// all with a probability of at most α, however the tests depend on each other. S. Holm, "A simple sequentially
/// rejective multiple test procedure", Scandinavian Journal of Statistics 6, 1979.
///
/// The least of n is multiplied by n, the next by n - 1, and so on, none falling below the one before. What is no
/// probability counts as 1: it stays in the family and is never rejected.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let p = |cell: usize| if (0.0..=1.0).contains(&p_values[cell]) { p_values[cell] } else { 1.0 };
    let mut rising: Vec<usize> = (0..p_values.len()).collect();
    rising.sort_by(|&a, &b| p(a).total_cmp(&p(b)));

    let mut adjusted = vec![1.0; p_values.len()];
    let mut greatest = 0.0_f64;
    for (step, cell) in rising.into_iter().enumerate() {
        greatest = greatest.max(p(cell) * (p_values.len() - step) as f64).min(1.0);
        adjusted[cell] = greatest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};

    #[test]
    fn adjusted_as_r_does() {
        // R: p.adjust(c(.01, .04, .03, .005, .5), "holm")
        let adjusted = holm(&[0.01, 0.04, 0.03, 0.005, 0.5]);
        for (came, expected) in adjusted.iter().zip([0.04, 0.09, 0.09, 0.025, 0.5]) {
            assert!((came - expected).abs() < 1e-12, "{adjusted:?}");
        }
        assert!(holm(&[]).is_empty());
    }

    #[test]
    fn what_is_no_probability_is_in_the_family_and_never_rejected() {
        assert_eq!(holm(&[f64::NAN, 0.01, -1.0, 2.0]), [1.0, 0.04, 1.0, 1.0]);
    }

    proptest! {
        #[test]
        fn between_no_correction_and_bonferronis(p_values in vec(0.0..=1.0, 1..40)) {
            let adjusted = holm(&p_values);
            for (&p, &adjusted) in p_values.iter().zip(&adjusted) {
                prop_assert!(p <= adjusted && adjusted <= (p * p_values.len() as f64).min(1.0) + 1e-12);
            }
        }

        #[test]
        fn the_order_of_evidence_is_kept(p_values in vec(0.0..=1.0, 2..40)) {
            let adjusted = holm(&p_values);
            for (a, b) in (0..p_values.len()).zip(1..p_values.len()) {
                prop_assert!(p_values[a] > p_values[b] || adjusted[a] <= adjusted[b]);
                prop_assert!(p_values[a] < p_values[b] || adjusted[a] >= adjusted[b]);
            }
        }

        #[test]
        fn a_larger_family_rejects_no_more(p_values in vec(0.0..=1.0, 1..40), one_more in 0.0..=1.0) {
            let larger = holm(&[&p_values[..], &[one_more]].concat());
            for (alone, among) in holm(&p_values).iter().zip(&larger) {
                prop_assert!(*among >= *alone);
            }
        }
    }
}
