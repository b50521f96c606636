//! [`Estimate`]: the value of a typical launch, a robust mean with its interval.
use super::interval::{t_exceeded, t_tail};
use super::outliers::outlying;
use super::{Confidence, Interval, median};

/// With fewer launches, outliers cannot be identified.
pub const MIN_KEPT: usize = 6;
/// From this number of launches on, the mean is trimmed by [`TRIMMED`] at each end.
const MIN_TRIMMED: usize = 12;
/// The share trimmed at each end.
const TRIMMED: f64 = 0.2;
/// A ratio with this half-width or more, on the log scale, is vague.
const VAGUE: f64 = 0.5;
/// With fewer values there is no interval.
const MIN_FOR_INTERVAL: usize = 3;

/// The *typical* launch's value, estimated from one number per launch, on the scale of these numbers: log ratios, log times,
/// nanoseconds per frame.
///
/// A launch is an outlier if it is further from the median than the tolerance (5 % of the value) and than 5 scaled MADs. The
/// estimate is the mean of the others with Student's interval; from twelve launches on, the mean trimmed by a fifth
/// at each end with the winsorized variance: K. K. Yuen, "The two-sample trimmed t for unequal population variances",
/// Biometrika 61, 1974. If fewer than [`MIN_KEPT`] launches are left, or more than 30 % are outliers, the typical launches
/// are unknown: the estimate is over all launches and [`Inconclusive`].
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    value: f64,
    spread: Option<Spread>,
    launches: usize,
    outlying: Vec<usize>,
    /// The number of outliers above the median.
    above: usize,
    inconclusive: Option<Inconclusive>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Spread {
    standard_error: f64,
    freedom: f64,
}

/// Why an estimate allows no verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inconclusive {
    /// Fewer than [`MIN_KEPT`] launches are left.
    FewLaunches,
    /// More than 30 % of the launches are outliers.
    ManyOutlying,
}

/// The side of a group of outliers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutlierSide {
    /// The outliers are greater: slower.
    Above,
    /// The outliers are less: faster.
    Below,
}

/// Two outliers are on the same side by chance in half of the cases.
const MIN_ON_A_SIDE: usize = 3;

impl Estimate {
    /// The estimate from one number per launch, in order. `tolerance` is the smallest distance of an outlier, on the scale of the
    /// numbers.
    ///
    /// `None` if there are no launches, a number is not finite, or the mean or the spread overflows.
    pub fn over_launches(values: &[f64], tolerance: f64) -> Option<Self> {
        Self::of_kept(values, outlying(values, tolerance)?, true)
    }

    /// The mean of all launches except the given outliers, so that estimates over the same launches add up.
    pub(crate) fn leaving_out(values: &[f64], outlying: Vec<usize>) -> Option<Self> {
        Self::of_kept(values, outlying, false)
    }

    fn of_kept(values: &[f64], outlying: Vec<usize>, trim: bool) -> Option<Self> {
        let middle = median(values)?;
        let kept = values.len() - outlying.len();
        let inconclusive = if outlying.len() * 10 > values.len() * 3 {
            Some(Inconclusive::ManyOutlying)
        } else {
            (kept < MIN_KEPT).then_some(Inconclusive::FewLaunches)
        };
        let counts = |launch: &usize| inconclusive.is_some() || !outlying.contains(launch);
        // Relative to the median, so that identical launches have no spread.
        let deviations: Vec<f64> = (0..values.len()).filter(counts).map(|launch| values[launch] - middle).collect();
        let share = if trim && inconclusive.is_none() && kept >= MIN_TRIMMED { TRIMMED } else { 0.0 };
        let (mean, spread) = trimmed_mean(deviations, share);
        let above = outlying.iter().filter(|launch| values[**launch] > middle).count();
        Self { value: middle + mean, spread, launches: values.len(), outlying, above, inconclusive }.if_finite()
    }

