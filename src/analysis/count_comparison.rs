//! Compares instruction counts. Counts of two runs are comparable like those of one, because they do not drift. What depends on
//! the layout of the program is left out, because a baseline is mostly another build.
use std::collections::HashMap;

use super::instruction_count::{CountRatio, InstructionCount, agreement};
use crate::analysis::comparison::{self, label_pairs, paired_cells, shared_labels, without_ratio};
use crate::analysis::warnings;
use crate::catalog::benchmark::CellId;
use crate::results::{CellComparison, CellRecord, Comparison, Report};
use crate::statistics::{Margin, RatioVerdict};

/// Compares the variants of a run with their baselines; a confirmation run takes precedence.
pub fn live(report: &Report, margin: Margin) -> Comparison {
    Comparison { live: true, ..compare_counts(report, report, &label_pairs(report), margin) }
}

/// Compares two reports by label.
pub fn files(baseline: &Report, new: &Report, margin: Margin) -> Comparison {
    compare_counts(new, baseline, &shared_labels(baseline, new), margin)
}

/// The cells that are not the same within the margin, with the index of the variant.
pub fn candidates(report: &Report, margin: Margin) -> Vec<(usize, CellId)> {
    let first = Report { confirmation: None, ..report.clone() };
    let cells = live(&first, margin).cells.into_iter();
    cells
        .filter(|pair| pair.verdict.is_some_and(|verdict| verdict != RatioVerdict::Same))
        .map(|pair| (pair.variant, pair.cell_id))
        .collect()
}

fn compare_counts(new: &Report, baseline: &Report, variants: &[(String, String)], margin: Margin) -> Comparison {
    // The confirmation run counts a cell on each variant that has any candidate.
    let candidates = if new.confirmation.is_some() { candidates(new, margin) } else { Vec::new() };
    let confirmation: HashMap<_, _> = new
        .confirmation
        .iter()
        .flat_map(|confirmation| paired_cells(confirmation, confirmation, variants))
        .map(|(variant, cell, baseline)| ((variant, cell.cell_id.clone()), (cell, baseline)))
        .filter(|(place, _)| candidates.contains(place))
        .collect();
    let pair = |(variant, cell, baseline): (usize, &CellRecord, &CellRecord)| {
        let confirmed = confirmation.get(&(variant, cell.cell_id.clone()));
        let (cell, baseline) = confirmed.copied().unwrap_or((cell, baseline));
        let ratio = InstructionCount::comparable(cell)
            .zip(InstructionCount::comparable(baseline))
            .map(|(count, baseline)| count.ratio_to(&baseline));
        CellComparison {
            verdict: ratio.map(|ratio: CountRatio| ratio.verdict(margin)),
            ratio: ratio.map(|ratio| ratio.value),
            low: ratio.map(|ratio| ratio.low),
            high: ratio.map(|ratio| ratio.high),
            confirmed: confirmed.is_some(),
            ..without_ratio(variant, cell, baseline, &variants[variant])
        }
    };
    let cells = paired_cells(new, baseline, variants).map(pair).collect();
    let notes = vec![agreement(new), warnings::KERNEL.into(), warnings::LAYOUT.into()];
    comparison::build_comparison(new, baseline, variants, cells, margin, notes)
}

#[cfg(test)]
mod tests {
    use super::*;
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

    fn verdicts(comparison: &Comparison) -> Vec<Option<RatioVerdict>> {
        comparison.cells.iter().map(|pair| pair.verdict).collect()
    }

    #[test]
    fn every_cell_is_decided_by_the_margin() {
        let margin = Margin::new(0.005).unwrap();
        assert_eq!(verdicts(&live(&counted(1.01), margin)), [Some(RatioVerdict::Slower); 2]);
        assert_eq!(verdicts(&live(&counted(1.0), margin)), [Some(RatioVerdict::Same); 2]);
        assert_eq!(verdicts(&live(&counted(0.99), margin)), [Some(RatioVerdict::Faster); 2]);
        assert_eq!(candidates(&counted(1.01), margin).len(), 2);
        assert!(candidates(&counted(1.004), margin).is_empty());
    }

    #[test]
    fn the_search_in_the_unwind_table_is_not_compared() {
        let mut report = counted(1.05);
        for cell in report.cells.iter_mut().filter(|cell| cell.variant == 1) {
            for launch in &mut cell.launches {
                launch.unwind_table_search = vec![500.0; 2];
            }
        }
        report.validate().unwrap();
        assert_eq!(verdicts(&live(&report, Margin::new(0.005).unwrap())), [Some(RatioVerdict::Same); 2]);
    }

    #[test]
    fn candidates_are_judged_by_fresh_counts() {
        let report = Report { confirmation: Some(Box::new(counted(1.0))), ..counted(1.01) };
        let comparison = live(&report, Margin::new(0.005).unwrap());
        assert_eq!(verdicts(&comparison), [Some(RatioVerdict::Same); 2]);
        assert!(comparison.cells.iter().all(|pair| pair.confirmed));
    }

    #[test]
    fn fresh_counts_of_other_cells_are_not_used() {
        let mut first = counted(1.01);
        for launch in first.cells.iter_mut().skip(3).flat_map(|cell| &mut cell.launches) {
            launch.instructions = vec![1e4; 2];
        }
        assert_eq!(candidates(&first, Margin::new(0.005).unwrap()).len(), 1);
        let report = Report { confirmation: Some(Box::new(counted(1.02))), ..first };
        let comparison = live(&report, Margin::new(0.005).unwrap());
        assert_eq!(verdicts(&comparison), [Some(RatioVerdict::Slower), Some(RatioVerdict::Same)]);
        assert_eq!(comparison.cells.iter().map(|pair| pair.confirmed).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn missing_support_in_another_engine_is_no_regression() {
        let mut report = counted(1.0);
        let cell = report.cells.iter_mut().find(|cell| cell.variant == 1).unwrap();
        cell.launches.clear();
        cell.skip_reason = Some(SkipReason::Unsupported { reason: "no artifacts".into() });
        assert!(live(&report, Margin::new(0.005).unwrap()).cells.iter().all(|pair| !pair.newly_failing));
    }

    #[test]
    fn two_files_are_compared_as_one_run_is() {
        let (mut baseline, mut new) = (counted(1.0), counted(1.02));
        for report in [&mut baseline, &mut new] {
            report.variants[1].baseline = None;
        }
        let comparison = files(&baseline, &new, Margin::new(0.005).unwrap());
        let slower = comparison.cells.iter().filter(|pair| pair.verdict == Some(RatioVerdict::Slower));
        assert_eq!((slower.count(), comparison.cells.len()), (2, 4));
    }
}
