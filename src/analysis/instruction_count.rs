//! The instruction count of a cell, and the ratio of two.
use crate::results::{CellRecord, Launch, Report};
use crate::statistics::{Margin, RatioVerdict, median};
use crate::units;

/// The instruction count of a cell. A repeat is the median of a launch: pairs of batches in a launch differ where a table
/// grows, which says nothing about another run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InstructionCount {
    /// The median.
    pub typical: f64,
    /// The minimum.
    pub low: f64,
    /// The maximum.
    pub high: f64,
}

/// Repeats with a smaller spread than this share agree.
const AGREE: f64 = 0.0005;

impl InstructionCount {
    /// The count of a cell; `None` if it has no counts.
    pub fn of(record: &CellRecord) -> Option<Self> {
        Self::of_launches(record, |launch| median(&launch.instructions))
    }

    /// The count without the search in the program's unwind table: it takes other steps where functions lie elsewhere, so two
    /// builds differ by up to 7 % in a walk of the host's stack.
    pub fn comparable(record: &CellRecord) -> Option<Self> {
        Self::of_launches(record, |launch| {
            let parts = launch.unwind_table_search.iter().copied().chain(std::iter::repeat(0.0));
            median(&launch.instructions.iter().zip(parts).map(|(all, part)| all - part).collect::<Vec<_>>())
        })
    }

    fn of_launches(record: &CellRecord, repeat: impl Fn(&Launch) -> Option<f64>) -> Option<Self> {
        let samples: Vec<f64> = record.launches.iter().filter_map(repeat).collect();
        let typical = median(&samples)?;
        let (low, high) =
            samples.iter().fold((typical, typical), |(low, high), sample| (low.min(*sample), high.max(*sample)));
        Some(Self { typical, low, high })
    }

    /// The spread of the repeats as a share of the median.
    pub fn spread(&self) -> f64 {
        (self.high - self.low) / self.typical.max(f64::MIN_POSITIVE)
    }

    /// The count, with its spread if the repeats disagree: `55,358`, `1,481 ±0.3 %`.
    pub fn text(&self) -> String {
        let number = match self.typical {
            typical if typical < 1e7 => units::count(typical.round() as u64),
            typical if typical < 1e10 => format!("{:.2} M", typical / 1e6),
            typical => format!("{:.2} G", typical / 1e9),
        };
        if self.spread() < AGREE { number } else { format!("{number} ±{}", spread_text(self.spread() / 2.0)) }
    }

    /// The ratio to another count, with the bounds that the repeats of both allow.
    pub fn ratio_to(&self, baseline: &Self) -> CountRatio {
        CountRatio {
            value: self.typical / baseline.typical,
            low: self.low / baseline.high,
            high: self.high / baseline.low,
        }
    }
}

/// The ratio of two counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CountRatio {
    /// The ratio of the medians.
    pub value: f64,
    /// The minimum over all repeats of both.
    pub low: f64,
    /// The maximum.
    pub high: f64,
}

impl CountRatio {
    /// The verdict: more or fewer if all repeats of one variant exceed all repeats of the other by more than the margin; the
    /// same if the medians are within the margin; otherwise inconclusive.
    pub fn verdict(&self, margin: Margin) -> RatioVerdict {
        let margin = 1.0 + margin.value();
        if self.low > margin {
            RatioVerdict::Slower
        } else if self.high < 1.0 / margin {
            RatioVerdict::Faster
        } else if (1.0 / margin..=margin).contains(&self.value) {
            RatioVerdict::Same
        } else {
            RatioVerdict::Inconclusive
        }
    }
}

/// A spread with one or two digits: `0.05 %`, `0.3 %`, `12 %`.
fn spread_text(share: f64) -> String {
    let percent = 100.0 * share;
    match percent {
        percent if percent < 0.1 => format!("{percent:.2} %"),
        percent if percent < 10.0 => format!("{percent:.1} %"),
        percent => format!("{percent:.0} %"),
    }
}

/// The share of cells whose repeats agree.
pub fn agreement(report: &Report) -> String {
    let spreads: Vec<f64> = report.cells.iter().filter_map(|cell| Some(InstructionCount::of(cell)?.spread())).collect();
    if report.run.launches_completed < 2 {
        return "one launch, so no repeats that could differ; --launches 2 has them".into();
    }
    let within = |share: f64| spreads.iter().filter(|spread| **spread <= share).count();
    format!(
        "repeats agree within 0.05 % in {} of {} cells, and within 0.5 % in {}",
        within(AGREE),
        spreads.len(),
        within(0.005)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::validate;

    fn counts(samples: &[f64]) -> CellRecord {
        let mut cell = validate::tests::report().cells[0].clone();
        // In each launch, a table grows once.
        let launch = |count: &f64| Launch { instructions: vec![*count, 9.0 * count, *count], ..Launch::empty(1, 1, 1) };
        cell.launches = samples.iter().map(launch).collect();
        cell
    }

    fn count(samples: &[f64]) -> InstructionCount {
        InstructionCount::of(&counts(samples)).unwrap()
    }

    #[test]
    fn repeats_that_agree_have_no_spread() {
        let shown = [&[55_358.0, 55_359.0, 55_357.0][..], &[1_481.0, 1_485.0], &[123_456_789.0], &[2.0, 3.0]];
        let shown = shown.map(|samples| count(samples).text());
        assert_eq!(shown, ["55,358", "1,483 ±0.1 %", "123.46 M", "3 ±20 %"]);
        assert_eq!(InstructionCount::of(&validate::tests::report().cells[0]), None, "a time is no count");
    }

    #[test]
    fn a_difference_needs_the_agreement_of_all_repeats() {
        let verdict =
            |new: &[f64], baseline: &[f64]| count(new).ratio_to(&count(baseline)).verdict(Margin::new(0.005).unwrap());
        assert_eq!(verdict(&[1010.0, 1011.0], &[1000.0, 1001.0]), RatioVerdict::Slower);
        assert_eq!(verdict(&[1000.0, 1001.0], &[1010.0, 1011.0]), RatioVerdict::Faster);
        assert_eq!(verdict(&[1004.0, 1004.0], &[1000.0, 1000.0]), RatioVerdict::Same);
        assert_eq!(verdict(&[990.0, 1002.0, 1020.0], &[1000.0]), RatioVerdict::Same);
        assert_eq!(verdict(&[1000.0, 1020.0, 1030.0], &[1000.0]), RatioVerdict::Inconclusive);
    }
}
