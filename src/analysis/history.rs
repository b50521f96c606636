//! How an engine's cells change over its releases: several libraries or builds of one engine in one report.
use crate::analysis::estimates;
use crate::analysis::instruction_count::InstructionCount;
use crate::catalog::benchmark::CellId;
use crate::lists::entry;
use crate::results::{CellRecord, Metric, Report, Variant};
use crate::statistics::{Confidence, Estimate, Margin, RatioVerdict, judge};

/// An engine over its releases.
pub struct History<'a> {
    /// The engine: `wasmtime`, or a backend's name where builds of it are compared.
    pub engine: String,
    /// Its releases, the oldest first.
    pub releases: Vec<Release>,
    /// Its cells, each over the releases.
    pub rows: Vec<HistoryRow<'a>>,
}

/// A release.
pub struct Release {
    /// The place of its variant.
    pub column: usize,
    /// Its version.
    pub version: String,
}

/// A cell over the releases.
pub struct HistoryRow<'a> {
    /// Which.
    pub cell_id: &'a CellId,
    /// What each release takes.
    pub points: Vec<HistoryPoint>,
}

/// What a release takes.
#[derive(Debug, Clone, Default)]
pub struct HistoryPoint {
    /// Nanoseconds, or instructions; nothing where it has none.
    pub value: Option<f64>,
    /// How many times as much as the last release before that has this cell, from rounds in which both were.
    pub change: Option<f64>,
    /// What that ratio says, corrected over all steps of the history.
    pub step: Option<RatioVerdict>,
}

impl HistoryPoint {
    /// Whether the release is faster or slower than the one before.
    pub fn is_step(&self) -> bool {
        matches!(self.step, Some(RatioVerdict::Faster | RatioVerdict::Slower))
    }
}

/// So many releases are a history.
const LEAST_RELEASES: usize = 3;

/// The histories in a report.
pub fn histories(report: &Report) -> Vec<History<'_>> {
    let mut engines: Vec<(String, Vec<Release>)> = Vec::new();
    for column in estimates::columns(report) {
        let variant = &report.variants[column];
        let Some(version) = version(variant) else { continue };
        entry(&mut engines, engine(variant)).push(Release { column, version });
    }
    let history = |(engine, mut releases): (String, Vec<Release>)| {
        releases.sort_by_key(|release| numbers(&release.version));
        let differ = releases.windows(2).filter(|pair| pair[0].version != pair[1].version).count();
        (differ + 1 >= LEAST_RELEASES).then(|| over(report, engine, releases))
    };
    engines.into_iter().filter_map(history).filter(|history| !history.rows.is_empty()).collect()
}

/// What releases have in common: the engine of a library, and of what is compiled in the backend with its options.
fn engine(variant: &Variant) -> String {
    let name = match variant.backend_info.library {
        Some(_) => variant.backend_info.engine.split(' ').next(),
        None => variant.label.split(' ').next(),
    };
    name.unwrap_or_default().to_owned()
}

/// The version that a variant is of: the engine tells it, or, where it tells less than the label does, that.
fn version(variant: &Variant) -> Option<String> {
    let label = version_in(&variant.label);
    let by_library = version_in(&variant.backend_info.engine);
    match (by_library, label) {
        (Some(by_library), Some(label)) if label.starts_with(&format!("{by_library}.")) => Some(label),
        (Some(by_library), _) => Some(by_library),
        (None, label) => label,
    }
}

/// The last numbers with dots between in a text.
fn version_in(text: &str) -> Option<String> {
    let is_version = |part: &&str| {
        !part.is_empty()
            && part.split('.').all(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
    };
    text.split(|letter: char| letter != '.' && !letter.is_ascii_alphanumeric()).rfind(is_version).map(str::to_owned)
}

fn numbers(version: &str) -> Vec<u64> {
    version.split('.').map(|number| number.parse().unwrap_or(u64::MAX)).collect()
}

fn over<'a>(report: &'a Report, engine: String, releases: Vec<Release>) -> History<'a> {
    let width = report.variants.len().max(1);
    let mut rows: Vec<(HistoryRow<'a>, Vec<Option<Estimate>>)> = Vec::new();
    for (cells, estimated) in report.cells.chunks(width).zip(estimates::rows(report)) {
        let mut before: Option<&CellRecord> = None;
        let (mut points, mut changes) = (Vec::new(), Vec::new());
        for Release { column, .. } in &releases {
            let (record, estimate) = (&cells[*column], &estimated.cells[*column]);
            let mut point = HistoryPoint::default();
            let mut change = None;
            match report.metric {
                Metric::Time => {
                    point.value = estimate.nanoseconds();
                    change = before.and_then(|before| estimates::ratio(record, before));
                    point.change = change.as_ref().map(|change| change.value().exp());
                }
                Metric::Instructions => {
                    let count = InstructionCount::of(record);
                    point.value = count.map(|count| count.typical);
                    let ratio =
                        count.zip(before.and_then(InstructionCount::of)).map(|(count, before)| count.ratio_to(&before));
                    point.change = ratio.map(|ratio| ratio.value);
                    point.step = ratio.map(|ratio| ratio.verdict(Margin::TWO_PERCENT));
                }
            }
            if point.value.is_some() {
                before = Some(record);
            }
            points.push(point);
            changes.push(change);
        }
        if points.iter().filter(|point| point.value.is_some()).count() >= LEAST_RELEASES {
            rows.push((HistoryRow { cell_id: &cells[0].cell_id, points }, changes));
        }
    }
    // All steps of a history are one family.
    let changes: Vec<_> = rows.iter().flat_map(|(_, changes)| changes.iter().flatten().cloned()).collect();
    let mut verdicts = judge(&changes, Margin::TWO_PERCENT, Confidence::NINETY_FIVE).into_iter();
    for (row, changes) in &mut rows {
        for (point, _) in row.points.iter_mut().zip(changes.iter()).filter(|(_, change)| change.is_some()) {
            point.step = verdicts.next();
        }
    }
    History { engine, releases, rows: rows.into_iter().map(|(row, _)| row).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_and_sorted_by_their_numbers() {
        assert_eq!(version_in("wasmtime 48.0.0"), Some("48.0.0".into()));
        assert_eq!(version_in("wasmi (wasmi-2.0.0)"), Some("2.0.0".into()));
        assert_eq!(version_in("wasmtime-cranelift old"), None);
        assert_eq!(version_in("the library"), None);
        let mut versions = ["1.0.1", "50", "0.36.0", "12.0.0", "4.0.0"];
        versions.sort_by_key(|version| numbers(version));
        assert_eq!(versions, ["0.36.0", "1.0.1", "4.0.0", "12.0.0", "50"]);
    }
}
