//! Theil-Sen estimation of a slope.

use itertools::Itertools;

use super::median;

/// The slope of the line through points, by the estimator of H. Theil ("A rank-invariant method of linear and polynomial
/// regression analysis", 1950) and P. K. Sen ("Estimates of the regression coefficient based on Kendall's tau", Journal
/// of the American Statistical Association 63, 1968): the median of the slopes between all pairs of points with different
/// parameters, so that a single outlier does not change the line much. `None` with fewer than three different finite
/// parameters, with a slope that is not finite, or if the lengths differ.
pub fn slope(parameters: &[f64], values: &[f64]) -> Option<f64> {
    let mut distinct: Vec<f64> = parameters.iter().copied().filter(|parameter| parameter.is_finite()).collect();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    if distinct.len() < 3 || parameters.len() != values.len() {
        return None;
    }
    let pairs = std::iter::zip(parameters, values).tuple_combinations().filter(|((x, _), (x1, _))| x1 != x);
    median(&pairs.map(|((x, y), (x1, y1))| (y1 - y) / (x1 - x)).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::btree_set, prelude::*};

    const DEPTHS: [f64; 5] = [1.0, 8.0, 64.0, 512.0, 4096.0];

    #[test]
    fn an_outlying_point_does_not_change_the_slope() {
        let mut times = DEPTHS.map(|depth| 2000.0 + 50.0 * depth);
        times[4] *= 3.0;
        assert!((slope(&DEPTHS, &times).unwrap() / 50.0 - 1.0).abs() < 0.01);
        assert_eq!(slope(&DEPTHS, &[700.0; 5]), Some(0.0));
    }

    #[test]
    fn too_few_parameters_and_invalid_values_have_no_slope() {
        for parameters in [[1.0, 2.0, 2.0], [1.0, 2.0, f64::NAN]] {
            assert_eq!(slope(&parameters, &[1.0; 3]), None);
        }
        assert_eq!(slope(&DEPTHS, &[1.0; 4]), None);
        assert_eq!(slope(&DEPTHS, &[f64::INFINITY; 5]), None);
    }

    proptest! {
        #[test]
        fn the_slope_of_any_exact_line_is_found(
            truth in 0.0..1e3_f64, start in 1.0..1e6_f64, parameters in btree_set(0_u16..5_000, 3..10),
        ) {
            let parameters: Vec<f64> = parameters.into_iter().map(f64::from).collect();
            let times: Vec<f64> = parameters.iter().map(|parameter| start + truth * parameter).collect();
            let found = slope(&parameters, &times).unwrap();
            prop_assert!((found - truth).abs() <= 1e-9 * (start + truth), "{found} for {truth}");
        }
    }
}
