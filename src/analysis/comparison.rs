//! Compares measured variants with their baselines.
use std::collections::HashMap;

use super::count_comparison;
use super::estimates::{interval, ratio, samples};
use crate::analysis::warnings::left_out;
use crate::catalog::benchmark;
use crate::catalog::benchmark::CellId;
use crate::results::{
    CellComparison, CellRecord, ChangedMetric, ChangedVerdict, CheckResult, ComparedVariant, Comparison, Launch,
    Machine, Metric, Report, SkipReason, VERSION, Variant,
};
use crate::statistics::{
    Confidence, Estimate, Interval, Margin, RunShift, TimeVerdict, judge, median, smallest_resolvable, typical_time,
    unpaired, unpaired_by_shift,
};

/// Compares the variants of a run with their baselines, which were measured in the same rounds.
///
/// A candidate is judged by the confirmation run alone, because selection biases its first launches. Every other cell is judged
/// by the launches of both runs, and so is a candidate that the confirmation run leaves inconclusive. A false verdict can come
/// from either judgement, so each has half of the error rate.
pub fn live(report: &Report, margin: Margin) -> Comparison {
    if report.metric == Metric::Instructions {
        return count_comparison::live(report, margin);
    }
    let variants = label_pairs(report);
    let confidence = Confidence::EACH_OF_TWO;
    let mut pairs = judged(compare_live_cells(&combined(report), &variants), margin, confidence);
    if let Some(confirmation) = &report.confirmation {
        let candidates = candidates(report, margin);
        let mut fresh = compare_live_cells(confirmation, &variants);
        fresh.retain(|pair| candidates.contains(&pair.place()));
        let decided =
            |pair: &PendingComparison| pair.cell.verdict.is_some_and(|verdict| verdict != TimeVerdict::Inconclusive);
        for mut pair in judged(fresh, margin, confidence).into_iter().filter(decided) {
            if let Some(first) = pairs.iter_mut().find(|first| first.place() == pair.place()) {
                pair.cell.confirmed = true;
                *first = pair;
            }
        }
    }
    Comparison { live: true, ..build_time_comparison(report, report, &variants, pairs, margin, confidence) }
}

/// A report with the launches of both runs.
fn combined(report: &Report) -> Report {
    let mut combined = Report { confirmation: None, ..report.clone() };
    let Some(confirmation) = &report.confirmation else { return combined };
    let mut fresh: HashMap<(&str, &CellId), &CellRecord> = HashMap::new();
    for cell in &confirmation.cells {
        fresh.insert((&confirmation.variants[cell.variant].label, &cell.cell_id), cell);
    }
    for cell in &mut combined.cells {
        let label = report.variants[cell.variant].label.as_str();
        let Some(more) = fresh.get(&(label, &cell.cell_id)) else { continue };
        let after =
            |launch: &Launch| Launch { launch: launch.launch + report.run.launches_completed, ..launch.clone() };
        cell.launches.extend(more.launches.iter().map(after));
        let skip_reason =
            more.skip_reason.clone().filter(|skip_reason| !matches!(skip_reason, SkipReason::TooSlow { .. }));
        cell.skip_reason = cell.skip_reason.take().or(skip_reason);
    }
    combined
}

/// Compares two reports by label. Each time is relative to the native baseline of its run, and the intervals are widened by
/// the drift between the runs.
pub fn files(baseline: &Report, new: &Report, margin: Margin) -> Comparison {
    if new.metric == Metric::Instructions {
        return count_comparison::files(baseline, new, margin);
    }
    let variants = shared_labels(baseline, new);
    let runs = Runs { baseline, new, shift: shift(baseline, new, &variants) };
    let pairs = compare_cells(new, baseline, &variants, |cell, baseline| runs.ratio(cell, baseline));
    let confidence = Confidence::NINETY_FIVE;
    build_time_comparison(new, baseline, &variants, judged(pairs, margin, confidence), margin, confidence)
}

/// The labels that are variants of both reports and not controls, each as its own baseline.
pub(crate) fn shared_labels(baseline: &Report, new: &Report) -> Vec<(String, String)> {
    let labels = |report: &Report| -> Vec<String> {
        let variants = report.variants.iter().filter(|variant| variant.control_of.is_none());
        variants.map(|variant| variant.label.clone()).collect()
    };
    let in_base = labels(baseline);
    labels(new).into_iter().filter(|label| in_base.contains(label)).map(|label| (label.clone(), label)).collect()
}

