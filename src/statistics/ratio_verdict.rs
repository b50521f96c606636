//! Verdicts on pairs of cells: faster, slower, same or inconclusive.
use super::{Confidence, Estimate, benjamini_hochberg};

/// The verdict on the ratio of two cells, by time or by instruction count: the first cell relative to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RatioVerdict {
    /// The first cell takes less time or fewer instructions, by more than the margin.
    Faster,
    /// The first cell takes more time or more instructions, by more than the margin.
    Slower,
    /// The two differ by less than the margin.
    Same,
    /// The samples do not decide.
    Inconclusive,
}

/// The relative difference that does not matter. It is symmetric: 2 % is from 1/1.02 to 1.02.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Margin(f64);

impl Margin {
    /// Every difference matters, and no verdict is `Same`.
    pub const ZERO: Self = Self(0.0);
    /// The default margin, 2 %.
    pub const TWO_PERCENT: Self = Self(0.02);

    /// A margin, e.g. 0.02 for 2 %. `None` unless the value is finite and 0 or more.
    pub fn new(value: f64) -> Option<Self> {
        (value >= 0.0 && value.is_finite()).then_some(Self(value))
    }

    /// The margin as a share, e.g. 0.02 for 2 %.
    pub fn value(self) -> f64 {
        self.0
    }

    /// The margin as a log ratio, e.g. ln 1.02.
    pub fn log(self) -> f64 {
        self.0.ln_1p()
    }
}

/// Judges all cells of a run together, from the [typical log ratios](super::typical_ratio) of their pairs. Returns one
/// verdict per cell, in order.
///
/// - **Faster, slower**: the true ratio lies beyond the margin, by a one-sided test against each end at half the error,
///   i.e. the whole two-sided interval lies beyond the margin. Each of the two tests is corrected by [`benjamini_hochberg`](fn@benjamini_hochberg)
///   over all cells. So if nothing is slower, the chance of any false `Slower` is at most half the error, no matter how
///   many cells are faster; otherwise at most this share of the `Slower` verdicts is expected to be false. Bounding the
///   chance of *any* false verdict also in the latter case would detect less, without a benefit for a gate.
/// - **Same**: an equivalence test of two one-sided tests at the full error each, i.e. the interval at *twice* the
///   error lies within the margin; D. J. Schuirmann, "A comparison of the two one-sided tests procedure and the power
///   approach", Journal of Pharmacokinetics and Biopharmaceutics 15, 1987. The test is not corrected: the claim that
///   nothing changed in the whole run needs all cells to pass, and such an intersection-union test needs no correction;
///   R. L. Berger, "Multiparameter hypothesis testing and acceptance sampling", Technometrics 24, 1982. But each single
///   `Same` has its own error: among many cells just beyond the margin, some may be `Same`.
/// - **Inconclusive**: neither test decides, or the cell is [`Inconclusive`](super::Inconclusive) or has no interval. Such a
///   cell still counts in the family, so that its launches cannot influence the verdicts on other cells.
///
/// A cell without measurements has no estimate; the caller reports it.
pub fn judge(cells: &[Estimate], margin: Margin, confidence: Confidence) -> Vec<RatioVerdict> {
    let corrected = |p: &dyn Fn(&Estimate) -> Option<f64>| {
        benjamini_hochberg(&cells.iter().map(|cell| trusted(cell).and_then(p).unwrap_or(1.0)).collect::<Vec<_>>())
    };
    let slower = corrected(&|cell| cell.p_above(margin.log()));
    let faster = corrected(&|cell| cell.p_below(-margin.log()));
    let verdict = |((cell, slower), faster): ((&Estimate, f64), f64)| {
        if slower <= confidence.error() / 2.0 {
            RatioVerdict::Slower
        } else if faster <= confidence.error() / 2.0 {
            RatioVerdict::Faster
        } else if p_within(cell, margin).is_some_and(|p| p <= confidence.error()) {
            RatioVerdict::Same
        } else {
            RatioVerdict::Inconclusive
        }
    };
    cells.iter().zip(slower).zip(faster).map(verdict).collect()
}

/// The p-value of the equivalence test: the ratio lies within the margin.
fn p_within(cell: &Estimate, margin: Margin) -> Option<f64> {
    let below = trusted(cell)?.p_below(margin.log())?;
    let above = cell.p_above(-margin.log())?;
    Some(below.max(above))
}

