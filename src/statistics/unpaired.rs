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

/// A time on the log scale, with a native baseline of the same run.
pub type TimeWithBaseline = (Estimate, Option<Estimate>);

/// The log ratio of two times on the log scale from separate runs. If both have a native baseline, each is relative to it:
/// `(a - baseline of a) - (b - baseline of b)`; otherwise it is less the median shift between the runs.
///
/// Its variance is the sum of the variances of these estimates and of the variance between runs. Its degrees of freedom are those
/// of B. L. Welch, "The generalization of 'Student's' problem when several different population variances are involved",
/// Biometrika 34, 1947; the variance between runs gets the largest number of degrees of freedom among the others.
///
/// `None` if one of the estimates has no interval.
pub fn unpaired(a: &TimeWithBaseline, b: &TimeWithBaseline, shift: RunShift) -> Option<Estimate> {
    let value = |(time, baseline): (&Estimate, &Estimate)| time.value() - baseline.value();
    match (a, b) {
        ((a, Some(baseline_a)), (b, Some(baseline_b))) => {
            let ratio = value((a, baseline_a)) - value((b, baseline_b));
            Estimate::of_parts(ratio, &[a, baseline_a, b, baseline_b], shift.spread)
        }
        ((a, _), (b, _)) => Estimate::of_parts(value((a, b)) - shift.shift, &[a, b], shift.spread),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::typical_launch::tests::alternating;
    use crate::statistics::{Confidence, Margin, RatioVerdict, judge};
    use proptest::prelude::*;

    /// A time without a baseline, from launches 1 % above or below.
    fn time(nanoseconds: f64) -> TimeWithBaseline {
        (alternating(nanoseconds.ln(), 0.01), None)
    }

    #[test]
    fn a_slower_machine_does_not_change_the_ratio() {
        let (earlier, later) = (time(100.0), time(130.0));
        let shift = RunShift { shift: 1.3_f64.ln(), spread: 0.0 };
        assert!(unpaired(&later, &earlier, shift).unwrap().value().abs() < 1e-9);
        let [earlier, later] =
            [(earlier, 10.0), (later, 13.0)].map(|(cell, baseline)| (cell.0, Some(time(baseline).0)));
        let ratio = unpaired(&later, &earlier, RunShift { shift: 0.0, spread: 0.0 }).unwrap();
        assert!(ratio.value().abs() < 1e-9);
    }

    #[test]
    fn the_variation_between_runs_widens_the_interval() {
        let verdict = |spread| {
            let estimate = unpaired(&time(110.0), &time(100.0), RunShift { shift: 0.0, spread }).unwrap();
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
            let forward = unpaired(&a, &b, RunShift { shift, spread }).unwrap();
            let backward = unpaired(&b, &a, RunShift { shift: -shift, spread }).unwrap();
            prop_assert!((forward.value() + backward.value()).abs() < 1e-9);
            prop_assert!((forward.standard_error().unwrap() - backward.standard_error().unwrap()).abs() < 1e-12);
        }
    }
}
