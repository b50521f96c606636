//! Faster, slower, the same or inconclusive.
use std::fmt;

use super::{Confidence, Error, Estimate, discoveries};

/// What can be said of the first cell of a pair, against the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TimeVerdict {
    /// It takes less time, by more than the margin.
    Faster,
    /// It takes more time, by more than the margin.
    Slower,
    /// The two differ by less than the margin.
    Same,
    /// The samples do not say.
    Unsure,
}

impl TimeVerdict {
    /// The verdict on the second cell, against the first.
    pub fn reversed(self) -> Self {
        match self {
            Self::Faster => Self::Slower,
            Self::Slower => Self::Faster,
            Self::Same | Self::Unsure => self,
        }
    }
}

impl fmt::Display for TimeVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Faster => "faster",
            Self::Slower => "slower",
            Self::Same => "same",
            Self::Unsure => "unsure",
        })
    }
}

/// The ratio below which a difference does not matter. It is the same either way: with 2 %, from 1/1.02 to 1.02.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Margin(f64);

impl Margin {
    /// What is meant where nobody says otherwise: 2 %.
    pub const TWO_PERCENT: Self = Self(0.02);

    /// 0.02 is 2 %. With 0 every difference matters, and nothing is ever called the same.
    ///
    /// [`Error::NotAMargin`] unless it is finite and 0 or more.
    pub fn new(value: f64) -> Result<Self, Error> {
        if value >= 0.0 && value.is_finite() { Ok(Self(value)) } else { Err(Error::NotAMargin { value }) }
    }

    /// 0.02 for 2 %.
    pub fn value(self) -> f64 {
        self.0
    }

    /// The margin as a log ratio, e.g. ln 1.02.
    pub fn log(self) -> f64 {
        self.0.ln_1p()
    }
}

impl Default for Margin {
    fn default() -> Self {
        Self::TWO_PERCENT
    }
}

/// Judges all cells of a run together, from the [typical log ratios](super::typical_ratio) of their pairs; a verdict
/// for each, in their order.
///
/// - **Faster, slower**: the truth lies beyond the margin, by a one-sided test against either end, at half the error
///   each. That is: the whole two-sided interval is beyond. Corrected by [`discoveries`] over all cells, for each of
///   the two by itself. So a gate that falls on anything slower falls in error, where nothing is, with half the error at most,
///   however much became faster; and where it falls rightly, that share of what it names is wrong at most. Holding
///   the chance of naming *any* wrongly to that as well would find less, and spare no gate.
/// - **Same**: an equivalence test, two one-sided tests at the full error each; D. J. Schuirmann, "A comparison of the
///   two one-sided tests procedure and the power approach", Journal of Pharmacokinetics and Biopharmaceutics 15, 1987.
///   That is: the interval with *twice* the error is within. Not corrected. For the claim on the whole run, "nothing
///   has moved", all cells must pass, and such an intersection-union test needs no correction: R. L. Berger,
///   "Multiparameter hypothesis testing and acceptance sampling", Technometrics 24, 1982. But each single `same` errs
///   by itself: where many cells lie just beyond the margin, some may be called the same.
/// - **Unsure**: neither, or there is a [`Inconclusive`](super::Inconclusive) or no interval. Such a cell still counts in the family,
///   so that what its launches looked like cannot ease the judgement of others.
///
/// A cell that was never measured has no estimate and is the caller's to report.
pub fn judge(cells: &[Estimate], margin: Margin, confidence: Confidence) -> Vec<TimeVerdict> {
    let corrected = |p: &dyn Fn(&Estimate) -> Option<f64>| {
        discoveries(&cells.iter().map(|cell| trusted(cell).and_then(p).unwrap_or(1.0)).collect::<Vec<_>>())
    };
    let slower = corrected(&|cell| cell.p_above(margin.log()));
    let faster = corrected(&|cell| cell.p_below(-margin.log()));
    let verdict = |((cell, slower), faster): ((&Estimate, f64), f64)| {
        if slower <= confidence.error() / 2.0 {
            TimeVerdict::Slower
        } else if faster <= confidence.error() / 2.0 {
            TimeVerdict::Faster
        } else if p_within(cell, margin).is_some_and(|p| p <= confidence.error()) {
            TimeVerdict::Same
        } else {
            TimeVerdict::Unsure
        }
    };
    cells.iter().zip(slower).zip(faster).map(verdict).collect()
}

/// The p-value for "within the margin".
fn p_within(cell: &Estimate, margin: Margin) -> Option<f64> {
    let below = trusted(cell)?.p_below(margin.log())?;
    let above = cell.p_above(-margin.log())?;
    Some(below.max(above))
}

