//! Confidence levels and intervals.
use statrs::distribution::{ContinuousCDF, StudentsT};

/// The share of intervals that contain the true value, between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Confidence(f64);

impl Confidence {
    /// The default.
    pub const NINETY_FIVE: Self = Self(0.95);
    /// For power: a difference that is detected in nine of ten runs.
    pub const NINETY: Self = Self(0.9);
    /// The confidence of each of two runs, so that both together have an error rate of 5 %.
    pub const EACH_OF_TWO: Self = Self(0.975);

    /// `None` unless `value` lies between 0 and 1, both excluded.
    pub fn new(value: f64) -> Option<Self> {
        (value > 0.0 && value < 1.0).then_some(Self(value))
    }

    /// The value between 0 and 1.
    pub fn value(self) -> f64 {
        self.0
    }

    /// The error rate, often written α.
    pub fn error(self) -> f64 {
        1.0 - self.0
    }
}

/// An interval with both ends included and finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// An interval around `middle`. `None` if an end is not finite.
    pub(crate) fn around(middle: f64, half_width: f64) -> Option<Self> {
        let interval = Self { low: middle - half_width, high: middle + half_width };
        (interval.low.is_finite() && interval.high.is_finite()).then_some(interval)
    }

    /// Whether the interval contains `value`.
    pub fn contains(self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// Half the distance between the ends.
    pub fn half_width(self) -> f64 {
        self.high / 2.0 - self.low / 2.0
    }

    /// The `exp` of both ends: from log ratios to ratios. `None` if an end overflows.
    pub fn exp(self) -> Option<Self> {
        let interval = Self { low: self.low.exp(), high: self.high.exp() };
        interval.high.is_finite().then_some(interval)
    }
}

/// The quantile of Student's t with `freedom` degrees that is exceeded with probability `tail`, between 0 and 1/2.
pub(crate) fn t_exceeded(tail: f64, freedom: f64) -> f64 {
    // The lower tail is precise for small probabilities.
    -students_t(freedom).inverse_cdf(tail)
}

/// The probability that Student's t with `freedom` degrees exceeds `t`.
pub(crate) fn t_tail(t: f64, freedom: f64) -> f64 {
    let tail = students_t(freedom).cdf(-t.abs());
    if t < 0.0 { 1.0 - tail } else { tail }
}

fn students_t(freedom: f64) -> StudentsT {
    StudentsT::new(0.0, 1.0, freedom).expect("estimates have at least two degrees of freedom")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn students_t_is_that_of_the_tables() {
        // R: qt(c(.05, .025, .005, .0005), df, lower.tail = FALSE)
        let table = [
            (2.0, [2.919_986, 4.302_653, 9.924_843, 31.599_055]),
            (9.0, [1.833_113, 2.262_157, 3.249_836, 4.780_913]),
            (29.0, [1.699_127, 2.045_230, 2.756_386, 3.659_405]),
        ];
        for (freedom, expected) in table {
            for (tail, expected) in [0.05, 0.025, 0.005, 0.0005].into_iter().zip(expected) {
                let t = t_exceeded(tail, freedom);
                assert!((t - expected).abs() < 1e-5, "{tail} {freedom}: {t}");
            }
        }
    }

    #[test]
    fn the_tail_of_a_quantile_is_where_it_came_from() {
        for freedom in [2.0, 5.0, 9.0, 40.0] {
            for tail in [1e-12, 1e-6, 0.001, 0.2, 0.4999] {
                let back = t_tail(t_exceeded(tail, freedom), freedom);
                assert!((back / tail - 1.0).abs() < 1e-6, "{tail} {freedom}: {back}");
                assert!((t_tail(-t_exceeded(tail, freedom), freedom) - (1.0 - tail)).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn a_confidence_lies_between_nothing_and_certainty() {
        assert_eq!(Confidence::new(0.95), Some(Confidence::NINETY_FIVE));
        for value in [0.0, 1.0, -0.5, 95.0, f64::INFINITY, f64::NAN] {
            assert_eq!(Confidence::new(value), None);
        }
    }

    #[test]
    fn no_infinity_leaves() {
        assert_eq!(Interval::around(1e308, 1e308), None);
        assert_eq!(Interval { low: 0.0, high: 1e3 }.exp(), None);
        assert_eq!(Interval { low: f64::MIN, high: f64::MAX }.half_width(), f64::MAX);
    }
}
