//! Cells as CSV, one row per cell and report. `docs/reports.md` describes the columns.
use std::sync::LazyLock;

use crate::analysis::estimates::{self, CellEstimate, interval};
use crate::analysis::instruction_count::InstructionCount;
use crate::catalog::benchmark;
use crate::results::{CellRecord, Launch, Report, ReportSet, SkipReason, Variant};
use crate::statistics::{Estimate, Inconclusive};

/// A cell of a report.
struct CsvRow<'a> {
    machine: &'a str,
    report: &'a Report,
    variant: &'a Variant,
    cell: &'a CellEstimate<'a>,
    record: &'a CellRecord,
    /// The time or the count and the ends of its interval, each empty if unknown.
    time: [String; 3],
    /// The ratio and the ends of its interval, each empty if unknown.
    ratio: [String; 3],
}

type CsvText = fn(&CsvRow) -> String;

/// The columns with their values.
const TABLE: [(&str, CsvText); 33] = [
    ("machine", |row| row.machine.into()),
    ("started_at", |row| row.report.run.started_at.clone()),
    ("cpu", |row| row.report.machine.cpu.clone()),
    ("processors", |row| row.report.machine.processors.to_string()),
    ("os", |row| row.report.machine.os.clone()),
    ("kernel", |row| row.report.machine.kernel.clone()),
    ("revision", |row| row.report.build.revision.clone()),
    ("profile", |row| row.report.build.profile.clone()),
    ("variant", |row| row.variant.label.clone()),
    ("control_of", |row| text(row.variant.control_of.map(|of| &row.report.variants[of].label))),
    ("engine", |row| row.variant.backend_info.engine.clone()),
    ("compiler", |row| row.variant.backend_info.compiler.clone()),
    ("licence", |row| row.variant.licence.clone()),
    ("benchmark", |row| row.record.cell_id.benchmark.clone()),
    ("parameter_value", |row| text(row.record.cell_id.at)),
    ("parameter_name", |row| text(parameter_name(row.record))),
    ("host_frames", |row| row.record.cell_id.host_frames.to_string()),
    ("unit", |row| row.report.metric.unit().into()),
    ("time", |row| row.time[0].clone()),
    ("time_low", |row| row.time[1].clone()),
    ("time_high", |row| row.time[2].clone()),
    ("reference", |row| row.report.variants[0].label.clone()),
    ("ratio", |row| row.ratio[0].clone()),
    ("ratio_low", |row| row.ratio[1].clone()),
    ("ratio_high", |row| row.ratio[2].clone()),
    ("launches", |row| row.record.launches.len().to_string()),
    ("outlying", |row| text(row.cell.time.as_ref().map(|time| time.outlying().len()))),
    ("inconclusive", inconclusive),
    ("rounds", |row| sum(row, |launch| launch.samples().len())),
    ("disturbed", |row| sum(row, |launch| launch.disturbed as usize)),
    ("skip_kind", |row| text(row.record.skip_reason.as_ref().map(SkipReason::word))),
    ("skip_reason", |row| text(row.record.skip_reason.as_ref().map(SkipReason::reason))),
    ("metrics", |row| {
        row.record.metrics.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }),
];

/// The names of the columns.
pub static COLUMNS: LazyLock<Vec<&str>> = LazyLock::new(|| TABLE.iter().map(|(name, _)| *name).collect());

/// The cells of all reports.
pub fn rows(report_set: &ReportSet) -> String {
    let mut text = line(COLUMNS.iter().map(|name| (*name).to_owned()));
    for (report, machine) in report_set.reports.iter().zip(report_set.names()) {
        for cell in estimates::rows(report).iter().flat_map(|row| &row.cells) {
            let record = cell.record;
            let (mut time, mut ratio) = (with_interval(cell.time.as_ref()), with_interval(cell.ratio.as_ref()));
            if let Some(count) = InstructionCount::of(record) {
                time = [count.typical, count.low, count.high].map(|number| number.to_string());
                ratio[1..].fill(String::new());
            }
            let variant = &report.variants[record.variant];
            let row = CsvRow { machine: &machine, report, variant, cell, record, time, ratio };
            text += &line(TABLE.iter().map(|(_, value)| value(&row)));
        }
    }
    text
}

fn text(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn parameter_name(record: &CellRecord) -> Option<&'static str> {
    Some(benchmark::find(&record.cell_id.benchmark)?.parameter.as_ref()?.name)
}

fn sum(row: &CsvRow, of: fn(&Launch) -> usize) -> String {
    row.record.launches.iter().map(of).sum::<usize>().to_string()
}

/// An estimate and the ends of its 95 % interval, each empty if unknown.
fn with_interval(estimate: Option<&Estimate>) -> [String; 3] {
    let ends = estimate.and_then(interval).and_then(|interval| interval.exp());
    [estimate.map(|estimate| estimate.value().exp()), ends.map(|ends| ends.low), ends.map(|ends| ends.high)].map(text)
}

fn inconclusive(row: &CsvRow) -> String {
    let estimate = row.cell.ratio.as_ref().or(row.cell.time.as_ref()).filter(|_| row.report.metric.is_time());
    match estimate.and_then(Estimate::inconclusive) {
        Some(Inconclusive::FewLaunches) => "few launches".into(),
        Some(Inconclusive::ManyOutlying) => "many outlying".into(),
        None => String::new(),
    }
}

/// One line as in RFC 4180. (The crate `csv` would enable features of a crate that Wasmer shares, and rebuild Wasmer.)
fn line(cells: impl IntoIterator<Item = String>) -> String {
    let quoted = |cell: String| {
        if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
    };
    cells.into_iter().map(quoted).collect::<Vec<_>>().join(",") + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_quoted() {
        assert_eq!(line(["a".into(), "b,c".into(), "say \"d\"\n".into()]), "a,\"b,c\",\"say \"\"d\"\"\n\"\r\n");
    }

    #[test]
    fn every_column_is_documented() {
        let page = include_str!("../../docs/reports.md");
        for column in &*COLUMNS {
            assert!(page.contains(&format!("| `{column}` |")), "{column} is not in docs/reports.md");
        }
    }
}
