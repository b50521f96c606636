//! Splits a total into its measured parts and a rest.
use super::{Estimate, TOLERANCE, median, outliers};

/// The parts of a time and the rest. They add up to the total, because all are means over the same launches.
#[derive(Debug, Clone, PartialEq)]
pub struct Breakdown {
    /// The total, in the unit of the times.
    pub total: Estimate,
    /// The measured parts, in the given order.
    pub parts: Vec<Estimate>,
    /// The rest. It is negative if the parts cost more alone than within the total.
    pub rest: Estimate,
}

/// Splits a total into its parts and a rest. Each part has one time per launch (its median), in the order of the launches.
///
/// The rest is computed per launch and then estimated like the others. So its interval includes the errors of the total and
/// of all parts, and common errors (a slow launch) cancel, unlike in a sum of squares.
///
/// A launch that is an outlier of one estimate is excluded from all: by more than 5 % of the typical total for the rest, by
/// more than 5 % of their own value for the others, and always by more than 5 MADs.
///
/// `None` if a part and the total have different numbers of launches, and where [`Estimate::over_launches`] has no value.
pub fn breakdown<P: AsRef<[f64]>>(total: &[f64], parts: &[P]) -> Option<Breakdown> {
    let parts: Vec<&[f64]> = parts.iter().map(AsRef::as_ref).collect();
    if parts.iter().any(|part| part.len() != total.len()) {
        return None;
    }
    let left = |launch: usize| total[launch] - parts.iter().map(|part| part[launch]).sum::<f64>();
    let rest: Vec<f64> = (0..total.len()).map(left).collect();

    let tolerance = |values: &[f64]| TOLERANCE * median(values).unwrap_or(0.0).abs();
    let mut outlying = outliers::outlying(&rest, tolerance(total))?;
    for values in parts.iter().chain([&total]) {
        outlying.extend(outliers::outlying(values, tolerance(values))?);
    }
    outlying.sort_unstable();
    outlying.dedup();

    let typical = |values: &[f64]| Estimate::leaving_out(values, outlying.clone());
    Some(Breakdown {
        total: typical(total)?,
        parts: parts.iter().map(|part| typical(part)).collect::<Option<_>>()?,
        rest: typical(&rest)?,
    })
}

impl Breakdown {
    /// The same shares of another total.
    pub fn of_total(&self, total: f64) -> Option<Self> {
        let factor = total / self.total.value();
        let parts = self.parts.iter().map(|part| part.scaled(factor)).collect::<Option<_>>()?;
        Some(Self { total: self.total.scaled(factor)?, parts, rest: self.rest.scaled(factor)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::{Confidence, Inconclusive};
    use proptest::{collection::vec, prelude::*};

    /// Ten launches, each a little slower than the one before.
    fn launches(time: f64) -> Vec<f64> {
        (0..10).map(|launch| time * (1.0 + 0.003 * f64::from(launch))).collect()
    }

    #[test]
    fn the_rest_is_the_difference_and_common_noise_cancels() {
        let breakdown = breakdown(&launches(6.0), &[launches(5.0), launches(0.9)]).unwrap();
        assert!((breakdown.rest.value() - 0.1 * 1.0135).abs() < 1e-12);
        // A sum of squares would exceed the error of the total alone.
        assert!(breakdown.rest.standard_error().unwrap() < 0.05 * breakdown.total.standard_error().unwrap());
    }

    #[test]
    fn errors_that_are_not_shared_add_up_in_squares() {
        let wobble = |time: f64, pattern: [f64; 8]| pattern.map(|sign| time + 0.01 * sign);
        let total = wobble(6.0, [1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0]);
        let part = wobble(5.0, [1.0, 1.0, -1.0, -1.0, 1.0, 1.0, -1.0, -1.0]);
        let Breakdown { total, parts, rest } = breakdown(&total, &[part]).unwrap();
        let squares = total.standard_error().unwrap().hypot(parts[0].standard_error().unwrap());
        assert!((rest.standard_error().unwrap() / squares - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_rest_may_be_negative() {
        let rest = breakdown(&launches(6.0), &[launches(5.0), launches(1.5)]).unwrap().rest;
        assert!(rest.interval(Confidence::NINETY_FIVE).unwrap().high < 0.0);
    }

    #[test]
    fn a_launch_that_is_outlying_in_one_part_is_left_out_of_all() {
        let mut part = launches(5.0);
        part[4] = 9.0;
        let Breakdown { total, parts, rest } = breakdown(&launches(6.0), &[part]).unwrap();
        assert_eq!([total.outlying(), parts[0].outlying(), rest.outlying()], [&[4][..]; 3]);
        assert_eq!(rest.inconclusive(), None);
    }

    #[test]
    fn unequal_and_invalid_launches_have_no_breakdown() {
        assert_eq!(breakdown(&launches(6.0), &[vec![5.0; 9]]), None);
        assert_eq!(breakdown(&[], &[vec![]]), None);
        assert_eq!(breakdown(&[1.0, f64::NAN], &[[1.0, 1.0]]), None);
    }

    #[test]
    fn few_launches_are_inconclusive_here_too() {
        let few = breakdown(&launches(6.0)[..4], &[&launches(5.0)[..4]]).unwrap();
        assert_eq!(few.rest.inconclusive(), Some(Inconclusive::FewLaunches));
    }

    #[test]
    fn of_another_total_the_shares_are_the_same() {
        let breakdown = breakdown(&launches(6.0), &[launches(5.0)]).unwrap();
        let other = breakdown.of_total(3.0).unwrap();
        assert_eq!(other.total.value(), 3.0);
        let share = |of: &Breakdown| of.parts[0].value() / of.total.value();
        assert!((share(&breakdown) - share(&other)).abs() < 1e-12);
        assert!((other.parts[0].value() + other.rest.value() - 3.0).abs() < 1e-12);
        assert_eq!(breakdown.of_total(-1.0), None);
    }

    proptest! {
        #[test]
        fn parts_and_rest_add_up(launches in vec((1.0..1e6, 1.0..1e6, 1.0..1e6), 1..15)) {
            let column = |pick: fn(&(f64, f64, f64)) -> f64| launches.iter().map(pick).collect::<Vec<_>>();
            let breakdown = breakdown(&column(|l| l.0), &[column(|l| l.1), column(|l| l.2)]).unwrap();
            let sum = breakdown.parts.iter().map(Estimate::value).sum::<f64>() + breakdown.rest.value();
            prop_assert!((sum - breakdown.total.value()).abs() < 1e-6);
        }
    }
}
