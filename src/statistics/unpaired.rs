//! The ratio of two separate runs, widened by how much runs differ.
use super::{Estimate, median, scaled_mad};

/// How far two runs came apart, by cells that are the same in both: on the log scale, the later run over the earlier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RunShift {
    /// By how much the typical cell differs: a faster clock, a quieter hour.
    pub shift: f64,
    /// The standard deviation of the cells around that: what differs between runs by itself.
    pub spread: f64,
}

impl RunShift {
    /// From the log ratio of each cell that is the same in both. Nothing with fewer than three.
    pub fn of(cells: &[f64]) -> Option<Self> {
        (cells.len() >= 3).then_some(())?;
        Some(Self { shift: median(cells)?, spread: scaled_mad(cells)? }).filter(|apart| apart.spread.is_finite())
    }
}

/// The log ratio of two times on the log scale that were not measured together, each set against a floor that was
/// measured with it: `(a - floor of a) - (b - floor of b)`.
///
/// Its variance is the sum of theirs and of that between runs, and its degrees of freedom are those of B. L. Welch, "The
/// generalization of 'Student's' problem when several different population variances are involved", Biometrika 34,
/// 1947; the variance between runs counts as if it were known to as many degrees as the surest of the others.
///
/// Nothing where one of the four has no interval.
pub fn unpaired(a: (&Estimate, &Estimate), b: (&Estimate, &Estimate), apart: RunShift) -> Option<Estimate> {
    let parts = [a.0, a.1, b.0, b.1];
    let value = (a.0.value() - a.1.value()) - (b.0.value() - b.1.value());
    let mut variances = Vec::with_capacity(5);
    for part in parts {
        variances.push((part.standard_error()?.powi(2), part.freedom()?));
    }
    let surest = variances.iter().map(|(_, freedom)| *freedom).fold(1.0, f64::max);
    variances.push((apart.spread.powi(2), surest));
    Estimate::of_parts(value, &variances, parts.into_iter().find_map(Estimate::doubt))
}

/// The log ratio of two times on the log scale that were not measured together and have no floor: less the typical shift
/// between the runs. As [`unpaired`] otherwise.
pub fn unpaired_by_shift(a: &Estimate, b: &Estimate, apart: RunShift) -> Option<Estimate> {
    let mut variances = Vec::with_capacity(3);
    for part in [a, b] {
        variances.push((part.standard_error()?.powi(2), part.freedom()?));
    }
    let surest = variances.iter().map(|(_, freedom)| *freedom).fold(1.0, f64::max);
    variances.push((apart.spread.powi(2), surest));
    Estimate::of_parts(a.value() - b.value() - apart.shift, &variances, a.doubt().or(b.doubt()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::{Confidence, Margin, TimeVerdict, judge, typical_time};
    use proptest::prelude::*;

    /// Ten launches around a time, with a scatter of 1 % to either side.
    fn time(nanoseconds: f64) -> Estimate {
        let launches: Vec<[f64; 1]> =
            (0..10).map(|launch| [nanoseconds * if launch % 2 == 0 { 1.01 } else { 0.99 }]).collect();
        typical_time(&launches).unwrap()
    }

    const NONE: RunShift = RunShift { shift: 0.0, spread: 0.0 };

    #[test]
    fn a_slower_machine_is_no_slower_program() {
        let (then, now) = (time(100.0), time(130.0));
        let (floor_then, floor_now) = (time(10.0), time(13.0));
        let ratio = unpaired((&now, &floor_now), (&then, &floor_then), NONE).unwrap();
        assert!(ratio.value().abs() < 1e-9);
        let apart = RunShift { shift: 1.3_f64.ln(), spread: 0.0 };
        assert!(unpaired_by_shift(&now, &then, apart).unwrap().value().abs() < 1e-9);
    }

    #[test]
    fn what_runs_differ_by_anyway_widens_the_interval() {
        let (then, now) = (time(100.0), time(110.0));
        let verdict = |spread| {
            let estimate = unpaired_by_shift(&now, &then, RunShift { shift: 0.0, spread }).unwrap();
            judge(&[estimate], Margin::TWO_PERCENT, Confidence::NINETY_FIVE)[0]
        };
        assert_eq!((verdict(0.0), verdict(0.1)), (TimeVerdict::Slower, TimeVerdict::Unsure));
    }

    #[test]
    fn three_cells_tell_how_far_runs_are_apart() {
        assert_eq!(RunShift::of(&[0.1, 0.2]), None);
        assert!((RunShift::of(&[0.1, 0.2, 0.3]).unwrap().shift - 0.2).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn sides_can_be_swapped(a in 1.0..1e6, b in 1.0..1e6, shift in -1.0..1.0, spread in 0.0..1.0) {
            let (a, b) = (time(a), time(b));
            let there = unpaired_by_shift(&a, &b, RunShift { shift, spread }).unwrap();
            let back = unpaired_by_shift(&b, &a, RunShift { shift: -shift, spread }).unwrap();
            prop_assert!((there.value() + back.value()).abs() < 1e-9);
            prop_assert!((there.standard_error().unwrap() - back.standard_error().unwrap()).abs() < 1e-12);
        }
    }
}
