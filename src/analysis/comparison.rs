//! Compares measured variants with their baselines.
use std::collections::HashMap;

use super::estimates::{interval, ratio};
use super::report_pair::{CellPair, ReportPair};
use super::warnings::left_out;
use super::{count_comparison, run_correction};
use crate::catalog::benchmark::CellId;
use crate::results::{CellComparison, CellRecord, Comparison, Launch, Metric, Report, SkipReason};
use crate::statistics::{Confidence, Estimate, Interval, Margin, RatioVerdict, judge, median, smallest_resolvable};

/// Compares the variants of a run with their baselines, which were measured in the same rounds.
///
/// A candidate is judged by the confirmation run alone, because selection biases its first launches. Every other cell is judged
/// by the launches of both runs, and so is a candidate that the confirmation run leaves inconclusive. A false verdict can come
/// from either judgement, so each has half of the error rate.
pub fn live(report: &Report, margin: Margin) -> Comparison {
    let reports = ReportPair::live(report);
    if report.metric == Metric::Instructions {
        return count_comparison::live(report, margin);
    }
    let confidence = Confidence::EACH_OF_TWO;
    let mut pairs = judged(pending(&ReportPair::live(&combined(report)), ratio), margin, confidence);
    if let Some(confirmation) = &report.confirmation {
        let candidates = candidates(report, margin);
        let mut fresh = pending(&reports.confirmation(confirmation), ratio);
        fresh.retain(|pair| candidates.contains(&pair.place()));
        let decided =
            |pair: &PendingComparison| pair.cell.verdict.is_some_and(|verdict| verdict != RatioVerdict::Inconclusive);
        for mut pair in judged(fresh, margin, confidence).into_iter().filter(decided) {
            if let Some(first) = pairs.iter_mut().find(|first| first.place() == pair.place()) {
                pair.cell.confirmed = true;
                *first = pair;
            }
        }
    }
    Comparison { live: true, ..comparison(&reports, pairs, margin, confidence) }
}

/// A report with the launches of both runs.
fn combined(report: &Report) -> Report {
    let mut combined = Report { confirmation: None, ..report.clone() };
    let Some(confirmation) = &report.confirmation else { return combined };
    let label = |cell: &CellRecord| confirmation.variants[cell.variant].label.as_str();
    let fresh: HashMap<_, _> = confirmation.cells.iter().map(|cell| ((label(cell), &cell.cell_id), cell)).collect();
    for cell in &mut combined.cells {
        let label = report.variants[cell.variant].label.as_str();
        let Some(more) = fresh.get(&(label, &cell.cell_id)) else { continue };
        let after =
            |launch: &Launch| Launch { launch: launch.launch + report.run.launches_completed, ..launch.clone() };
        cell.launches.extend(more.launches.iter().map(after));
        let is_too_slow = matches!(more.skip_reason, Some(SkipReason::TooSlow { .. }));
        if cell.skip_reason.is_none() && !is_too_slow {
            cell.skip_reason.clone_from(&more.skip_reason);
        }
    }
    combined
}

/// Compares two reports by label. Times are corrected for the drift between the two runs. A confirmation run is not used: it
/// measured what differs from another baseline.
pub fn files(baseline: &Report, new: &Report, margin: Margin) -> Comparison {
    let reports = ReportPair::files(baseline, new);
    if new.metric == Metric::Instructions {
        return count_comparison::compare(&reports, margin, &HashMap::new());
    }
    let shift = run_correction::shift(&reports);
    let pairs = pending(&reports, |now, then| run_correction::ratio(&reports, now, then, shift?));
    let confidence = Confidence::NINETY_FIVE;
    comparison(&reports, judged(pairs, margin, confidence), margin, confidence)
}