/// The cells that differ by more than the margin in the first run, uncorrected, with the index of the variant.
pub fn candidates(report: &Report, margin: Margin) -> Vec<(usize, CellId)> {
    if report.metric == Metric::Instructions {
        return count_comparison::candidates(report, margin);
    }
    let pairs = compare_live_cells(report, &label_pairs(report));
    let differs = |pair: &&PendingComparison| {
        let estimate = pair.estimate.as_slice();
        matches!(judge(estimate, margin, Confidence::NINETY_FIVE)[..], [TimeVerdict::Faster | TimeVerdict::Slower])
    };
    pairs.iter().filter(differs).map(PendingComparison::place).collect()
}

/// The cells that are inconclusive in the first run and not among the [`candidates`], with the index of the variant.
pub fn undecided(report: &Report, margin: Margin) -> Vec<(usize, CellId)> {
    let candidates = candidates(report, margin);
    let pairs = judged(compare_live_cells(report, &label_pairs(report)), margin, Confidence::EACH_OF_TWO);
    let inconclusive = pairs.iter().filter(|pair| pair.cell.verdict == Some(TimeVerdict::Inconclusive));
    inconclusive.map(PendingComparison::place).filter(|place| !candidates.contains(place)).collect()
}

/// The labels of the variants with a baseline, and of their baselines.
pub fn label_pairs(report: &Report) -> Vec<(String, String)> {
    let variant =
        |variant: &Variant| Some((variant.label.clone(), report.variants.get(variant.baseline?)?.label.clone()));
    report.variants.iter().filter_map(variant).collect()
}

/// Compares two check results.
pub fn checks(baseline: &CheckResult, new: &CheckResult) -> Comparison {
    let variants = new.variants.iter().filter_map(|variant| {
        let other = baseline.variants.iter().find(|other| other.label == variant.label)?;
        Some(compared_variant(variant.clone(), other.clone()))
    });
    Comparison {
        version: VERSION,
        metric: Metric::Time,
        machine: Machine::default(),
        live: false,
        margin: 0.0,
        variants: variants.collect(),
        cells: Vec::new(),
        changed_verdicts: changed(baseline, new),
        changed_metrics: Vec::new(),
        notes: Vec::new(),
    }
}

