//! Two reports, or twice the same: which cells are compared with which, and what differs besides the times.
use std::collections::HashMap;

use crate::results::{
    CellComparison, CellRecord, ChangedMetric, ComparedVariant, Comparison, Metric, Report, SkipReason, VERSION,
    Variant,
};
use crate::statistics::Margin;

/// Two reports, or twice the same, with the variants to compare.
pub(crate) struct ReportPair<'a> {
    pub(crate) new: &'a Report,
    pub(crate) baseline: &'a Report,
    /// The labels of variants of the new report, and of their baselines in the other.
    labels: Vec<(String, String)>,
}

/// The index of a variant among the compared ones, its cell, and its baseline's cell.
pub(crate) type CellPair<'a> = (usize, &'a CellRecord, &'a CellRecord);

impl<'a> ReportPair<'a> {
    /// The variants of a report and their baselines.
    pub(crate) fn live(report: &'a Report) -> Self {
        Self { new: report, baseline: report, labels: label_pairs(report) }
    }

    /// The same variants in the confirmation run.
    pub(crate) fn confirmation(&self, run: &'a Report) -> Self {
        Self { new: run, baseline: run, labels: self.labels.clone() }
    }

    /// The variants of both reports that are not controls, each as its own baseline.
    pub(crate) fn files(baseline: &'a Report, new: &'a Report) -> Self {
        let is_shared = |variant: &&Variant| {
            let is_same = |other: &Variant| other.label == variant.label && other.control_of.is_none();
            variant.control_of.is_none() && baseline.variants.iter().any(is_same)
        };
        let shared = new.variants.iter().filter(is_shared);
        Self { new, baseline, labels: shared.map(|variant| (variant.label.clone(), variant.label.clone())).collect() }
    }

    /// Each cell of each variant with its baseline's cell.
    pub(crate) fn cells(&self) -> impl Iterator<Item = CellPair<'a>> {
        self.labels.iter().enumerate().flat_map(|(n, (label, base_label))| {
            let baseline = cells_with_label(self.baseline, base_label);
            let baseline: HashMap<_, _> = baseline.map(|cell| (&cell.cell_id, cell)).collect();
            let new = cells_with_label(self.new, label);
            new.filter_map(move |cell| Some((n, cell, *baseline.get(&cell.cell_id)?)))
        })
    }

    /// The comparison of a cell with its baseline, by what is known without samples.
    pub(crate) fn without_ratio(&self, (variant, cell, baseline): CellPair) -> CellComparison {
        CellComparison {
            variant,
            cell_id: cell.cell_id.clone(),
            verdict: None,
            ratio: None,
            low: None,
            high: None,
            confirmed: false,
            skip_reason: skip_reason(cell, baseline),
            newly_failing: is_newly_failing(cell, baseline, &self.labels[variant]),
        }
    }

    /// The comparison with these cells, and these notes before the differences between the reports.
    pub(crate) fn comparison(&self, cells: Vec<CellComparison>, margin: Margin, mut notes: Vec<String>) -> Comparison {
        let (new, baseline) = (self.new, self.baseline);
        let find = |report: &Report, label: &str| report.variants.iter().find(|known| known.label == label).cloned();
        let described = |(label, base_label): &(String, String)| {
            Some(compared_variant(find(new, label)?, find(baseline, base_label)?))
        };
        notes.extend(differences(new, baseline));
        Comparison {
            version: VERSION,
            metric: new.metric,
            machine: new.machine.clone(),
            margin: margin.value(),
            variants: self.labels.iter().filter_map(described).collect(),
            cells,
            changed_metrics: self.changed_metrics(),
            notes,
            ..Comparison::default()
        }
    }

    fn changed_metrics(&self) -> Vec<ChangedMetric> {
        let mut changed: Vec<ChangedMetric> = Vec::new();
        for (variant, cell, baseline) in self.cells() {
            for (metric, after) in &cell.metrics {
                let Some((_, before)) = baseline.metrics.iter().find(|(name, _)| name == metric) else { continue };
                // One benchmark represents several with the same module.
                let is_listed = changed.iter().any(|listed| {
                    (listed.variant, &listed.metric, listed.before, listed.after) == (variant, metric, *before, *after)
                });
                if (after / before).ln().abs() > drifts(metric) && !is_listed {
                    let (cell_id, metric, before, after) = (cell.cell_id.clone(), metric.clone(), *before, *after);
                    changed.push(ChangedMetric { variant, cell_id, metric, before, after });
                }
            }
        }
        changed
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

/// The cells of the variant with a label.
fn cells_with_label<'a>(report: &'a Report, label: &str) -> impl Iterator<Item = &'a CellRecord> + use<'a> {
    let place = report.variants.iter().position(|variant| variant.label == label);
    report.cells.iter().filter(move |cell| Some(cell.variant) == place)
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

pub(crate) fn compared_variant(variant: Variant, other: Variant) -> ComparedVariant {
    ComparedVariant {
        label: variant.label,
        baseline: other.label,
        backend_info: variant.backend_info,
        baseline_backend_info: other.backend_info,
        build: variant.build,
        baseline_build: other.build,
    }
}

/// The labels of the variants with a baseline, and of their baselines.
pub fn label_pairs(report: &Report) -> Vec<(String, String)> {
    let variant =
        |variant: &Variant| Some((variant.label.clone(), report.variants.get(variant.baseline?)?.label.clone()));
    report.variants.iter().filter_map(variant).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::comparison::live;
    use crate::results::validate;

    #[test]
    fn missing_support_is_broken_only_in_the_same_backend() {
        let broken = |report: &Report| {
            let comparison = live(report, Margin::TWO_PERCENT);
            (comparison.cells.iter().filter(|pair| pair.newly_failing).count(), comparison.is_worse())
        };
        let mut report = validate::tests::report();
        report.variants[1].baseline = Some(0);
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
}
