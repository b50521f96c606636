//! The tables of `measure`: one a theme, a row a benchmark, a column a subject.
use std::fmt::Write;

use super::analysis::{self, Cell, Row, interval};
use super::terminal::{BOLD, DIM, GOOD, painted, table, written};
use super::units;
use super::{breakdown, resolution};
use crate::benchmark;
use crate::record::Report;
use crate::statistics::{Estimate, Interval, median};

/// All that there is to show of a report.
pub fn tables(report: &Report) -> String {
    let rows = analysis::rows(report);
    let mut shown = String::new();
    let theme = |row: &Row| row.address.benchmark.split('/').next().unwrap_or_default().to_owned();
    for rows in rows.chunk_by(|left, right| theme(left) == theme(right)) {
        shown += &themed(report, &theme(&rows[0]), rows);
        shown.push('\n');
    }
    shown + &breakdown::tables(report) + &troubles(report) + &resolution(report, &rows) + &notes(report)
}

/// The columns that are shown: twins are not.
fn columns(report: &Report) -> Vec<usize> {
    (0..report.subjects.len()).filter(|n| report.subjects[*n].twin_of.is_none()).collect()
}

fn themed(report: &Report, theme: &str, rows: &[Row]) -> String {
    let columns = columns(report);
    let floors: Vec<_> = rows.iter().map(|row| floor(report, row)).collect();
    let any_floor = floors.iter().any(Option::is_some);
    let labels = columns.iter().map(|n| report.subjects[*n].label.as_str());
    let mut table = table([theme].into_iter().chain(labels).chain(any_floor.then_some("floor")));
    for (row, floor) in rows.iter().zip(floors) {
        let fastest = row.fastest(report);
        let name = row.address.to_string();
        let mut cells = vec![name.strip_prefix(theme).map_or(name.as_str(), |rest| &rest[1..]).to_owned()];
        for &n in &columns {
            let shown = cell(&row.cells[n]);
            cells.push(if fastest == Some(n) { painted(GOOD, &shown) } else { shown });
        }
        if any_floor {
            cells.push(floor.map_or_else(|| "-".into(), |nanoseconds| time(nanoseconds, None)));
        }
        table.add_row(cells);
    }
    written(&table)
}

/// A time, and beside it the ratio to the reference with its half-width: `6.10 us x1.01 ±0.004`.
fn cell(cell: &Cell) -> String {
    let (Some(estimate), Some(nanoseconds)) = (&cell.time, cell.nanoseconds()) else {
        return painted(DIM, cell.trouble().map_or("-", |trouble| trouble.word()));
    };
    let shown = time(nanoseconds, interval(estimate).map(|interval| interval.half_width()));
    match &cell.ratio {
        Some(ratio) => format!("{shown} {}", ratio_shown(ratio)),
        None => shown,
    }
}

/// A time with no more digits than its interval supports.
fn time(nanoseconds: f64, half_width: Option<f64>) -> String {
    let rough = half_width.is_none_or(|half_width| half_width > 0.05);
    let digits = if rough { 2 } else { 3 };
    units::nanoseconds(nanoseconds, digits)
}

/// How many times the reference's; `?` where nobody can say, which an interval of half as much is as good as.
fn ratio_shown(estimate: &Estimate) -> String {
    let value = estimate.value().exp();
    let said = |interval: &Interval| estimate.doubt().is_none() && interval.half_width() < 0.5;
    match interval(estimate).filter(said) {
        Some(interval) => {
            let half_width = interval.half_width() * value;
            let digits = if half_width < 0.01 {
                3
            } else if half_width < 0.1 {
                2
            } else {
                1
            };
            format!("x{value:.digits$} ±{half_width:.digits$}")
        }
        None => format!("x{value:.1} ?"),
    }
}

/// The floor of a row at its host depth, in nanoseconds: measured in the reference's worker, in the same run.
fn floor(report: &Report, row: &Row) -> Option<f64> {
    let floor = benchmark::find(&row.address.benchmark)?.floor?;
    let same_depth = |cell: &&crate::record::CellRecord| {
        cell.subject == 0 && cell.address.benchmark == floor.id && cell.address.host_frames == row.address.host_frames
    };
    let any_depth = |cell: &&crate::record::CellRecord| cell.subject == 0 && cell.address.benchmark == floor.id;
    let record = report.cells.iter().find(same_depth).or_else(|| report.cells.iter().find(any_depth))?;
    let medians: Vec<_> = analysis::launches(record).into_iter().map(|(_, nanoseconds)| nanoseconds).collect();
    median(&medians)
}

/// Why cells have no time, each reason once.
fn troubles(report: &Report) -> String {
    let mut grouped: Vec<(String, Vec<String>)> = Vec::new();
    for cell in &report.cells {
        let subject = &report.subjects[cell.subject];
        if let Some(trouble) = cell.trouble.as_ref().filter(|_| subject.twin_of.is_none()) {
            let text = format!("{} {}", painted(DIM, trouble.word()), trouble.reason());
            let which = format!("{} {}", subject.label, cell.address);
            match grouped.iter_mut().find(|(known, _)| *known == text) {
                Some((_, cells)) => cells.push(which),
                None => grouped.push((text, vec![which])),
            }
        }
    }
    let mut shown = String::new();
    for (text, cells) in grouped {
        let more = if cells.len() > 3 { format!(" and {} more", cells.len() - 3) } else { String::new() };
        let _ = writeln!(shown, "{text}\n  {}{more}", cells[..cells.len().min(3)].join(", "));
    }
    shown
}

/// What this run could have resolved.
fn resolution(report: &Report, rows: &[Row]) -> String {
    format!("{}: {}\n", painted(BOLD, "resolution"), resolution::told(report, rows))
}

fn notes(report: &Report) -> String {
    let mut shown = format!(
        "{} launches of {} subjects in {:.0} s, seed {}; x: times the {}, lower is faster, ± half a 95 % interval\n",
        report.run.launches_made,
        columns(report).len(),
        report.run.took_seconds,
        report.run.seed,
        report.subjects[0].label,
    );
    for note in &report.run.notes {
        let _ = writeln!(shown, "{} {note}", painted(BOLD, "note:"));
    }
    shown
}