/// The scenarios with different verdicts in two check results; variants are matched by label.
pub fn changed(baseline: &CheckResult, new: &CheckResult) -> Vec<ChangedVerdict> {
    let mut changed = Vec::new();
    for (n, variant) in new.variants.iter().enumerate() {
        let Some(in_base) = baseline.variants.iter().position(|other| other.label == variant.label) else { continue };
        let verdicts: HashMap<_, _> = baseline
            .results
            .iter()
            .filter(|played| played.variant == in_base)
            .map(|played| (&played.scenario, &played.verdict))
            .collect();
        for played in new.results.iter().filter(|played| played.variant == n) {
            if let Some(before) = verdicts.get(&played.scenario)
                && before.word() != played.verdict.word()
            {
                changed.push(ChangedVerdict {
                    label: variant.label.clone(),
                    scenario: played.scenario.clone(),
                    before: before.word().into(),
                    after: played.verdict.to_string(),
                    worse: played.verdict.is_bad() && !before.is_bad(),
                });
            }
        }
    }
    changed
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

/// The comparisons of variants in the same rounds.
fn compare_live_cells(report: &Report, variants: &[(String, String)]) -> Vec<PendingComparison> {
    compare_cells(report, report, variants, ratio)
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

fn compare_cells(
    new: &Report,
    baseline: &Report,
    variants: &[(String, String)],
    ratio: impl Fn(&CellRecord, &CellRecord) -> Option<Estimate>,
) -> Vec<PendingComparison> {
    let pair = |(variant, cell, baseline): (usize, &CellRecord, &CellRecord)| {
        let without_ratio = without_ratio(variant, cell, baseline, &variants[variant]);
        let estimate = if without_ratio.skip_reason.is_none() { ratio(cell, baseline) } else { None };
        let interval = estimate.as_ref().and_then(interval).and_then(Interval::exp);
        let cell = CellComparison {
            ratio: estimate.as_ref().map(|estimate| estimate.value().exp()).filter(|ratio| ratio.is_finite()),
            low: interval.map(|interval| interval.low),
            high: interval.map(|interval| interval.high),
            ..without_ratio
        };
        PendingComparison { cell, estimate }
    };
    paired_cells(new, baseline, variants).map(pair).collect()
}

/// The comparison of a cell with its baseline, by what is known without samples.
pub(crate) fn without_ratio(
    variant: usize,
    cell: &CellRecord,
    baseline: &CellRecord,
    labels: &(String, String),
) -> CellComparison {
    CellComparison {
        variant,
        cell_id: cell.cell_id.clone(),
        verdict: None,
        ratio: None,
        low: None,
        high: None,
        confirmed: false,
        skip_reason: skip_reason(cell, baseline),
        newly_failing: is_newly_failing(cell, baseline, labels),
    }
}

/// Why one of the two cells has no samples.
fn skip_reason(cell: &CellRecord, baseline: &CellRecord) -> Option<String> {
    let reason = |cell: &CellRecord| {
        cell.skip_reason.as_ref().map(|skip_reason| format!("{}: {}", skip_reason.word(), skip_reason.reason()))
    };
    reason(cell).or_else(|| reason(baseline).map(|reason| format!("before: {reason}")))
}

/// Whether a cell of the variant, whose label is the first, fails, and its baseline's does not.
fn is_newly_failing(cell: &CellRecord, baseline: &CellRecord, (label, base_label): &(String, String)) -> bool {
    baseline.skip_reason.is_none()
        && match cell.skip_reason {
            Some(SkipReason::Failed { .. } | SkipReason::WorkerLost { .. }) => true,
            // Missing support in a different engine or option is not a regression.
            Some(SkipReason::Unsupported { .. }) => is_same_backend(label, base_label),
            Some(SkipReason::TooSlow { .. }) | None => false,
        }
}

/// Whether the two labels are the same backend with the same options in two builds.
pub(crate) fn is_same_backend(label: &str, baseline: &str) -> bool {
    baseline.strip_suffix(BEFORE).unwrap_or(baseline) == label
}

/// The suffix of the label of a variant in the baseline build.
pub const BEFORE: &str = " before";

/// Each cell of each variant with its baseline's cell.
pub(crate) fn paired_cells<'a>(
    new: &'a Report,
    baseline: &'a Report,
    variants: &'a [(String, String)],
) -> impl Iterator<Item = (usize, &'a CellRecord, &'a CellRecord)> {
    variants.iter().enumerate().flat_map(move |(n, (label, base_label))| {
        let theirs: HashMap<_, _> = cells_with_label(baseline, base_label).map(|cell| (&cell.cell_id, cell)).collect();
        cells_with_label(new, label).filter_map(move |cell| Some((n, cell, *theirs.get(&cell.cell_id)?)))
    })
}

/// The cells of the variant with a label.
fn cells_with_label<'a>(report: &'a Report, label: &str) -> impl Iterator<Item = &'a CellRecord> {
    let place = report.variants.iter().position(|variant| variant.label == label);
    report.cells.iter().filter(move |cell| Some(cell.variant) == place)
}

/// Two runs and the drift between them.
struct Runs<'a> {
    baseline: &'a Report,
    new: &'a Report,
    shift: Option<RunShift>,
}

impl Runs<'_> {
    fn ratio(&self, cell: &CellRecord, baseline: &CellRecord) -> Option<Estimate> {
        let (now, then, shift) = (time(cell)?, time(baseline)?, self.shift?);
        match (same_worker_native(self.new, cell), same_worker_native(self.baseline, baseline)) {
            (Some(native_now), Some(native_then))
                if is_comparable(&native_now, &now) && is_comparable(&native_then, &then) =>
            {
                unpaired((&now, &native_now), (&then, &native_then), shift)
            }
            _ => unpaired_by_shift(&now, &then, shift),
        }
    }
}

/// Whether a native baseline is comparable in size with its cell. A baseline of two nanoseconds does not predict an exit of
/// microseconds, and depends on code placement.
fn is_comparable(native: &Estimate, of: &Estimate) -> bool {
    of.value() - native.value() < MAX_RATIO_TO_NATIVE.ln()
}

/// The largest ratio between a cell and a comparable native baseline.
const MAX_RATIO_TO_NATIVE: f64 = 10.0;

