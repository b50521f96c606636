//! Instruction counts in tables, comparisons, and beside times.
use std::fmt::Write;

use super::grid::Grid;
use super::terminal::heading;
use super::{measurements, units};
use crate::analysis::estimates;
use crate::analysis::estimates::{CellEstimate, columns};
use crate::analysis::warnings;
use crate::results::{CellRecord, Metric, Report, ReportSet};
use crate::statistics::{Margin, TimeVerdict, median};

/// The instruction count of a cell over all repeats in all launches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Count {
    /// The median.
    pub typical: f64,
    /// The minimum.
    pub low: f64,
    /// The maximum.
    pub high: f64,
}

/// Repeats with a smaller spread than this share agree.
const AGREE: f64 = 0.0005;

impl Count {
    /// The count of a cell; `None` if it has no counts.
    pub fn of(record: &CellRecord) -> Option<Self> {
        let samples: Vec<f64> = record.launches.iter().flat_map(|launch| &launch.instructions).copied().collect();
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
        if self.spread() < AGREE { number } else { format!("{number} ±{}", percent(self.spread() / 2.0)) }
    }

    /// The ratio to another count, with the bounds that the repeats of both allow.
    pub fn ratio_to(&self, baseline: &Self) -> Ratio {
        Ratio { value: self.typical / baseline.typical, low: self.low / baseline.high, high: self.high / baseline.low }
    }
}

/// The ratio of two counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// The ratio of the medians.
    pub value: f64,
    /// The minimum over all repeats of both.
    pub low: f64,
    /// The maximum.
    pub high: f64,
}

impl Ratio {
    /// The verdict: more or fewer if all repeats of one variant exceed all repeats of the other by more than the margin; the
    /// same if the medians are within the margin; otherwise inconclusive.
    pub fn verdict(&self, margin: Margin) -> TimeVerdict {
        let margin = 1.0 + margin.value();
        if self.low > margin {
            TimeVerdict::Slower
        } else if self.high < 1.0 / margin {
            TimeVerdict::Faster
        } else if (1.0 / margin..=margin).contains(&self.value) {
            TimeVerdict::Same
        } else {
            TimeVerdict::Inconclusive
        }
    }
}

/// A share with two digits: `0.3 %`, `12 %`.
fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    match percent {
        percent if percent < 0.1 => format!("{percent:.2} %"),
        percent if percent < 10.0 => format!("{percent:.1} %"),
        percent => format!("{percent:.0} %"),
    }
}

/// A table cell, if the cell has a count: `55,358 x1.01`.
pub(crate) fn cell_text(cell: &CellEstimate) -> Option<String> {
    let count = Count::of(cell.record)?.text();
    Some(match ratio_text(cell) {
        Some(ratio) => format!("{count} {ratio}"),
        None => count,
    })
}

/// The ratio to the reference, except for the reference itself: `x1.01`.
pub(crate) fn ratio_text(cell: &CellEstimate) -> Option<String> {
    Count::of(cell.record)?;
    let value = cell.ratio.as_ref()?.value().exp();
    Some(if value < 9.995 { format!("x{value:.2}") } else { format!("x{value:.0}") })
}

/// The legend of the tables.
pub fn legend(report: &Report) -> String {
    format!(
        "instructions per iteration, (2 N - N) / N of batches of N and 2 N, in {} launches of {} variants in {:.0} s; \
         x: ratio to {}, lower is less; ±: half of the spread of the repeats, if 0.05 % or more",
        report.run.launches_completed,
        columns(report).len(),
        report.run.elapsed_seconds,
        report.variants[0].label,
    )
}

/// The share of cells whose repeats agree.
pub fn agreement(report: &Report) -> String {
    let spreads: Vec<f64> = report.cells.iter().filter_map(|cell| Some(Count::of(cell)?.spread())).collect();
    let within = |share: f64| spreads.iter().filter(|spread| **spread <= share).count();
    format!(
        "repeats agree within 0.05 % in {} of {} cells, and within 0.5 % in {}",
        within(AGREE),
        spreads.len(),
        within(0.005)
    )
}

