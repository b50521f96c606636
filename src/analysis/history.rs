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
    /// The index of its variant.
    pub column: usize,
    /// Its version.
    pub version: String,
}

/// A cell over the releases.
pub struct HistoryRow<'a> {
    /// The cell.
    pub cell_id: &'a CellId,
    /// The measured value of each release.
    pub points: Vec<HistoryPoint>,
}

/// The measured value of a release.
#[derive(Debug, Clone, Default)]
pub struct HistoryPoint {
    /// Nanoseconds or instructions; `None` without samples.
    pub value: Option<f64>,
    /// The ratio to the last earlier release with this cell, from the rounds with both.
    pub change: Option<f64>,
    /// The verdict on the ratio, corrected over all steps of the history.
    pub step: Option<RatioVerdict>,
    /// The estimate of the ratio of times.
    estimate: Option<Estimate>,
}

impl HistoryPoint {
    /// Whether the release is faster or slower than the one before.
    pub fn is_step(&self) -> bool {
        matches!(self.step, Some(RatioVerdict::Faster | RatioVerdict::Slower))
    }
}

/// The number of releases that make a history, and of releases with a value that make a row.
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

/// The name that releases have in common: the engine of a library, or the backend with its options.
fn engine(variant: &Variant) -> String {
    let name = if variant.backend_info.library.is_some() { &variant.backend_info.engine } else { &variant.label };
    name.split(' ').next().unwrap_or_default().to_owned()
}

/// The version of a variant: the engine's, or the label's if that is more exact or the engine has none.
fn version(variant: &Variant) -> Option<String> {
    match (version_in(&variant.backend_info.engine), version_in(&variant.label)) {
        (Some(engine), Some(label)) if label.starts_with(&format!("{engine}.")) => Some(label),
        (engine, label) => engine.or(label),
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

fn over(report: &Report, engine: String, releases: Vec<Release>) -> History<'_> {
    let mut rows = Vec::new();
    for row in estimates::rows(report) {
        let mut before: Option<&CellRecord> = None;
        let mut points = Vec::new();
        for Release { column, .. } in &releases {
            let cell = &row.cells[*column];
            let mut point = HistoryPoint::default();
            match report.metric {
                Metric::Time => {
                    point.value = cell.nanoseconds();
                    point.estimate = before.and_then(|before| estimates::ratio(cell.record, before));
                    point.change = point.estimate.as_ref().map(|ratio| ratio.value().exp());
                }
                Metric::Instructions => {
                    let count = InstructionCount::of(cell.record);
                    point.value = count.map(|count| count.typical);
                    let ratio =
                        count.zip(before.and_then(InstructionCount::of)).map(|(count, before)| count.ratio_to(&before));
                    point.change = ratio.map(|ratio| ratio.value);
                    // The margin of times, so that both tables mark changes of one size.
                    point.step = ratio.map(|ratio| ratio.verdict(Margin::TWO_PERCENT));
                }
            }
            if point.value.is_some() {
                before = Some(cell.record);
            }
            points.push(point);
        }
        if points.iter().filter(|point| point.value.is_some()).count() >= LEAST_RELEASES {
            rows.push(HistoryRow { cell_id: row.cell_id, points });
        }
    }
    // All steps of a history are one family.
    let points = rows.iter().flat_map(|row: &HistoryRow| &row.points);
    let ratios: Vec<_> = points.filter_map(|point| point.estimate.clone()).collect();
    let estimated = rows.iter_mut().flat_map(|row| &mut row.points).filter(|point| point.estimate.is_some());
    for (point, verdict) in estimated.zip(judge(&ratios, Margin::TWO_PERCENT, Confidence::NINETY_FIVE)) {
        point.step = Some(verdict);
    }
    History { engine, releases, rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_and_sorted_by_their_numbers() {
        let texts = ["wasmtime 48.0.0", "wasmi (wasmi-2.0.0)", "wasmtime-cranelift old", "the library"];
        assert_eq!(texts.map(version_in), [Some("48.0.0".into()), Some("2.0.0".into()), None, None]);
        let mut versions = ["1.0.1", "50", "0.36.0", "12.0.0", "4.0.0"];
        versions.sort_by_key(|version| numbers(version));
        assert_eq!(versions, ["0.36.0", "1.0.1", "4.0.0", "12.0.0", "50"]);
    }
}