fn trusted(cell: &Estimate) -> Option<&Estimate> {
    cell.inconclusive().is_none().then_some(cell)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::typical_launch::tests::alternating as cell;
    use crate::statistics::typical_ratio;
    use RatioVerdict::{Faster, Inconclusive, Same, Slower};
    use proptest::{collection::vec, prelude::*};

    fn judge_by(cells: &[Estimate], margin: f64) -> Vec<RatioVerdict> {
        judge(cells, Margin::new(margin).unwrap(), Confidence::NINETY_FIVE)
    }

    #[test]
    fn judge_gives_each_verdict() {
        let cells = [cell(0.05, 0.01), cell(-0.05, 0.01), cell(0.001, 0.01), cell(0.02, 0.01), cell(0.0, 0.04)];
        assert_eq!(judge_by(&cells, 0.02), [Slower, Faster, Same, Inconclusive, Inconclusive]);
    }

    #[test]
    fn no_cells_are_the_same_at_a_margin_of_0() {
        let cells = [cell(0.02, 0.01), cell(-0.02, 0.01), cell(0.001, 0.01), cell(0.0, 0.0)];
        assert_eq!(judge_by(&cells, 0.0), [Slower, Faster, Inconclusive, Inconclusive]);
    }

    #[test]
    fn an_inconclusive_estimate_has_an_inconclusive_verdict() {
        for (ratio, launches, verdict) in [(0.5, 5, Inconclusive), (0.0, 5, Inconclusive), (0.5, 6, Slower)] {
            assert_eq!(judge_by(&[typical_ratio(&vec![[ratio]; launches]).unwrap()], 0.02), [verdict]);
        }
    }

    #[test]
    fn the_interval_relative_to_the_margin_decides() {
        // A single cell needs no correction: an interval just beyond the margin is slower, any other is not.
        let half_width = |confidence| cell(0.0, 0.01).interval(confidence).unwrap().half_width();
        let end = Margin::TWO_PERCENT.log() + half_width(Confidence::NINETY_FIVE);
        let cells = [end + 1e-6, end - 1e-6].map(|ratio| judge_by(&[cell(ratio, 0.01)], 0.02)[0]);
        assert_eq!(cells, [Slower, Inconclusive]);
        // The equivalence test uses the interval at twice the error.
        let end = Margin::TWO_PERCENT.log() - half_width(Confidence::NINETY);
        let cells = [end - 1e-6, end + 1e-6].map(|ratio| judge_by(&[cell(ratio, 0.01)], 0.02)[0]);
        assert_eq!(cells, [Same, Inconclusive]);
    }

    #[test]
    fn many_cells_make_slower_harder_and_leave_same_unchanged() {
        let (slower, same) = (cell(0.03, 0.01), cell(0.01, 0.01));
        assert_eq!(judge_by(&[slower.clone(), same.clone()], 0.02), [Slower, Same]);
        let many = [vec![slower, same], vec![cell(0.0, 0.04); 200]].concat();
        assert_eq!(judge_by(&many, 0.02)[..2], [Inconclusive, Same]);
    }

    #[test]
    fn a_margin_must_be_finite_and_not_negative() {
        assert!((Margin::TWO_PERCENT.log() - 1.02_f64.ln()).abs() < 1e-15);
        for value in [-0.02, f64::INFINITY, f64::NAN] {
            assert_eq!(Margin::new(value), None);
        }
    }

    proptest! {
        #[test]
        fn swapped_cells_reverse_the_verdict_and_the_correction_adds_no_difference(
            cells in vec(vec(-0.1..0.1, 1..12), 1..20), margin in 0.0..0.05,
        ) {
            let estimates = |sign: f64| -> Vec<Estimate> {
                let launches = |cell: &Vec<f64>| cell.iter().map(|ratio| [sign * ratio]).collect::<Vec<_>>();
                cells.iter().map(|cell| typical_ratio(&launches(cell)).unwrap()).collect()
            };
            let (forward, backward) = (judge_by(&estimates(1.0), margin), judge_by(&estimates(-1.0), margin));
            let reversed = |verdict: &RatioVerdict| match verdict {
                Faster => Slower,
                Slower => Faster,
                same => *same,
            };
            prop_assert_eq!(&forward, &backward.iter().map(reversed).collect::<Vec<_>>());
            for (estimate, corrected) in estimates(1.0).into_iter().zip(forward) {
                let alone = judge_by(&[estimate], margin)[0];
                prop_assert!(corrected == alone || (corrected == Inconclusive && matches!(alone, Faster | Slower)));
            }
        }
    }
}