/// Times and counts of the same variants, from two reports.
pub struct Beside<'a> {
    /// The display name of the machine of the times.
    pub name: String,
    time: &'a Report,
    count: &'a Report,
    /// The columns in both reports, by their indices.
    columns: Vec<(usize, usize)>,
}

/// A warning is given if times and counts of two rows disagree by more than this factor.
const DISAGREE: f64 = 3.0;

/// Each report of times with the first report of counts that shares variants with it.
pub fn beside(report_set: &ReportSet) -> Vec<Beside<'_>> {
    let reports = || report_set.reports.iter().zip(report_set.names());
    let pair = |(time, name): (&'_ Report, String)| {
        let time: &Report = report_set.reports.iter().find(|report| *report == time)?;
        report_set.reports.iter().filter(|report| report.metric == Metric::Instructions).find_map(|count| {
            let place = |n: usize| {
                let label = &time.variants[n].label;
                Some((n, count.variants.iter().position(|variant| variant.label == *label)?))
            };
            let columns: Vec<_> = columns(time).into_iter().filter_map(place).collect();
            (!columns.is_empty()).then(|| Beside { name: name.clone(), time, count, columns })
        })
    };
    reports().filter(|(report, _)| report.metric == Metric::Time).filter_map(pair).collect()
}

impl Beside<'_> {
    /// One row per cell in both reports, one column per variant: `6.10 us, 55,358`.
    pub fn grid(&self) -> Grid {
        let labels = self.columns.iter().map(|(n, _)| self.time.variants[*n].label.clone());
        let mut grid = Grid::new(["time, instructions".to_owned()].into_iter().chain(labels));
        let counts = estimates::rows(self.count);
        for row in estimates::rows(self.time) {
            let Some(counted) = counts.iter().find(|other| other.cell_id == row.cell_id) else { continue };
            let cells = self.columns.iter().map(|(n, m)| {
                let time = measurements::time_text(&row.cells[*n]);
                let count = Count::of(counted.cells[*m].record).map(|count| count.text());
                [time, count].map(|text| text.unwrap_or_else(|| "-".into())).join(", ")
            });
            grid.row([row.cell_id.to_string()].into_iter().chain(cells));
        }
        grid
    }

    /// Per theme and variant, the two rows that differ most in time per instruction, if by more than a factor of three.
    pub fn warnings(&self) -> Vec<String> {
        let (times, counts) = (estimates::rows(self.time), estimates::rows(self.count));
        let mut warnings = Vec::new();
        for (n, m) in &self.columns {
            let mut themes: Vec<(&str, Vec<(f64, String)>)> = Vec::new();
            for row in &times {
                let Some(counted) = counts.iter().find(|other| other.cell_id == row.cell_id) else { continue };
                let count = Count::of(counted.cells[*m].record);
                let Some((time, count)) = row.cells[*n].nanoseconds().zip(count) else { continue };
                let theme = row.cell_id.benchmark.split('/').next().unwrap_or_default();
                let cell = (time / count.typical, row.cell_id.to_string());
                match themes.iter_mut().find(|(known, _)| *known == theme) {
                    Some((_, cells)) => cells.push(cell),
                    None => themes.push((theme, vec![cell])),
                }
            }
            for (theme, mut cells) in themes {
                cells.sort_by(|a, b| a.0.total_cmp(&b.0));
                if let [(least, low), .., (most, high)] = &cells[..]
                    && most / least > DISAGREE
                {
                    warnings.push(format!(
                        "time and count disagree in `{theme}` on {}: an instruction of `{high}` takes {:.1} times as long as \
                         one of `{low}`, so counts do not rank these rows",
                        self.time.variants[*n].label,
                        most / least,
                    ));
                }
            }
        }
        warnings
    }

    /// For a terminal.
    pub fn terminal(&self) -> String {
        let mut shown = heading(&format!("{}: time beside instructions", self.name)) + &self.grid().terminal();
        for note in self.notes() {
            let _ = writeln!(shown, "note: {note}");
        }
        shown
    }

    /// In Markdown.
    pub fn markdown(&self) -> String {
        let mut shown = format!("\n## {}: time beside instructions\n\n{}\n", self.name, self.grid().markdown());
        for note in self.notes() {
            let _ = writeln!(shown, "- {note}");
        }
        shown
    }

    /// Warnings.
    pub fn notes(&self) -> Vec<String> {
        [warnings::KERNEL.to_owned()].into_iter().chain(self.warnings()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::{Launch, validate};

    fn counts(samples: &[f64]) -> CellRecord {
        let mut cell = validate::tests::report().cells[0].clone();
        cell.launches = vec![Launch { instructions: samples.to_vec(), ..Launch::empty(1, 1, 1) }];
        cell
    }

    fn count(samples: &[f64]) -> Count {
        Count::of(&counts(samples)).unwrap()
    }

    #[test]
    fn repeats_that_agree_have_no_spread() {
        let shown = [&[55_358.0, 55_359.0, 55_357.0][..], &[1_481.0, 1_485.0], &[123_456_789.0], &[2.0, 3.0]];
        let shown = shown.map(|samples| count(samples).text());
        assert_eq!(shown, ["55,358", "1,483 ±0.1 %", "123.46 M", "3 ±20 %"]);
        assert_eq!(Count::of(&validate::tests::report().cells[0]), None, "a time is no count");
    }

    #[test]
    fn only_what_all_repeats_agree_on_is_more_or_less() {
        let verdict =
            |new: &[f64], baseline: &[f64]| count(new).ratio_to(&count(baseline)).verdict(Margin::new(0.005).unwrap());
        assert_eq!(verdict(&[1010.0, 1011.0], &[1000.0, 1001.0]), TimeVerdict::Slower);
        assert_eq!(verdict(&[1000.0, 1001.0], &[1010.0, 1011.0]), TimeVerdict::Faster);
        assert_eq!(verdict(&[1004.0, 1004.0], &[1000.0, 1000.0]), TimeVerdict::Same);
        assert_eq!(verdict(&[990.0, 1002.0, 1020.0], &[1000.0]), TimeVerdict::Same);
        assert_eq!(verdict(&[1000.0, 1020.0, 1030.0], &[1000.0]), TimeVerdict::Inconclusive);
    }

    #[test]
    fn rows_whose_time_and_count_disagree_are_named() {
        let time = validate::tests::report();
        let mut count = validate::tests::report();
        count.metric = Metric::Instructions;
        for cell in &mut count.cells {
            // 10 instructions per nanosecond; on the second variant's second row, one per 10 ns.
            let factor = if cell.variant == 1 && cell.cell_id.benchmark == "unwind/indirect" { 0.1 } else { 10.0 };
            for launch in &mut cell.launches {
                launch.instructions = launch.nanoseconds.drain(..).map(|time| time * factor).collect();
            }
        }
        // One theme: both rows are ways out.
        count.validate().unwrap();
        let rename = |mut report: Report| {
            report.cells[..3].iter_mut().for_each(|cell| cell.cell_id.benchmark = "unwind/typed".into());
            report
        };
        let report_set = ReportSet { reports: vec![rename(time), rename(count)], ..ReportSet::default() };
        let beside = beside(&report_set);
        assert_eq!(beside.len(), 1);
        assert_eq!(beside[0].columns, [(0, 0), (1, 1)]);
        let warnings = beside[0].warnings();
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(
            warnings[0].contains("`unwind` on llvm:opt=none: an instruction of `unwind/indirect` takes 100.0 times")
        );
        assert_eq!(beside[0].grid().rows.len(), 2);
        assert!(beside[0].terminal().contains("kernel"));
    }
}
