//! Theil-Sen estimation of a linear cost.
use super::{Error, Estimate, OUTLYING, median, paired::log_times};

/// The largest accepted distance of a point from the line, as a share of the point's time: 10 %.
pub const MOST_DEPARTURE: f64 = 0.10;

/// The growth of a cost over a parameter, such as the number of frames, threads or modules.
#[derive(Debug, Clone, PartialEq)]
pub enum Growth {
    /// The times lie on a line.
    Line {
        /// Time per unit of the parameter, in the times' unit. It may be negative.
        slope: Estimate,
        /// Time at parameter 0, in the times' unit, extrapolated from the line. It may be negative.
        start: Estimate,
    },
    /// The times do not lie on a line, and a slope would mislead.
    NoLine {
        /// The largest distance of a point from the line, as a share of its time: more than [`MOST_DEPARTURE`].
        departure: f64,
    },
}

/// The growth of times over a parameter. `launches` has, per launch, one time per parameter, in the parameters' order.
///
/// Each launch gives one slope, by the estimator of H. Theil ("A rank-invariant method of linear and polynomial
/// regression analysis", 1950) and P. K. Sen ("Estimates of the regression coefficient based on Kendall's tau", Journal
/// of the American Statistical Association 63, 1968): the median of the slopes between all pairs of points with
/// different parameters, so that a single outlier does not change the line much. The result is an [`Estimate`] over the
/// launches' slopes.
///
/// The medians over all launches decide whether there is a line, so that an outlying launch cannot reject it: each
/// median must lie within [`MOST_DEPARTURE`] of the line.
///
/// # Errors
/// [`Error::FewPoints`] with fewer than three different parameters; [`Error::Unpaired`] if a launch does not have one
/// time per parameter; [`Error::NotATime`] if a time is not positive and finite; the errors of
/// [`Estimate::over_launches`].
pub fn growth<L: AsRef<[f64]>>(parameters: &[f64], launches: &[L]) -> Result<Growth, Error> {
    check(parameters)?;
    for times in launches.iter().map(AsRef::as_ref) {
        if times.len() != parameters.len() {
            return Err(Error::Unpaired { left: parameters.len(), right: times.len() });
        }
        log_times(times)?;
    }
    let over_launches = |point| median(&launches.iter().map(|times| times.as_ref()[point]).collect::<Vec<_>>());
    let typical = (0..parameters.len()).map(over_launches).collect::<Option<Vec<_>>>().ok_or(Error::NoLaunches)?;
    let line = FittedLine::through(parameters, &typical).ok_or(Error::TooFarApart)?;
    match line.departure(parameters, &typical) {
        departure if departure <= MOST_DEPARTURE => {}
        departure if departure.is_finite() => return Ok(Growth::NoLine { departure }),
        _ => return Err(Error::TooFarApart),
    }

    let lines = launches.iter().map(|times| FittedLine::through(parameters, times.as_ref()));
    let lines = lines.collect::<Option<Vec<_>>>().ok_or(Error::TooFarApart)?;
    let estimate = |number: fn(&FittedLine) -> f64, tolerance| {
        Estimate::over_launches(&lines.iter().map(number).collect::<Vec<_>>(), tolerance)
    };
    // Relative to the smallest time, because the start may be close to 0.
    let least_time = typical.iter().copied().fold(f64::INFINITY, f64::min);
    Ok(Growth::Line {
        slope: estimate(|line| line.slope, OUTLYING * line.slope.abs())?,
        start: estimate(|line| line.start, OUTLYING * least_time)?,
    })
}

/// The slope of the line through points that are not launches: the median of the slopes between all pairs of points
/// with different parameters, as in [`growth`]. `None` with fewer than three different parameters, or if the lengths
/// differ.
pub fn slope(parameters: &[f64], values: &[f64]) -> Option<f64> {
    check(parameters).ok().filter(|()| parameters.len() == values.len())?;
    FittedLine::through(parameters, values).map(|line| line.slope)
}

struct FittedLine {
    slope: f64,
    start: f64,
}

impl FittedLine {
    fn through(parameters: &[f64], times: &[f64]) -> Option<Self> {
        let points = || std::iter::zip(parameters, times);
        let slopes = points().enumerate().flat_map(|(n, (x, y))| {
            points().skip(n + 1).filter(move |(other, _)| *other != x).map(move |(x1, y1)| (y1 - y) / (x1 - x))
        });
        let slope = median(&slopes.collect::<Vec<_>>())?;
        let start = median(&points().map(|(x, y)| y - slope * x).collect::<Vec<_>>())?;
        Some(Self { slope, start })
    }