fn time(cell: &CellRecord) -> Option<Estimate> {
    typical_time(&samples(cell))
}

/// The native baseline of a cell at its host depth, measured in the same worker.
fn same_worker_native(report: &Report, cell: &CellRecord) -> Option<Estimate> {
    let native = benchmark::find(&cell.cell_id.benchmark)?.native_baseline?;
    let is_it = |other: &&CellRecord| {
        other.variant == cell.variant
            && other.cell_id.benchmark == native.id
            && other.cell_id.host_frames == cell.cell_id.host_frames
    };
    time(report.cells.iter().find(is_it)?)
}

/// The drift between two runs: the shift of the native baselines, with an uncertainty from the scatter of all cells.
fn shift(baseline: &Report, new: &Report, variants: &[(String, String)]) -> Option<RunShift> {
    let shift = |is_it: fn(&CellRecord) -> bool| {
        let cells = paired_cells(new, baseline, variants).filter(|(_, cell, _)| is_it(cell));
        RunShift::of(
            &cells.filter_map(|(_, now, then)| Some(time(now)?.value() - time(then)?.value())).collect::<Vec<_>>(),
        )
    };
    let native_shift = shift(|cell| cell.cell_id.benchmark.starts_with("floor/"));
    let all = shift(|_| true)?;
    let native_shift = native_shift.unwrap_or(all);
    Some(RunShift { spread: native_shift.spread.max(all.spread), ..native_shift })
}