    /// The sum `value` of independent estimates and of an error with the standard deviation `more`, whose degrees of freedom are
    /// the most of the others (Welch, Satterthwaite). `None` if a part has no interval, or the sum is not finite.
    pub(crate) fn of_parts(value: f64, parts: &[&Self], more: f64) -> Option<Self> {
        let mut spreads: Vec<Spread> = parts.iter().map(|part| part.spread).collect::<Option<_>>()?;
        let freedom = spreads.iter().map(|spread| spread.freedom).fold(1.0, f64::max);
        spreads.push(Spread { standard_error: more, freedom });
        let variances = || spreads.iter().map(|spread| (spread.standard_error.powi(2), spread.freedom));
        let variance: f64 = variances().map(|(variance, _)| variance).sum();
        let squares: f64 = variances().map(|(variance, freedom)| variance.powi(2) / freedom).sum();
        let most: f64 = variances().map(|(_, freedom)| freedom).sum();
        // Without variance the quotient is undefined.
        let freedom = if squares > 0.0 { variance.powi(2) / squares } else { most };
        let spread = (freedom >= 1.0).then_some(Spread { standard_error: variance.sqrt(), freedom })?;
        let inconclusive = parts.iter().find_map(|part| part.inconclusive);
        Self { value, spread: Some(spread), launches: 0, outlying: Vec::new(), above: 0, inconclusive }.if_finite()
    }

    fn if_finite(self) -> Option<Self> {
        let has_finite_error = self.spread.is_none_or(|spread| spread.standard_error.is_finite());
        (self.value.is_finite() && has_finite_error).then_some(self)
    }

    /// The typical launch's value.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The number of launches, including outliers.
    pub fn launches(&self) -> usize {
        self.launches
    }

    /// The indices of outlying launches, in order.
    pub fn outlying(&self) -> &[usize] {
        &self.outlying
    }

    /// The side of the outliers, if all are on one and that is unlikely by chance: a second mode of processes. `None` if
    /// outliers are on both sides, or fewer than three.
    pub fn outlier_side(&self) -> Option<OutlierSide> {
        let outlying = self.outlying.len();
        match self.above {
            _ if outlying < MIN_ON_A_SIDE => None,
            0 => Some(OutlierSide::Below),
            above if above == outlying => Some(OutlierSide::Above),
            _ => None,
        }
    }

    /// The same spread around another value.
    pub fn moved_to(&self, value: f64) -> Self {
        Self { value, ..self.clone() }
    }

    /// The estimate in another unit; `factor` is the size of this unit in the other. `None` unless it is positive and finite.
    pub fn scaled(&self, factor: f64) -> Option<Self> {
        let is_factor = factor > 0.0 && factor.is_finite();
        let spread = self.spread.map(|spread| Spread { standard_error: spread.standard_error * factor, ..spread });
        Self { value: self.value * factor, spread, ..self.clone() }.if_finite().filter(|_| is_factor)
    }

    /// Why the estimate allows no verdict, if so.
    pub fn inconclusive(&self) -> Option<Inconclusive> {
        self.inconclusive
    }

    /// Whether a log ratio is shown with `?`: it is inconclusive, or half of its interval is 0.5 or more, about 50 %.
    pub fn is_vague(&self) -> bool {
        let interval = self.interval(Confidence::NINETY_FIVE);
        self.inconclusive.is_some() || interval.is_none_or(|interval| interval.half_width() >= VAGUE)
    }

    /// The standard error. `None` with fewer than three launches.
    pub fn standard_error(&self) -> Option<f64> {
        self.spread.map(|spread| spread.standard_error)
    }

    /// The degrees of freedom of the standard error. `None` with fewer than three launches.
    pub fn freedom(&self) -> Option<f64> {
        self.spread.map(|spread| spread.freedom)
    }

    /// Student's two-sided interval. `None` with fewer than three launches.
    pub fn interval(&self, confidence: Confidence) -> Option<Interval> {
        let Spread { standard_error, freedom } = self.spread?;
        Interval::around(self.value, t_exceeded(confidence.error() / 2.0, freedom) * standard_error)
    }

    /// The p-value of "the true value is above `bound`": the probability of this value or a greater one if the true value is
    /// `bound`. `None` with fewer than three launches.
    pub fn p_above(&self, bound: f64) -> Option<f64> {
        self.p_ahead(self.value - bound)
    }

    /// As [`p_above`](Self::p_above), for "the true value is below `bound`".
    pub fn p_below(&self, bound: f64) -> Option<f64> {
        self.p_ahead(bound - self.value)
    }

    fn p_ahead(&self, by: f64) -> Option<f64> {
        let Spread { standard_error, freedom } = self.spread?;
        match by / standard_error {
            t if t.is_finite() => Some(t_tail(t, freedom)),
            // Without spread the result is certain.
            _ => Some(if by > 0.0 { 0.0 } else { 1.0 }),
        }
    }
}