    fn at(&self, parameter: f64) -> f64 {
        self.start + self.slope * parameter
    }

    fn departure(&self, parameters: &[f64], times: &[f64]) -> f64 {
        std::iter::zip(parameters, times).map(|(x, y)| (y - self.at(*x)).abs() / y).fold(0.0, f64::max)
    }
}

fn check(parameters: &[f64]) -> Result<(), Error> {
    let mut distinct: Vec<f64> = parameters.iter().copied().filter(|parameter| parameter.is_finite()).collect();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    // Parameters that are not finite do not count.
    if distinct.len() < 3 { Err(Error::FewPoints { distinct: distinct.len() }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Confidence;
    use proptest::{collection::btree_set, prelude::*};

    const DEPTHS: [f64; 5] = [1.0, 8.0, 64.0, 512.0, 4096.0];

    /// Ten launches, each scaled by a factor within 1 %.
    fn launches(time: impl Fn(f64) -> f64) -> Vec<Vec<f64>> {
        let launch = |n: i32| DEPTHS.iter().map(|depth| time(*depth) * (1.0 + 0.002 * f64::from(n))).collect();
        (-5..5).map(launch).collect()
    }

    #[test]
    fn times_on_a_line_have_a_slope_and_a_start() {
        let Ok(Growth::Line { slope, start }) = growth(&DEPTHS, &launches(|depth| 2000.0 + 50.0 * depth)) else {
            panic!("no line")
        };
        assert!(slope.interval(Confidence::NINETY_FIVE).unwrap().contains(50.0), "{slope:?}");
        assert!(start.interval(Confidence::NINETY_FIVE).unwrap().contains(2000.0), "{start:?}");
        assert!((slope.value() / 50.0 - 1.0).abs() < 0.01 && (start.value() / 2000.0 - 1.0).abs() < 0.01);
    }

    #[test]
    fn an_outlying_point_and_an_outlying_launch_do_not_change_the_slope() {
        let mut launches = launches(|depth| 2000.0 + 50.0 * depth);
        launches[3][4] *= 3.0;
        launches[7].iter_mut().for_each(|time| *time *= 1.25);
        let Ok(Growth::Line { slope, .. }) = growth(&DEPTHS, &launches) else { panic!("no line") };
        assert!((slope.value() / 50.0 - 1.0).abs() < 0.01, "{slope:?}");
        assert!(slope.outlying().contains(&7));
    }

    #[test]
    fn constant_times_have_a_slope_of_0() {
        let Ok(Growth::Line { slope, .. }) = growth(&DEPTHS, &vec![[700.0; 5]; 10]) else { panic!("no line") };
        assert_eq!(slope.value(), 0.0);
    }

    #[test]
    fn times_on_a_curve_or_a_step_have_no_line() {
        for time in [|depth: f64| 2000.0 + depth.powi(2), |depth| if depth < 500.0 { 2000.0 } else { 2500.0 }] {
            assert!(matches!(growth(&DEPTHS, &launches(time)), Ok(Growth::NoLine { departure }) if departure > 0.1));
        }
    }

    #[test]
    fn invalid_parameters_and_times_are_rejected() {
        let refused = |parameters: &[f64], launches: &[Vec<f64>]| growth(parameters, launches).unwrap_err();
        assert_eq!(refused(&[1.0, 2.0, 2.0], &[vec![1.0; 3]]), Error::FewPoints { distinct: 2 });
        assert_eq!(refused(&[1.0, 2.0, f64::NAN], &[vec![1.0; 3]]), Error::FewPoints { distinct: 2 });
        assert_eq!(refused(&DEPTHS, &[vec![1.0; 4]]), Error::Unpaired { left: 5, right: 4 });
        assert_eq!(refused(&DEPTHS, &[vec![1.0, 1.0, 0.0, 1.0, 1.0]]), Error::NotATime { sample: 2, value: 0.0 });
        assert_eq!(refused(&DEPTHS, &[]), Error::NoLaunches);
    }

    proptest! {
        #[test]
        fn the_slope_of_any_exact_line_is_found(
            slope in 0.0..1e3_f64, start in 1.0..1e6_f64, parameters in btree_set(0_u16..5_000, 3..10),
        ) {
            let parameters: Vec<f64> = parameters.into_iter().map(f64::from).collect();
            let times: Vec<f64> = parameters.iter().map(|parameter| start + slope * parameter).collect();
            let Ok(Growth::Line { slope: found, .. }) = growth(&parameters, &[times]) else { panic!("no line") };
            prop_assert!((found.value() - slope).abs() <= 1e-9 * (start + slope), "{} for {}", found.value(), slope);
        }
    }
}