/// Differences between the two reports that can explain differences of their cells.
fn differences(new: &Report, baseline: &Report) -> impl Iterator<Item = String> {
    type Fact = (&'static str, fn(&Report) -> String);
    let of_metric: [Fact; 2] = match new.metric {
        Metric::Time => [
            ("processor", |report| report.machine.cpu.clone()),
            ("number of processors", |report| report.machine.processors.to_string()),
        ],
        Metric::Instructions => [
            ("valgrind", |report| {
                report.run.notes.iter().find(|note| note.starts_with("counted by")).cloned().unwrap_or_default()
            }),
            ("target", |report| report.build.target.clone()),
        ],
    };
    let of_both: [Fact; 3] = [
        ("system", |report| report.machine.os.clone()),
        ("profile", |report| report.build.profile.clone()),
        ("rustc", |report| report.build.rustc.clone()),
    ];
    of_metric.into_iter().chain(of_both).filter_map(move |(what, fact)| {
        let (before, now) = (fact(baseline), fact(new));
        (before != now)
            .then(|| format!("different {what}: {before} before, {now} now; this alone can explain differences"))
    })
}

/// The share by which a metric varies by chance.
fn drifts(metric: &str) -> f64 {
    if metric.contains("peak") { 0.2 } else { 0.001 }
}

fn changed_metrics(new: &Report, baseline: &Report, variants: &[(String, String)]) -> Vec<ChangedMetric> {
    let mut changed_metrics: Vec<ChangedMetric> = Vec::new();
    for (variant, cell, baseline) in paired_cells(new, baseline, variants) {
        for (metric, after) in &cell.metrics {
            let Some((_, before)) = baseline.metrics.iter().find(|(name, _)| name == metric) else { continue };
            // One benchmark represents several with the same module.
            let is_listed = |changed_metrics: &ChangedMetric| {
                (changed_metrics.variant, &changed_metrics.metric, changed_metrics.before, changed_metrics.after)
                    == (variant, metric, *before, *after)
            };
            if (after / before).ln().abs() > drifts(metric) && !changed_metrics.iter().any(is_listed) {
                changed_metrics.push(ChangedMetric {
                    variant,
                    cell_id: cell.cell_id.clone(),
                    metric: metric.clone(),
                    before: *before,
                    after: *after,
                });
            }
        }
    }
    changed_metrics
}

/// A comparison of times.
fn build_time_comparison(
    new: &Report,
    baseline: &Report,
    variants: &[(String, String)],
    pairs: Vec<PendingComparison>,
    margin: Margin,
    confidence: Confidence,
) -> Comparison {
    let notes = [&new.run.notes[..], &[resolution(&pairs, margin, confidence)]].concat();
    build_comparison(new, baseline, variants, pairs.into_iter().map(|pair| pair.cell).collect(), margin, notes)
}

/// The comparison of two reports, or of one with itself: these cells, and these notes before the [`differences`].
pub(crate) fn build_comparison(
    new: &Report,
    baseline: &Report,
    variants: &[(String, String)],
    cells: Vec<CellComparison>,
    margin: Margin,
    mut notes: Vec<String>,
) -> Comparison {
    let find = |report: &Report, label: &str| report.variants.iter().find(|variant| variant.label == label).cloned();
    let described =
        |(label, base_label): &(String, String)| Some(compared_variant(find(new, label)?, find(baseline, base_label)?));
    notes.extend(differences(new, baseline));
    Comparison {
        version: VERSION,
        metric: new.metric,
        machine: new.machine.clone(),
        live: false,
        margin: margin.value(),
        variants: variants.iter().filter_map(described).collect(),
        cells,
        changed_verdicts: Vec::new(),
        changed_metrics: changed_metrics(new, baseline, variants),
        notes,
    }
}

fn compared_variant(variant: Variant, other: Variant) -> ComparedVariant {
    ComparedVariant {
        label: variant.label,
        baseline: other.label,
        backend_info: variant.backend_info,
        baseline_backend_info: other.backend_info,
        build: variant.build,
        baseline_build: other.build,
    }
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

    fn verdict(report: &Report) -> (Option<TimeVerdict>, bool) {
        let comparison = live(report, Margin::new(0.02).unwrap());
        let pair = comparison.cells.iter().find(|pair| pair.cell_id.benchmark == "unwind/indirect").unwrap();
        (pair.verdict, pair.confirmed)
    }

    #[test]
    fn missing_support_is_broken_only_in_the_same_backend() {
        let broken = |report: &Report| {
            let comparison = live(report, Margin::new(0.02).unwrap());
            (comparison.cells.iter().filter(|pair| pair.newly_failing).count(), comparison.is_worse())
        };
        let mut report = run();
        let cell = report.cells.iter_mut().find(|cell| cell.variant == 1).unwrap();
        cell.launches.clear();
        cell.skip_reason = Some(SkipReason::Unsupported { reason: "its errors cannot be cloned".into() });
        assert_eq!(broken(&report), (0, false));
        report.variants[0].label = format!("{}{BEFORE}", report.variants[1].label);
        assert_eq!(broken(&report), (1, true));
        report.variants[0].label = "singlepass".into();
        report.cells[1].skip_reason = Some(SkipReason::Failed { reason: "returned 7".into() });
        assert_eq!(broken(&report), (1, true), "a failure is one on any backend");
    }

    #[test]
    fn candidates_are_judged_by_fresh_launches() {
        let first = run();
        assert_eq!(verdict(&first), (Some(TimeVerdict::Slower), false));
        let candidate: CellId = "unwind/indirect".parse().unwrap();
        assert!(candidates(&first, Margin::new(0.02).unwrap()).contains(&(0, candidate)));

        let confirmed = Report { confirmation: Some(Box::new(first.clone())), ..first.clone() };
        assert_eq!(verdict(&confirmed), (Some(TimeVerdict::Slower), true));

        let gone = Report { confirmation: Some(Box::new(alike(&first))), ..first.clone() };
        assert_eq!(verdict(&gone), (Some(TimeVerdict::Same), true));
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
            assert_eq!(verdict(&both), (Some(TimeVerdict::Slower), false));
        }
    }

    #[test]
    fn undecided_cells_are_judged_by_the_launches_of_both_runs() {
        let mut first = alike(&run());
        // Five launches have no verdict.
        first.cells.iter_mut().for_each(|cell| cell.launches.truncate(5));
        first.run.launches_completed = 5;
        let margin = Margin::new(0.02).unwrap();
        let cell_id: CellId = "unwind/indirect".parse().unwrap();
        assert!(candidates(&first, margin).is_empty() && undecided(&first, margin).contains(&(0, cell_id)));
        assert_eq!(verdict(&first), (Some(TimeVerdict::Inconclusive), false));
        let both = Report { confirmation: Some(Box::new(first.clone())), ..first };
        assert_eq!(verdict(&both), (Some(TimeVerdict::Same), false));
        let launches = &combined(&both).cells[0].launches;
        assert_eq!(launches.iter().map(|launch| launch.launch).collect::<Vec<_>>(), (1..=10).collect::<Vec<_>>());
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