/// The cells that differ by more than the margin in the first run, uncorrected, with the index of the variant.
pub fn candidates(report: &Report, margin: Margin) -> Vec<(usize, CellId)> {
    if report.metric == Metric::Instructions {
        return count_comparison::candidates(report, margin);
    }
    let pairs = pending(&ReportPair::live(report), ratio);
    let differs = |pair: &&PendingComparison| {
        let estimate = pair.estimate.as_slice();
        matches!(judge(estimate, margin, Confidence::NINETY_FIVE)[..], [RatioVerdict::Faster | RatioVerdict::Slower])
    };
    pairs.iter().filter(differs).map(PendingComparison::place).collect()
}

/// The cells that are inconclusive in the first run and not among the [`candidates`], with the index of the variant.
pub fn undecided(report: &Report, margin: Margin) -> Vec<(usize, CellId)> {
    let candidates = candidates(report, margin);
    let pairs = judged(pending(&ReportPair::live(report), ratio), margin, Confidence::EACH_OF_TWO);
    let inconclusive = pairs.iter().filter(|pair| pair.cell.verdict == Some(RatioVerdict::Inconclusive));
    inconclusive.map(PendingComparison::place).filter(|place| !candidates.contains(place)).collect()
}

/// A comparison, without a verdict at first, and its estimate.
struct PendingComparison {
    cell: CellComparison,
    estimate: Option<Estimate>,
}

impl PendingComparison {
    /// The index of the variant, and the cell.
    fn place(&self) -> (usize, CellId) {
        (self.cell.variant, self.cell.cell_id.clone())
    }
}

/// The comparisons with their verdicts, corrected for multiple comparisons. One without an estimate has no verdict.
fn judged(mut pairs: Vec<PendingComparison>, margin: Margin, confidence: Confidence) -> Vec<PendingComparison> {
    let estimates: Vec<_> = pairs.iter().filter_map(|pair| pair.estimate.clone()).collect();
    let estimated = pairs.iter_mut().filter(|pair| pair.estimate.is_some());
    for (pair, verdict) in estimated.zip(judge(&estimates, margin, confidence)) {
        pair.cell.verdict = Some(verdict);
    }
    pairs
}

/// The comparisons of times, without verdicts.
fn pending(
    reports: &ReportPair,
    ratio: impl Fn(&CellRecord, &CellRecord) -> Option<Estimate>,
) -> Vec<PendingComparison> {
    let pair = |cells: CellPair| {
        let without_ratio = reports.without_ratio(cells);
        let estimate = if without_ratio.skip_reason.is_none() { ratio(cells.1, cells.2) } else { None };
        let interval = estimate.as_ref().and_then(interval).and_then(Interval::exp);
        let cell = CellComparison {
            ratio: estimate.as_ref().map(|estimate| estimate.value().exp()).filter(|ratio| ratio.is_finite()),
            low: interval.map(|interval| interval.low),
            high: interval.map(|interval| interval.high),
            ..without_ratio
        };
        PendingComparison { cell, estimate }
    };
    reports.cells().map(pair).collect()
}

fn comparison(
    reports: &ReportPair,
    pairs: Vec<PendingComparison>,
    margin: Margin,
    confidence: Confidence,
) -> Comparison {
    let notes = [&reports.new.run.notes[..], &[resolution(&pairs, margin, confidence)]].concat();
    reports.comparison(pairs.into_iter().map(|pair| pair.cell).collect(), margin, notes)
}

