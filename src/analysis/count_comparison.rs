//! From counted instructions to what can be said of one side against the other. Counts of two runs are compared as those
//! of one are: there is no drift of a machine in them.
use std::collections::HashMap;

use crate::analysis::comparison::{described, each, held, moved, own};
use crate::analysis::warnings;
use crate::catalog::benchmark::CellId;
use crate::output::counts::{Count, Ratio, agreement};
use crate::results::{CellComparison, CellRecord, Comparison, Metric, Report, SkipReason, VERSION};
use crate::statistics::{Margin, TimeVerdict};

/// What a run says of every variant that is held against another. What was counted again has the last word.
pub fn live(report: &Report, margin: Margin) -> Comparison {
    compared(report, report, &held(report), margin)
}

/// What two runs say of the variants that are in both, by their labels.
pub fn files(base: &Report, new: &Report, margin: Margin) -> Comparison {
    let in_base = own(base);
    let sides: Vec<_> =
        own(new).into_iter().filter(|label| in_base.contains(label)).map(|label| (label.clone(), label)).collect();
    compared(new, base, &sides, margin)
}

/// The cells that are not the same within the margin, by the place of their side.
pub fn suspects(report: &Report, margin: Margin) -> Vec<(usize, CellId)> {
    let first = Report { again: None, ..report.clone() };
    let pairs = live(&first, margin).pairs.into_iter();
    pairs
        .filter(|pair| pair.verdict.is_some_and(|verdict| verdict != TimeVerdict::Same))
        .map(|pair| (pair.side, pair.address))
        .collect()
}

fn compared(new: &Report, base: &Report, sides: &[(String, String)], margin: Margin) -> Comparison {
    let again: HashMap<_, _> = new
        .again
        .iter()
        .flat_map(|again| each(again, again, sides))
        .map(|(side, cell, base)| ((side, &cell.address), (cell, base)))
        .collect();
    let pair = |(side, cell, base): (usize, &CellRecord, &CellRecord)| {
        let confirmed = again.get(&(side, &cell.address));
        let (cell, base) = confirmed.copied().unwrap_or((cell, base));
        let told = |cell: &CellRecord| {
            cell.trouble.as_ref().map(|trouble| format!("{}: {}", trouble.word(), trouble.reason()))
        };
        let ratio = Count::of(cell).zip(Count::of(base)).map(|(count, base)| count.ratio_to(&base));
        CellComparison {
            side,
            address: cell.address.clone(),
            verdict: ratio.map(|ratio: Ratio| ratio.verdict(margin)),
            ratio: ratio.map(|ratio| ratio.value),
            low: ratio.map(|ratio| ratio.low),
            high: ratio.map(|ratio| ratio.high),
            confirmed: confirmed.is_some(),
            trouble: told(cell).or_else(|| told(base).map(|told| format!("before: {told}"))),
            broke: base.trouble.is_none()
                && matches!(
                    cell.trouble,
                    Some(SkipReason::Failed { .. } | SkipReason::Lost { .. } | SkipReason::Unsupported { .. })
                ),
        }
    };
    Comparison {
        version: VERSION,
        metric: Metric::Instructions,
        machine: new.machine.clone(),
        live: true,
        margin: margin.value(),
        sides: sides.iter().filter_map(|side| described(new, base, side)).collect(),
        pairs: each(new, base, sides).map(pair).collect(),
        changed: Vec::new(),
        moved: moved(new, base, sides),
        notes: [agreement(new), warnings::KERNEL.into()].into_iter().chain(differences(new, base)).collect(),
    }
}

/// What is not the same about two runs, and can be all that differs.
fn differences(new: &Report, base: &Report) -> Vec<String> {
    let differs = |what: &str, was: &str, is: &str| {
        (was != is).then(|| format!("{what}: {was} then, {is} now; what differs may be that and nothing else"))
    };
    let counter = |report: &Report| {
        report.run.notes.iter().find(|note| note.starts_with("counted by")).cloned().unwrap_or_default()
    };
    [
        differs("another valgrind", &counter(base), &counter(new)),
        differs("another target", &base.build.target, &new.build.target),
        differs("another system", &base.machine.os, &new.machine.os),
        differs("another profile", &base.build.profile, &new.build.profile),
        differs("another rustc", &base.build.rustc, &new.build.rustc),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::validate;

    /// The second variant takes `factor` times the instructions of the first, against which it is held.
    fn counted(factor: f64) -> Report {
        let mut report = validate::tests::report();
        report.metric = Metric::Instructions;
        report.subjects[1].held_against = Some(0);
        for cell in &mut report.cells {
            let count = if cell.subject == 1 { 1e4 * factor } else { 1e4 };
            for launch in &mut cell.launches {
                launch.nanoseconds.clear();
                launch.instructions = vec![count.round(); 2];
            }
        }
        report
    }

    fn verdicts(comparison: &Comparison) -> Vec<Option<TimeVerdict>> {
        comparison.pairs.iter().map(|pair| pair.verdict).collect()
    }

    #[test]
    fn every_cell_is_decided_by_the_margin() {
        let margin = Margin::new(0.005).unwrap();
        assert_eq!(verdicts(&live(&counted(1.01), margin)), [Some(TimeVerdict::Slower); 2]);
        assert_eq!(verdicts(&live(&counted(1.0), margin)), [Some(TimeVerdict::Same); 2]);
        assert_eq!(verdicts(&live(&counted(0.99), margin)), [Some(TimeVerdict::Faster); 2]);
        assert_eq!(suspects(&counted(1.01), margin).len(), 2);
        assert!(suspects(&counted(1.004), margin).is_empty());
    }

    #[test]
    fn what_was_counted_again_has_the_last_word() {
        let report = Report { again: Some(Box::new(counted(1.0))), ..counted(1.01) };
        let comparison = live(&report, Margin::new(0.005).unwrap());
        assert_eq!(verdicts(&comparison), [Some(TimeVerdict::Same); 2]);
        assert!(comparison.pairs.iter().all(|pair| pair.confirmed));
    }

    #[test]
    fn two_files_are_compared_as_one_run_is() {
        let (mut base, mut new) = (counted(1.0), counted(1.02));
        for report in [&mut base, &mut new] {
            report.subjects[1].held_against = None;
        }
        let comparison = files(&base, &new, Margin::new(0.005).unwrap());
        let slower = comparison.pairs.iter().filter(|pair| pair.verdict == Some(TimeVerdict::Slower));
        assert_eq!((slower.count(), comparison.pairs.len()), (2, 4));
    }
}
