//! The ratio of two separate runs, with an interval that includes the variation between runs.
use super::{Estimate, median, scaled_mad};

/// The difference between two runs over their unchanged cells, as log ratios of the later run to the earlier run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RunShift {
    /// The median difference, for example by another clock frequency.
    pub shift: f64,
    /// The standard deviation of the cells around the shift: the variation between runs.
    pub spread: f64,
}

impl RunShift {
    /// The shift from the log ratios of unchanged cells. `None` with fewer than three cells.
    pub fn of(cells: &[f64]) -> Option<Self> {
        (cells.len() >= 3).then_some(())?;
        Some(Self { shift: median(cells)?, spread: scaled_mad(cells)? })
    }
}

/// The log ratio of two times on the log scale from separate runs, each relative to a native baseline of its own run:
/// `(a - baseline of a) - (b - baseline of b)`.
///
/// Its variance is the sum of the four variances and of the variance between runs. Its degrees of freedom are those of
/// B. L. Welch, "The generalization of 'Student's' problem when several different population variances are involved",
/// Biometrika 34, 1947; the variance between runs gets the largest number of degrees of freedom among the others.
///
/// `None` if one of the four has no interval.
pub fn unpaired(a: (&Estimate, &Estimate), b: (&Estimate, &Estimate), shift: RunShift) -> Option<Estimate> {
    let value = (a.0.value() - a.1.value()) - (b.0.value() - b.1.value());
    between_runs(value, &[a.0, a.1, b.0, b.1], shift)
}

/// The log ratio of two times on the log scale from separate runs without a native baseline, less the median shift
/// between the runs. Otherwise as [`unpaired`].
pub fn unpaired_by_shift(a: &Estimate, b: &Estimate, shift: RunShift) -> Option<Estimate> {
    between_runs(a.value() - b.value() - shift.shift, &[a, b], shift)
}

/// A value with the variances of its parts and the variance between runs.
fn between_runs(value: f64, parts: &[&Estimate], shift: RunShift) -> Option<Estimate> {
    let variance = |part: &&Estimate| Some((part.standard_error()?.powi(2), part.freedom()?));
    let mut variances = parts.iter().map(variance).collect::<Option<Vec<_>>>()?;
    let freedom = variances.iter().map(|(_, freedom)| *freedom).fold(1.0, f64::max);
    variances.push((shift.spread.powi(2), freedom));
    Estimate::of_parts(value, &variances, parts.iter().find_map(|part| part.doubt()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::{Confidence, Margin, RatioVerdict, judge, typical_time};
    use proptest::prelude::*;

    /// Ten launches around a time, 1 % above or below.
    fn time(nanoseconds: f64) -> Estimate {
        let launches: Vec<[f64; 1]> =
            (0..10).map(|launch| [nanoseconds * if launch % 2 == 0 { 1.01 } else { 0.99 }]).collect();
        typical_time(&launches).unwrap()
    }

    const NONE: RunShift = RunShift { shift: 0.0, spread: 0.0 };

    #[test]
    fn a_slower_machine_does_not_change_the_ratio() {
        let (earlier, later) = (time(100.0), time(130.0));
        let (baseline_earlier, baseline_later) = (time(10.0), time(13.0));
        let ratio = unpaired((&later, &baseline_later), (&earlier, &baseline_earlier), NONE).unwrap();
        assert!(ratio.value().abs() < 1e-9);
        let shift = RunShift { shift: 1.3_f64.ln(), spread: 0.0 };
        assert!(unpaired_by_shift(&later, &earlier, shift).unwrap().value().abs() < 1e-9);
    }

    #[test]
    fn the_variation_between_runs_widens_the_interval() {
        let (earlier, later) = (time(100.0), time(110.0));
        let verdict = |spread| {
            let estimate = unpaired_by_shift(&later, &earlier, RunShift { shift: 0.0, spread }).unwrap();
            judge(&[estimate], Margin::TWO_PERCENT, Confidence::NINETY_FIVE)[0]
        };
        assert_eq!((verdict(0.0), verdict(0.1)), (RatioVerdict::Slower, RatioVerdict::Inconclusive));
    }

    #[test]
    fn a_shift_takes_three_cells() {
        assert_eq!(RunShift::of(&[0.1, 0.2]), None);
        assert!((RunShift::of(&[0.1, 0.2, 0.3]).unwrap().shift - 0.2).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn swapping_the_runs_changes_only_the_sign(a in 1.0..1e6, b in 1.0..1e6, shift in -1.0..1.0, spread in 0.0..1.0) {
            let (a, b) = (time(a), time(b));
            let forward = unpaired_by_shift(&a, &b, RunShift { shift, spread }).unwrap();
            let backward = unpaired_by_shift(&b, &a, RunShift { shift: -shift, spread }).unwrap();
            prop_assert!((forward.value() + backward.value()).abs() < 1e-9);
            prop_assert!((forward.standard_error().unwrap() - backward.standard_error().unwrap()).abs() < 1e-12);
        }
    }
}