fn trusted(cell: &Estimate) -> Option<&Estimate> {
    cell.doubt().is_none().then_some(cell)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::typical_ratio;
    use TimeVerdict::{Faster, Same, Slower, Unsure};
    use proptest::{collection::vec, prelude::*};

    /// Ten launches around a log ratio, `scatter` to either side.
    fn cell(ratio: f64, scatter: f64) -> Estimate {
        let launches: Vec<[f64; 1]> =
            (0..10).map(|launch| [ratio + if launch % 2 == 0 { scatter } else { -scatter }]).collect();
        typical_ratio(&launches).unwrap()
    }

    fn judge_by(cells: &[Estimate], margin: f64) -> Vec<TimeVerdict> {
        judge(cells, Margin::new(margin).unwrap(), Confidence::NINETY_FIVE)
    }

    #[test]
    fn every_verdict_can_be_had() {
        let cells = [cell(0.05, 0.01), cell(-0.05, 0.01), cell(0.001, 0.01), cell(0.02, 0.01), cell(0.0, 0.04)];
        assert_eq!(judge_by(&cells, 0.02), [Slower, Faster, Same, Unsure, Unsure]);
    }

    #[test]
    fn with_no_margin_nothing_is_the_same() {
        let cells = [cell(0.02, 0.01), cell(-0.02, 0.01), cell(0.001, 0.01), cell(0.0, 0.0)];
        assert_eq!(judge_by(&cells, 0.0), [Slower, Faster, Unsure, Unsure]);
    }

    #[test]
    fn a_doubted_cell_is_unsure_however_clear_it_looks() {
        let clear = typical_ratio(&[[0.5]; 5]).unwrap();
        assert_eq!(judge_by(&[clear], 0.02), [Unsure]);
        assert_eq!(judge_by(&[typical_ratio(&[[0.0]; 5]).unwrap()], 0.02), [Unsure]);
        assert_eq!(judge_by(&[typical_ratio(&[[0.5]; 6]).unwrap()], 0.02), [Slower]);
    }

    #[test]
    fn an_interval_beyond_the_margin_is_what_decides() {
        // Alone, and at the very confidence: just beyond is slower, just not beyond is not.
        let half_width = cell(0.0, 0.01).interval(Confidence::NINETY_FIVE).unwrap().half_width();
        let end = Margin::TWO_PERCENT.log() + half_width;
        assert_eq!(judge_by(&[cell(end + 1e-6, 0.01)], 0.02), [Slower]);
        assert_eq!(judge_by(&[cell(end - 1e-6, 0.01)], 0.02), [Unsure]);
        // TOST decides by the interval of twice the error.
        let ninety = Confidence::new(0.9).unwrap();
        let end = Margin::TWO_PERCENT.log() - cell(0.0, 0.01).interval(ninety).unwrap().half_width();
        assert_eq!(judge_by(&[cell(end - 1e-6, 0.01)], 0.02), [Same]);
        assert_eq!(judge_by(&[cell(end + 1e-6, 0.01)], 0.02), [Unsure]);
    }

    #[test]
    fn among_many_cells_it_takes_more_to_be_slower_but_not_to_be_the_same() {
        let (slower, same) = (cell(0.03, 0.01), cell(0.01, 0.01));
        assert_eq!(judge_by(&[slower.clone(), same.clone()], 0.02), [Slower, Same]);
        let many = [vec![slower, same], vec![cell(0.0, 0.04); 200]].concat();
        assert_eq!(judge_by(&many, 0.02)[..2], [Unsure, Same]);
    }

    #[test]
    fn a_margin_is_finite_and_not_negative() {
        assert!((Margin::default().log() - 1.02_f64.ln()).abs() < 1e-15);
        for value in [-0.02, f64::INFINITY] {
            assert_eq!(Margin::new(value), Err(Error::NotAMargin { value }));
        }
        assert!(Margin::new(f64::NAN).is_err());
    }

    proptest! {
        #[test]
        fn swapped_cells_mirror_the_verdict_and_a_correction_adds_none(
            cells in vec(vec(-0.1..0.1, 1..12), 1..20), margin in 0.0..0.05,
        ) {
            let estimates = |sign: f64| -> Vec<Estimate> {
                let one = |cell: &Vec<f64>| cell.iter().map(|ratio| [sign * ratio]).collect::<Vec<_>>();
                cells.iter().map(|cell| typical_ratio(&one(cell)).unwrap()).collect()
            };
            let (there, back) = (judge_by(&estimates(1.0), margin), judge_by(&estimates(-1.0), margin));
            prop_assert_eq!(&there, &back.into_iter().map(TimeVerdict::reversed).collect::<Vec<_>>());
            for (estimate, corrected) in estimates(1.0).into_iter().zip(there) {
                let alone = judge_by(&[estimate], margin)[0];
                prop_assert!(corrected == alone || (corrected == Unsure && matches!(alone, Faster | Slower)));
            }
        }
    }
}
