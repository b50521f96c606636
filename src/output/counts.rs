//! Instruction counts in tables, comparisons, and beside times.
use std::fmt::Write;

use super::grid::Grid;
use super::measurements;
use super::terminal::heading;
use crate::analysis::estimates;
use crate::analysis::estimates::{CellEstimate, columns};
use crate::analysis::instruction_count::InstructionCount;
use crate::analysis::warnings;
use crate::lists::entry;
use crate::results::{Metric, Report, ReportSet};

/// A table cell, if the cell has a count: `55,358 x1.01`.
pub(crate) fn cell_text(cell: &CellEstimate) -> Option<String> {
    let count = InstructionCount::of(cell.record)?.text();
    Some(match ratio_text(cell) {
        Some(ratio) => format!("{count} {ratio}"),
        None => count,
    })
}

/// The ratio to the reference, except for the reference itself: `x1.01`.
pub(crate) fn ratio_text(cell: &CellEstimate) -> Option<String> {
    InstructionCount::of(cell.record)?;
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

/// Times and counts of the same variants, from two reports.
pub struct TimeAndCount<'a> {
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
pub fn times_and_counts(report_set: &ReportSet) -> Vec<TimeAndCount<'_>> {
    let reports = || report_set.reports.iter().zip(report_set.names());
    let pair = |(time, name): (&'_ Report, String)| {
        let time: &Report = report_set.reports.iter().find(|report| *report == time)?;
        report_set.reports.iter().filter(|report| report.metric == Metric::Instructions).find_map(|count| {
            let place = |n: usize| {
                let label = &time.variants[n].label;
                Some((n, count.variants.iter().position(|variant| variant.label == *label)?))
            };
            let columns: Vec<_> = columns(time).into_iter().filter_map(place).collect();
            (!columns.is_empty()).then(|| TimeAndCount { name: name.clone(), time, count, columns })
        })
    };
    reports().filter(|(report, _)| report.metric == Metric::Time).filter_map(pair).collect()
}

impl TimeAndCount<'_> {
    /// One row per cell in both reports, one column per variant: `6.10 us, 55,358`.
    pub fn grid(&self) -> Grid {
        let labels = self.columns.iter().map(|(n, _)| self.time.variants[*n].label.clone());
        let mut grid = Grid::new(["time, instructions".to_owned()].into_iter().chain(labels));
        let counts = estimates::rows(self.count);
        for row in estimates::rows(self.time) {
            let Some(counted) = counts.iter().find(|other| other.cell_id == row.cell_id) else { continue };
            let cells = self.columns.iter().map(|(n, m)| {
                let time = measurements::time_text(&row.cells[*n]);
                let count = InstructionCount::of(counted.cells[*m].record).map(|count| count.text());
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
                let count = InstructionCount::of(counted.cells[*m].record);
                let Some((time, count)) = row.cells[*n].nanoseconds().zip(count) else { continue };
                entry(&mut themes, row.cell_id.theme()).push((time / count.typical, row.cell_id.to_string()));
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
    use crate::results::validate;

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
        // Both rows are in one theme.
        count.validate().unwrap();
        let rename = |mut report: Report| {
            report.cells[..3].iter_mut().for_each(|cell| cell.cell_id.benchmark = "unwind/typed".into());
            report
        };
        let report_set = ReportSet { reports: vec![rename(time), rename(count)], ..ReportSet::default() };
        let both = times_and_counts(&report_set);
        assert_eq!(both.len(), 1);
        assert_eq!(both[0].columns, [(0, 0), (1, 1)]);
        let warnings = both[0].warnings();
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(
            warnings[0].contains("`unwind` on llvm:opt=none: an instruction of `unwind/indirect` takes 100.0 times")
        );
        assert_eq!(both[0].grid().rows.len(), 2);
        assert!(both[0].terminal().contains("kernel"));
    }
}
