//! Compares instruction counts. Counts of two runs are comparable like those of one, because they do not drift. What depends on
//! the layout of the program is left out, because a baseline is mostly another build.
use std::collections::HashMap;

use super::instruction_count::{InstructionCount, agreement};
use super::report_pair::{CellPair, ReportPair};
use super::warnings;
use crate::catalog::benchmark::CellId;
use crate::results::{CellComparison, CellRecord, Comparison, Report};
use crate::statistics::{Margin, RatioVerdict};

/// The cells of two counts that take the place of the first ones, by the index of the variant and the cell.
type FreshCounts<'a> = HashMap<(usize, CellId), (&'a CellRecord, &'a CellRecord)>;

/// Compares the variants of a run with their baselines. A candidate is judged by the confirmation run alone.
pub fn live(report: &Report, margin: Margin) -> Comparison {
    let reports = ReportPair::live(report);
    // The confirmation run counts a cell on each variant that has any candidate.
    let candidates = candidates(report, margin);
    let run = report.confirmation.as_deref().map(|confirmation| reports.confirmation(confirmation));
    let counts = run.iter().flat_map(ReportPair::cells);
    let counts = counts.map(|(variant, cell, baseline)| ((variant, cell.cell_id.clone()), (cell, baseline)));
    let fresh = counts.filter(|(place, _)| candidates.contains(place)).collect();
    Comparison { live: true, ..compare(&reports, margin, &fresh) }
}

/// The cells that are not the same within the margin, with the index of the variant.
pub fn candidates(report: &Report, margin: Margin) -> Vec<(usize, CellId)> {
    let differ = |pair: &CellComparison| pair.verdict.is_some_and(|verdict| verdict != RatioVerdict::Same);
    let cells = compare(&ReportPair::live(report), margin, &HashMap::new()).cells;
    cells.into_iter().filter(differ).map(|pair| (pair.variant, pair.cell_id)).collect()
}

/// Compares each cell with its baseline; fresh counts take precedence, and confirm the verdict.
pub(crate) fn compare(reports: &ReportPair, margin: Margin, fresh: &FreshCounts) -> Comparison {
    let pair = |(variant, cell, baseline): CellPair| {
        let confirmed = fresh.get(&(variant, cell.cell_id.clone()));
        let (cell, baseline) = confirmed.copied().unwrap_or((cell, baseline));
        let ratio = InstructionCount::comparable(cell)
            .zip(InstructionCount::comparable(baseline))
            .map(|(count, baseline)| count.ratio_to(&baseline));
        CellComparison {
            verdict: ratio.map(|ratio| ratio.verdict(margin)),
            ratio: ratio.map(|ratio| ratio.value),
            low: ratio.map(|ratio| ratio.low),
            high: ratio.map(|ratio| ratio.high),
            confirmed: confirmed.is_some(),
            ..reports.without_ratio((variant, cell, baseline))
        }
    };
    let cells = reports.cells().map(pair).collect();
    let notes = vec![agreement(reports.new), warnings::KERNEL.into(), warnings::LAYOUT.into()];
    reports.comparison(cells, margin, notes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::comparison::files;
    use crate::results::{Metric, SkipReason, validate};

    /// The second variant executes `factor` times the instructions of the first, its baseline.
    fn counted(factor: f64) -> Report {
        let mut report = validate::tests::report();
        report.metric = Metric::Instructions;
        report.variants[1].baseline = Some(0);
        for cell in &mut report.cells {
            let count = if cell.variant == 1 { 1e4 * factor } else { 1e4 };
            for launch in &mut cell.launches {
                launch.nanoseconds.clear();
                launch.instructions = vec![count.round(); 2];
            }
        }
        report
    }

    fn margin() -> Margin {
        Margin::new(0.005).unwrap()
    }

    /// The verdict of each cell, and whether it is confirmed.
    fn verdicts(report: &Report) -> Vec<(Option<RatioVerdict>, bool)> {
        live(report, margin()).cells.iter().map(|pair| (pair.verdict, pair.confirmed)).collect()
    }

    #[test]
    fn every_cell_is_decided_by_the_margin() {
        for (factor, verdict) in [(1.01, RatioVerdict::Slower), (1.0, RatioVerdict::Same), (0.99, RatioVerdict::Faster)]
        {
            assert_eq!(verdicts(&counted(factor)), [(Some(verdict), false); 2]);
        }
        assert_eq!([1.01, 1.004].map(|factor| candidates(&counted(factor), margin()).len()), [2, 0]);
    }

    #[test]
    fn the_search_in_the_unwind_table_is_not_compared() {
        let mut report = counted(1.05);
        let cells = report.cells.iter_mut().filter(|cell| cell.variant == 1);
        cells.flat_map(|cell| &mut cell.launches).for_each(|launch| launch.unwind_table_search = vec![500.0; 2]);
        report.validate().unwrap();
        assert_eq!(verdicts(&report), [(Some(RatioVerdict::Same), false); 2]);
    }

    #[test]
    fn candidates_are_judged_by_fresh_counts() {
        let report = Report { confirmation: Some(Box::new(counted(1.0))), ..counted(1.01) };
        assert_eq!(verdicts(&report), [(Some(RatioVerdict::Same), true); 2]);
    }

    #[test]
    fn fresh_counts_of_other_cells_are_not_used() {
        let mut first = counted(1.01);
        let others = first.cells.iter_mut().skip(3).flat_map(|cell| &mut cell.launches);
        others.for_each(|launch| launch.instructions = vec![1e4; 2]);
        assert_eq!(candidates(&first, margin()).len(), 1);
        let report = Report { confirmation: Some(Box::new(counted(1.02))), ..first };
        assert_eq!(verdicts(&report), [(Some(RatioVerdict::Slower), true), (Some(RatioVerdict::Same), false)]);
    }

    #[test]
    fn missing_support_in_another_engine_is_no_regression() {
        let mut report = counted(1.0);
        let cell = report.cells.iter_mut().find(|cell| cell.variant == 1).unwrap();
        cell.launches.clear();
        cell.skip_reason = Some(SkipReason::Unsupported { reason: "no artifacts".into() });
        assert!(live(&report, margin()).cells.iter().all(|pair| !pair.newly_failing));
    }

    #[test]
    fn two_files_are_compared_as_one_run_is() {
        let (mut baseline, mut new) = (counted(1.0), counted(1.02));
        for report in [&mut baseline, &mut new] {
            report.variants[1].baseline = None;
        }
        let comparison = files(&baseline, &new, margin());
        let slower = comparison.cells.iter().filter(|pair| pair.verdict == Some(RatioVerdict::Slower));
        assert_eq!((slower.count(), comparison.cells.len()), (2, 4));
    }

    #[test]
    fn a_confirmation_run_against_another_baseline_says_nothing_about_two_files() {
        let new = Report { confirmation: Some(Box::new(counted(1.0))), ..counted(1.02) };
        let comparison = files(&counted(1.0), &new, margin());
        let verdicts: Vec<_> = comparison.cells.iter().map(|pair| (pair.verdict, pair.confirmed)).collect();
        let (same, slower) = ((Some(RatioVerdict::Same), false), (Some(RatioVerdict::Slower), false));
        assert_eq!(verdicts, [same, same, slower, slower]);
    }
}
