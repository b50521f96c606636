//! Cells as CSV, one row per cell and report. `docs/reports.md` describes the columns.
use crate::analysis::estimates;
use crate::analysis::estimates::{CellEstimate, interval};
use crate::analysis::instruction_count::InstructionCount;
use crate::catalog::benchmark;
use crate::results::{Metric, Report, ReportSet};
use crate::statistics::{Estimate, Inconclusive};

/// The columns.
pub const COLUMNS: &[&str] = &[
    "machine",
    "started_at",
    "cpu",
    "processors",
    "os",
    "kernel",
    "revision",
    "profile",
    "variant",
    "control_of",
    "engine",
    "compiler",
    "licence",
    "benchmark",
    "parameter_value",
    "parameter_name",
    "host_frames",
    "unit",
    "time",
    "time_low",
    "time_high",
    "reference",
    "ratio",
    "ratio_low",
    "ratio_high",
    "launches",
    "outlying",
    "inconclusive",
    "rounds",
    "disturbed",
    "skip_kind",
    "skip_reason",
    "metrics",
];

/// The cells of all reports.
pub fn rows(report_set: &ReportSet) -> String {
    let mut text = line(COLUMNS.iter().map(|name| (*name).to_owned()));
    for (report, name) in report_set.reports.iter().zip(report_set.names()) {
        for row in estimates::rows(report) {
            text.extend(row.cells.iter().map(|cell| line(of_cell(report, &name, cell))));
        }
    }
    text
}

fn of_cell(report: &Report, name: &str, cell: &CellEstimate) -> Vec<String> {
    let Report { machine, run, build, .. } = report;
    let record = cell.record;
    let variant = &report.variants[record.variant];
    let cell_id = &record.cell_id;
    let parameter = benchmark::find(&cell_id.benchmark).and_then(|known| known.parameter.as_ref());
    let sum = |of: fn(&crate::results::Launch) -> usize| record.launches.iter().map(of).sum::<usize>().to_string();
    let metrics: Vec<_> = record.metrics.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut cells = vec![
        name.to_owned(),
        run.started_at.clone(),
        machine.cpu.clone(),
        machine.processors.to_string(),
        machine.os.clone(),
        machine.kernel.clone(),
        build.revision.clone(),
        build.profile.clone(),
        variant.label.clone(),
        variant.control_of.map_or_else(String::new, |of| report.variants[of].label.clone()),
        variant.backend_info.engine.clone(),
        variant.backend_info.compiler.clone(),
        variant.licence.clone(),
        cell_id.benchmark.clone(),
        cell_id.at.map_or_else(String::new, |at| at.to_string()),
        parameter.map_or("", |parameter| parameter.name).to_owned(),
        cell_id.host_frames.to_string(),
        report.metric.unit().into(),
    ];
    let reference = report.variants[0].label.clone();
    match InstructionCount::of(record) {
        Some(count) => {
            cells.extend([count.typical, count.low, count.high].map(|number| number.to_string()));
            cells.push(reference);
            cells.extend([with_interval(cell.ratio.as_ref())[0].clone(), String::new(), String::new()]);
        }
        None => {
            cells.extend(with_interval(cell.time.as_ref()));
            cells.push(reference);
            cells.extend(with_interval(cell.ratio.as_ref()));
        }
    }
    cells.extend([
        record.launches.len().to_string(),
        cell.time.as_ref().map_or_else(String::new, |time| time.outlying().len().to_string()),
        inconclusive(cell.ratio.as_ref().or(cell.time.as_ref()).filter(|_| report.metric == Metric::Time)).to_owned(),
        sum(|launch| launch.samples().len()),
        sum(|launch| launch.disturbed as usize),
        record.skip_reason.as_ref().map_or("", |skip_reason| skip_reason.word()).to_owned(),
        record.skip_reason.as_ref().map_or_else(String::new, |skip_reason| skip_reason.reason()),
        metrics.join("; "),
    ]);
    cells
}

/// An estimate and the ends of its 95 % interval, each empty if unknown.
fn with_interval(estimate: Option<&Estimate>) -> [String; 3] {
    let ends = estimate.and_then(interval).and_then(|interval| interval.exp());
    [estimate.map(|estimate| estimate.value().exp()), ends.map(|ends| ends.low), ends.map(|ends| ends.high)]
        .map(|number| number.map_or_else(String::new, |number| number.to_string()))
}

fn inconclusive(estimate: Option<&Estimate>) -> &'static str {
    match estimate.and_then(Estimate::doubt) {
        Some(Inconclusive::FewLaunches) => "few launches",
        Some(Inconclusive::ManyOutlying) => "many outlying",
        None => "",
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
        for column in COLUMNS {
            assert!(page.contains(&format!("| `{column}` |")), "{column} is not in docs/reports.md");
        }
    }
}
