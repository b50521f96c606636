//! Times and instruction counts of the same variants, and where they disagree.
use super::estimates::{self, EstimateRow, columns};
use super::instruction_count::InstructionCount;
use super::warnings;
use crate::lists::entry;
use crate::results::{Report, ReportSet, Variant};

/// Times and counts of the same variants, from two reports.
pub(crate) struct TimeAndCount<'a> {
    /// The display name of the machine of the times.
    pub(crate) name: String,
    pub(crate) time: &'a Report,
    count: &'a Report,
    /// The columns in both reports, by their indices.
    pub(crate) columns: Vec<(usize, usize)>,
}

/// Each report of times with the first report of counts that shares variants with it.
pub(crate) fn times_and_counts(report_set: &ReportSet) -> Vec<TimeAndCount<'_>> {
    let mut both = Vec::new();
    let reports = || report_set.reports.iter();
    for (time, name) in reports().zip(report_set.names()).filter(|(report, _)| report.metric.is_time()) {
        let shared = |count: &Report| {
            let place = |n: usize| {
                let is_it = |variant: &Variant| variant.label == time.variants[n].label;
                Some((n, count.variants.iter().position(is_it)?))
            };
            columns(time).into_iter().filter_map(place).collect::<Vec<_>>()
        };
        let counts = reports().filter(|report| !report.metric.is_time());
        let with_columns = counts.map(|count| (count, shared(count))).find(|(_, columns)| !columns.is_empty());
        both.extend(with_columns.map(|(count, columns)| TimeAndCount { name, time, count, columns }));
    }
    both
}

impl<'a> TimeAndCount<'a> {
    /// The rows of times and of counts of each cell in both reports.
    pub(crate) fn rows(&self) -> Vec<[EstimateRow<'a>; 2]> {
        let mut counts = estimates::rows(self.count);
        let pair = |time: EstimateRow<'a>| {
            let place = counts.iter().position(|count| count.cell_id == time.cell_id)?;
            Some([time, counts.swap_remove(place)])
        };
        estimates::rows(self.time).into_iter().filter_map(pair).collect()
    }

    /// Per theme and variant, the two rows that differ most in time per instruction, if by more than a factor of three.
    fn disagreements(&self) -> Vec<String> {
        let rows = self.rows();
        let mut disagreements = Vec::new();
        for (n, m) in &self.columns {
            let mut themes: Vec<(&str, Vec<(f64, String)>)> = Vec::new();
            for [time, count] in &rows {
                let cell_id = time.cell_id;
                let count = InstructionCount::of(count.cells[*m].record);
                if let (Some(time), Some(count)) = (time.cells[*n].nanoseconds(), count) {
                    entry(&mut themes, cell_id.theme()).push((time / count.typical, cell_id.to_string()));
                }
            }
            for (theme, mut cells) in themes {
                cells.sort_by(|a, b| a.0.total_cmp(&b.0));
                if let [(least, low), .., (most, high)] = &cells[..]
                    && most / least > 3.0
                {
                    disagreements.push(format!(
                        "time and count disagree in `{theme}` on {}: an instruction of `{high}` takes {:.1} times as long as \
                         one of `{low}`, so counts do not rank these rows",
                        self.time.variants[*n].label,
                        most / least,
                    ));
                }
            }
        }
        disagreements
    }

    /// What to be aware of.
    pub(crate) fn notes(&self) -> Vec<String> {
        [warnings::KERNEL.to_owned()].into_iter().chain(self.disagreements()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::{Metric, validate};

    #[test]
    fn rows_whose_time_and_count_disagree_are_named() {
        let mut time = validate::tests::report();
        // Both rows are in one theme.
        time.cells[..3].iter_mut().for_each(|cell| cell.cell_id.benchmark = "unwind/typed".into());
        let mut count = Report { metric: Metric::Instructions, ..time.clone() };
        for cell in &mut count.cells {
            // 10 instructions per nanosecond; on the second variant's second row, one per 10 ns.
            let factor = if cell.variant == 1 && cell.cell_id.benchmark == "unwind/indirect" { 0.1 } else { 10.0 };
            for launch in &mut cell.launches {
                launch.instructions = launch.nanoseconds.drain(..).map(|time| time * factor).collect();
            }
        }
        count.validate().unwrap();
        let report_set = ReportSet { reports: vec![time, count], ..ReportSet::default() };
        let both = times_and_counts(&report_set);
        assert_eq!(both.len(), 1);
        assert_eq!(both[0].columns, [(0, 0), (1, 1)]);
        let warnings = both[0].disagreements();
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        let expected = "`unwind` on llvm:opt=none: an instruction of `unwind/indirect` takes 100.0 times";
        assert!(warnings[0].contains(expected), "{warnings:?}");
        assert_eq!(both[0].rows().len(), 2);
        assert!(both[0].notes()[0].contains("kernel"));
    }
}