/// The smallest detectable difference at the margin, and the share of outliers.
fn resolution(pairs: &[PendingComparison], margin: Margin, confidence: Confidence) -> String {
    let estimates: Vec<_> = pairs.iter().filter_map(|pair| pair.estimate.as_ref()).collect();
    let resolved = |estimate: &&Estimate| smallest_resolvable(estimate, 1, margin, confidence, Confidence::NINETY);
    let resolution = match median(&estimates.iter().filter_map(resolved).collect::<Vec<_>>()) {
        Some(typical) => format!(
            "a typical cell distinguishes a difference of {:.1} % from the margin of {} % in nine of ten runs",
            100.0 * typical.exp_m1(),
            (margin.value() * 1e4).round() / 1e2,
        ),
        None => "too few launches to estimate the resolution".into(),
    };
    format!("resolution: {resolution}; {}", left_out(estimates.into_iter()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::validate;

    /// The second variant is 40 % slower on `unwind/indirect`; the first is its baseline.
    fn run() -> Report {
        let mut report = validate::tests::report();
        report.variants[1].baseline = Some(0);
        report
    }

    fn verdict(report: &Report) -> (Option<RatioVerdict>, bool) {
        let comparison = live(report, Margin::TWO_PERCENT);
        let pair = comparison.cells.iter().find(|pair| pair.cell_id.benchmark == "unwind/indirect").unwrap();
        (pair.verdict, pair.confirmed)
    }

    #[test]
    fn candidates_are_judged_by_fresh_launches() {
        let first = run();
        assert_eq!(verdict(&first), (Some(RatioVerdict::Slower), false));
        let candidate: CellId = "unwind/indirect".parse().unwrap();
        assert!(candidates(&first, Margin::TWO_PERCENT).contains(&(0, candidate)));

        for (second, expected) in [(first.clone(), RatioVerdict::Slower), (alike(&first), RatioVerdict::Same)] {
            let both = Report { confirmation: Some(Box::new(second)), ..first.clone() };
            assert_eq!(verdict(&both), (Some(expected), true));
        }
    }

    /// The same with equal times.
    fn alike(report: &Report) -> Report {
        let mut other = report.clone();
        let times: Vec<_> = other.cells.iter().filter(|cell| cell.variant == 0).cloned().collect();
        for cell in other.cells.iter_mut().filter(|cell| cell.variant == 1) {
            cell.launches.clone_from(&times.iter().find(|time| time.cell_id == cell.cell_id).unwrap().launches);
        }
        other
    }

    #[test]
    fn a_confirmation_run_never_ends_less_certain_than_the_first_run() {
        let first = run();
        let mut few = first.clone();
        few.cells.iter_mut().for_each(|cell| cell.launches.truncate(2));
        let mut none = first.clone();
        none.cells.clear();
        let mut too_slow = first.clone();
        for cell in &mut too_slow.cells {
            cell.launches.clear();
            cell.skip_reason = Some(SkipReason::TooSlow { needs_seconds: Some(1.0) });
        }
        for second in [few, none, too_slow] {
            let both = Report { confirmation: Some(Box::new(second)), ..first.clone() };
            assert_eq!(verdict(&both), (Some(RatioVerdict::Slower), false));
        }
    }

    #[test]
    fn undecided_cells_are_judged_by_the_launches_of_both_runs() {
        let mut first = alike(&run());
        // Five launches have no verdict.
        first.cells.iter_mut().for_each(|cell| cell.launches.truncate(5));
        first.run.launches_completed = 5;
        let cell = (0, "unwind/indirect".parse().unwrap());
        let margin = Margin::TWO_PERCENT;
        assert!(candidates(&first, margin).is_empty() && undecided(&first, margin).contains(&cell));
        assert_eq!(verdict(&first), (Some(RatioVerdict::Inconclusive), false));
        let both = Report { confirmation: Some(Box::new(first.clone())), ..first };
        assert_eq!(verdict(&both), (Some(RatioVerdict::Same), false));
        let launches = &combined(&both).cells[0].launches;
        assert!(launches.iter().map(|launch| launch.launch).eq(1..=10));
    }

    #[test]
    fn the_resolution_is_that_of_the_margin_in_force() {
        let resolution = |margin: f64| {
            let notes = live(&run(), Margin::new(margin).unwrap()).notes;
            let note = notes.into_iter().find(|note| note.starts_with("resolution")).unwrap();
            let words: Vec<&str> = note.split(' ').collect();
            let after =
                |word: &str| words[words.iter().position(|other| *other == word).unwrap() + 2].parse::<f64>().unwrap();
            (after("difference"), after("margin"))
        };
        let (fine, coarse) = (resolution(0.0), resolution(0.1));
        assert_eq!((fine.1, coarse.1), (0.0, 10.0));
        assert!(coarse.0 > fine.0 + 9.9, "{fine:?} {coarse:?}");
    }
}