/// The trimmed mean and the winsorized variance. With a share of 0 it is the mean and the variance.
fn trimmed_mean(mut values: Vec<f64>, share: f64) -> (f64, Option<Spread>) {
    values.sort_by(f64::total_cmp);
    let count = values.len();
    let cut = (share * count as f64) as usize;
    let kept = count - 2 * cut;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let middle = mean(&values[cut..count - cut]);
    let (least, greatest) = (values[cut], values[count - 1 - cut]);
    values.iter_mut().for_each(|value| *value = value.clamp(least, greatest));
    let pulled_in = mean(&values);
    let squares: f64 = values.iter().map(|value| (value - pulled_in).powi(2)).sum();
    let freedom = kept as f64 - 1.0;
    let spread = || Spread { standard_error: (squares / (kept as f64 * freedom)).sqrt(), freedom };
    (middle, (count >= MIN_FOR_INTERVAL).then(spread))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*, sample::Index};

    /// The estimate from ten launches, in turn `scatter` above and below `middle`.
    pub(in crate::statistics) fn alternating(middle: f64, scatter: f64) -> Estimate {
        let launches = [middle + scatter, middle - scatter].repeat(5);
        Estimate::over_launches(&launches, crate::statistics::TOLERANCE.ln_1p()).unwrap()
    }

    fn estimate(values: &[f64]) -> Estimate {
        Estimate::over_launches(values, 0.05).unwrap()
    }

    #[test]
    fn without_outliers_it_is_students_interval() {
        // R: t.test(c(1, 2, 3, 4, 5, 6) / 100)$conf.int
        let interval = estimate(&[0.01, 0.02, 0.03, 0.04, 0.05, 0.06]).interval(Confidence::NINETY_FIVE).unwrap();
        assert!((interval.low - 0.015_366_860).abs() < 1e-8, "{interval:?}");
        assert!((interval.high - 0.054_633_140).abs() < 1e-8, "{interval:?}");
    }

    #[test]
    fn from_a_dozen_launches_on_it_is_yuens_interval() {
        // R: x <- c(1, 3, 3, 4, 5, 6, 6, 7, 8, 9, 14, 21) / 1000; n <- 12; g <- floor(.2 * n); h <- n - 2 * g
        // mean(x, .2), and with w <- pmin(pmax(x, sort(x)[g + 1]), sort(x)[n - g]):
        // mean(x, .2) + c(-1, 1) * qt(.975, h - 1) * sqrt((n - 1) * var(w) / (h * (h - 1)))
        let estimate = estimate(&[1.0, 3.0, 3.0, 4.0, 5.0, 6.0, 6.0, 7.0, 8.0, 9.0, 14.0, 21.0].map(|x: f64| x / 1e3));
        assert!((estimate.value() - 0.006).abs() < 1e-12, "{}", estimate.value());
        let winsorized = [3.0, 3.0, 3.0, 4.0, 5.0, 6.0, 6.0, 7.0, 8.0, 9.0, 9.0, 9.0].map(|x: f64| x / 1e3);
        let mean = winsorized.iter().sum::<f64>() / 12.0;
        let squares: f64 = winsorized.iter().map(|x| (x - mean).powi(2)).sum();
        assert!((estimate.standard_error().unwrap() - (squares / (8.0 * 7.0)).sqrt()).abs() < 1e-12);
        assert_eq!(estimate.freedom(), Some(7.0));
    }

    #[test]
    fn launches_that_are_all_off_to_one_side_are_a_mode() {
        let quiet = [0.001, -0.001, 0.002, -0.002, 0.0, 0.001, -0.001, 0.0];
        let with = |off: &[f64]| estimate(&[&quiet[..], off].concat()).outlier_side();
        assert_eq!(with(&[0.3, 0.2, 0.3]), Some(OutlierSide::Above));
        assert_eq!(with(&[-0.3, -0.2, -0.3]), Some(OutlierSide::Below));
        assert_eq!([with(&[0.3, -0.2, 0.3]), with(&[0.3, 0.2]), with(&[])], [None; 3]);
    }

    #[test]
    fn an_outlying_launch_is_counted_and_left_out() {
        let kept = [0.0, 0.01, -0.01, 0.005, -0.005, 0.002, -0.002];
        let with_outlier = [&kept[..3], &[0.25], &kept[3..]].concat();
        let (with, without) = (estimate(&with_outlier), estimate(&kept));
        assert_eq!((with.outlying(), with.inconclusive()), (&[3][..], None));
        assert!((with.value() - without.value()).abs() < 1e-15);
        assert!((with.standard_error().unwrap() - without.standard_error().unwrap()).abs() < 1e-15);
        assert_eq!((with.launches(), with.freedom()), (8, Some(6.0)));
    }

    #[test]
    fn where_many_are_outlying_all_of_them_count() {
        let quiet = [0.001, -0.001, 0.002, -0.002, 0.0, 0.001, -0.001];
        let third = estimate(&[&quiet[..], &[0.3, 0.3, -0.3]].concat());
        assert_eq!((third.outlying().len(), third.inconclusive()), (3, None));
        let more = estimate(&[&quiet[..6], &[0.3, 0.3, 0.3, 0.3]].concat());
        assert_eq!((more.outlying(), more.inconclusive()), (&[6, 7, 8, 9][..], Some(Inconclusive::ManyOutlying)));
        assert!((more.value() - (1.2 + 0.001) / 10.0).abs() < 1e-12, "{}", more.value());
        assert_eq!(more.freedom(), Some(9.0));
    }

    #[test]
    fn few_launches_are_inconclusive_and_two_have_no_interval() {
        assert_eq!(estimate(&[0.0; 5]).inconclusive(), Some(Inconclusive::FewLaunches));
        assert_eq!(estimate(&[0.0; 6]).inconclusive(), None);
        let seven = estimate(&[0.0, 0.0, 0.0, 0.0, 0.0, 0.3, 0.3]);
        assert_eq!((seven.inconclusive(), seven.freedom()), (Some(Inconclusive::FewLaunches), Some(6.0)));
        let two = estimate(&[0.1, 0.2]);
        assert_eq!((two.interval(Confidence::NINETY_FIVE), two.p_above(0.0), two.p_below(0.0)), (None, None, None));
        assert!(estimate(&[0.1, 0.2, 0.3]).interval(Confidence::NINETY_FIVE).is_some());
    }

    #[test]
    fn launches_that_agree_to_the_bit_are_conclusive() {
        let exact = estimate(&[0.1; 10]);
        assert_eq!(exact.interval(Confidence::NINETY_FIVE), Some(Interval { low: 0.1, high: 0.1 }));
        assert_eq!((exact.p_above(0.05), exact.p_above(0.1), exact.p_below(0.1)), (Some(0.0), Some(1.0), Some(1.0)));
    }

    #[test]
    fn values_without_a_finite_mean_have_no_estimate() {
        for values in [&[][..], &[0.0, f64::NAN], &[f64::MAX, f64::MIN, 0.0, f64::MAX], &[1e300, -1e300, 0.0]] {
            assert_eq!(Estimate::over_launches(values, 0.05), None);
        }
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_value_and_agrees_with_the_tests(
            values in vec(-0.5..0.5, 3..20), confidence in 0.5..0.9999, bound in -0.2..0.2,
        ) {
            let (estimate, confidence) = (estimate(&values), Confidence::new(confidence).unwrap());
            let interval = estimate.interval(confidence).unwrap();
            prop_assert!(interval.contains(estimate.value()));
            // The two-sided interval leaves half of its error on either side.
            let p = estimate.p_above(bound).unwrap();
            prop_assume!((p - confidence.error() / 2.0).abs() > 1e-9);
            prop_assert_eq!(interval.low > bound, p < confidence.error() / 2.0);
            prop_assert!((p + estimate.p_below(bound).unwrap() - 1.0).abs() < 1e-12);
        }

        #[test]
        fn the_order_of_launches_does_not_matter(values in vec(-0.5..0.5, 3..20), turn: Index) {
            let mut turned = values.clone();
            turned.rotate_left(turn.index(values.len()));
            let (a, b) = (estimate(&values), estimate(&turned));
            prop_assert!((a.value() - b.value()).abs() < 1e-12);
            prop_assert!((a.standard_error().unwrap() - b.standard_error().unwrap()).abs() < 1e-12);
            prop_assert_eq!((a.outlying().len(), a.inconclusive()), (b.outlying().len(), b.inconclusive()));
        }
    }
}
