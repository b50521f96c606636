//! Tidy rows for spreadsheets and data frames: a row a cell and machine. `docs/reports.md` describes the columns.
use super::counts::Count;
use crate::analysis::estimates;
use crate::analysis::estimates::{CellEstimate, interval};
use crate::catalog::benchmark;
use crate::results::{Metric, Report, ReportSet};
use crate::statistics::{Estimate, Inconclusive};

/// The columns, in their order.
pub const COLUMNS: &[&str] = &[
    "machine",
    "began",
    "cpu",
    "processors",
    "os",
    "kernel",
    "revision",
    "profile",
    "subject",
    "twin_of",
    "engine",
    "compiler",
    "licence",
    "benchmark",
    "at",
    "parameter",
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
    "doubt",
    "rounds",
    "disturbed",
    "trouble",
    "reason",
    "facts",
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
    match Count::of(record) {
        Some(count) => {
            cells.extend([count.typical, count.low, count.high].map(|number| number.to_string()));
            cells.push(reference);
            // Without an interval: what repeats differ by stands beside each count.
            cells.extend([estimated(cell.ratio.as_ref())[0].clone(), String::new(), String::new()]);
        }
        None => {
            cells.extend(estimated(cell.time.as_ref()));
            cells.push(reference);
            cells.extend(estimated(cell.ratio.as_ref()));
        }
    }
    cells.extend([
        record.launches.len().to_string(),
        cell.time.as_ref().map_or_else(String::new, |time| time.outlying().len().to_string()),
        doubt(cell.ratio.as_ref().or(cell.time.as_ref()).filter(|_| report.metric == Metric::Time)).to_owned(),
        sum(|launch| launch.samples().len()),
        sum(|launch| launch.disturbed as usize),
        record.skip_reason.as_ref().map_or("", |skip_reason| skip_reason.word()).to_owned(),
        record.skip_reason.as_ref().map_or_else(String::new, |skip_reason| skip_reason.reason()),
        metrics.join("; "),
    ]);
    cells
}

/// An estimate on the log scale and the ends of its 95 % interval, or nothing in the place of what is not known.
fn estimated(estimate: Option<&Estimate>) -> [String; 3] {
    let ends = estimate.and_then(interval).and_then(|interval| interval.exp());
    [estimate.map(|estimate| estimate.value().exp()), ends.map(|ends| ends.low), ends.map(|ends| ends.high)]
        .map(|number| number.map_or_else(String::new, |number| number.to_string()))
}

fn doubt(estimate: Option<&Estimate>) -> &'static str {
    match estimate.and_then(Estimate::doubt) {
        Some(Inconclusive::FewLaunches) => "few launches",
        Some(Inconclusive::ManyOutlying) => "many outlying",
        None => "",
    }
}

/// As RFC 4180 has it. (The crate `csv` would ask more of a crate that Wasmer shares, and have that built again.)
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
    fn what_would_end_a_cell_is_quoted() {
        assert_eq!(line(["a".into(), "b,c".into(), "say \"d\"\n".into()]), "a,\"b,c\",\"say \"\"d\"\"\n\"\r\n");
    }

    #[test]
    fn the_columns_are_described() {
        let page = include_str!("../../docs/reports.md");
        for column in COLUMNS {
            assert!(page.contains(&format!("| `{column}` |")), "{column} is not in docs/reports.md");
        }
    }
}
