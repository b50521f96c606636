//! The tables of `measure`: one table per theme, one row per benchmark, one column per variant.
use std::fmt::Write;

use super::counts;
use super::history;
use super::terminal::{BOLD, DIM, GOOD, in_blocks, painted, terminal_width};
use super::{stopping, tables};
use crate::analysis::breakdown;
use crate::analysis::estimates;
use crate::analysis::estimates::{CellEstimate, EstimateRow, columns, interval};
use crate::analysis::instruction_count::{InstructionCount, agreement};
use crate::analysis::warnings::left_out;
use crate::catalog::benchmark;
use crate::lists::listed;
use crate::results::{Metric, Report, SkipReason};
use crate::statistics::{Confidence, Estimate, Interval, Margin, Mode, median, smallest_resolvable};
use crate::units;

/// All tables of a report.
pub fn tables(report: &Report) -> String {
    let rows = estimates::rows(report);
    let mut shown = String::new();
    for rows in rows.chunk_by(|left, right| left.cell_id.theme() == right.cell_id.theme()) {
        shown += &themed(report, rows[0].cell_id.theme(), rows);
        shown.push('\n');
    }
    if report.metric == Metric::Time {
        for exit in breakdown::all(report) {
            shown += &(tables::exit_breakdown(&exit, report).terminal() + "\n");
        }
        shown += &stopping::terminal(report);
    }
    shown + &history::terminal(report) + &footer(report, &rows)
}

fn themed(report: &Report, theme: &str, rows: &[EstimateRow]) -> String {
    let columns = columns(report);
    let native_baselines: Vec<_> = rows.iter().map(|row| native_baseline(report, row)).collect();
    let any_native = native_baselines.iter().any(Option::is_some);
    let labels = columns.iter().map(|n| report.variants[*n].label.as_str());
    let header: Vec<_> = [theme].into_iter().chain(labels).chain(any_native.then_some("native")).collect();
    let named = |(row, native): (&EstimateRow, Option<f64>)| {
        let fastest = row.fastest(report);
        let name = row.cell_id.to_string();
        let mut cells = vec![name.strip_prefix(theme).map_or(name.as_str(), |rest| &rest[1..]).to_owned()];
        for &n in &columns {
            let shown = cell(&row.cells[n]);
            cells.push(if fastest == Some(n) { painted(GOOD, &shown) } else { shown });
        }
        if any_native {
            cells.push(native.map_or_else(|| "-".into(), |native| native_text(report, native)));
        }
        cells
    };
    in_blocks(&header, &rows.iter().zip(native_baselines).map(named).collect::<Vec<_>>(), terminal_width())
}

/// A cell; dim if it has no time.
fn cell(cell: &CellEstimate) -> String {
    if cell.time.is_some() { cell_text(cell) } else { painted(DIM, &cell_text(cell)) }
}

/// The time and its ratio to the reference with the half-width of the interval: `6.10 us x1.01 ±0.004`.
pub(crate) fn cell_text(cell: &CellEstimate) -> String {
    if let Some(count) = counts::cell_text(cell) {
        return count;
    }
    match (time_text(cell), &cell.ratio) {
        (Some(time), Some(ratio)) => format!("{time} {}", ratio_text(ratio)),
        (Some(time), None) => time,
        (None, _) => cell.skip_reason().map_or("-", |skip_reason| skip_reason.word()).into(),
    }
}

/// The typical time with as many digits as its interval supports.
pub(crate) fn time_text(cell: &CellEstimate) -> Option<String> {
    if let Some(count) = InstructionCount::of(cell.record) {
        return Some(count.text());
    }
    let half_width = interval(cell.time.as_ref()?).map(|interval| interval.half_width());
    Some(time(cell.nanoseconds()?, half_width))
}

/// A time with as many digits as its interval supports.
fn time(nanoseconds: f64, half_width: Option<f64>) -> String {
    let rough = half_width.is_none_or(|half_width| half_width > 0.05);
    let digits = if rough { 2 } else { 3 };
    units::nanoseconds(nanoseconds, digits)
}

/// The ratio to the reference, except for the reference itself.
pub(crate) fn cell_ratio_text(cell: &CellEstimate) -> Option<String> {
    counts::ratio_text(cell).or_else(|| cell.ratio.as_ref().map(ratio_text))
}

/// The native baseline in the report's metric.
pub(crate) fn native_text(report: &Report, native: f64) -> String {
    match report.metric {
        Metric::Time => time(native, None),
        Metric::Instructions => InstructionCount { typical: native, low: native, high: native }.text(),
    }
}

/// The ratio and half of its interval; `?` if inconclusive or the half-width is 0.5 or more; ▲ or ▼ if some processes are
/// slower or faster than the typical one.
pub(crate) fn ratio_text(estimate: &Estimate) -> String {
    let value = estimate.value().exp();
    let said = |interval: &Interval| estimate.doubt().is_none() && interval.half_width() < 0.5;
    let interval = interval(estimate);
    let half_width = interval.map(|interval| interval.half_width() * value).filter(|half_width| half_width.is_finite());
    let digits = decimals(half_width.unwrap_or(value).min(value));
    let mut shown = format!("x{value:.digits$}");
    if let Some(half_width) = half_width {
        shown += &format!(" ±{half_width:.digits$}");
    }
    if !interval.as_ref().is_some_and(said) {
        shown += " ?";
    }
    shown
        + estimate.mode().map_or("", |mode| match mode {
            Mode::Above => " ▲",
            Mode::Below => " ▼",
        })
}

/// The number of decimals down to the second significant digit, limited for tiny numbers.
fn decimals(of: f64) -> usize {
    match of {
        10.0.. => 0,
        1.0.. => 1,
        _ => (1..6).find(|decimals| of >= 0.1_f64.powi(*decimals)).unwrap_or(3) as usize + 1,
    }
}

/// The native baseline of a row at its host depth, in nanoseconds: measured in the reference's worker in the same run.
pub(crate) fn native_baseline(report: &Report, row: &EstimateRow) -> Option<f64> {
    let native = benchmark::find(&row.cell_id.benchmark)?.native_baseline?;
    let same_depth = |cell: &&crate::results::CellRecord| {
        cell.variant == 0 && cell.cell_id.benchmark == native.id && cell.cell_id.host_frames == row.cell_id.host_frames
    };
    let any_depth = |cell: &&crate::results::CellRecord| cell.variant == 0 && cell.cell_id.benchmark == native.id;
    let record = report.cells.iter().find(same_depth).or_else(|| report.cells.iter().find(any_depth))?;
    let medians: Vec<_> = estimates::launches(record).into_iter().map(|(_, nanoseconds)| nanoseconds).collect();
    median(&medians)
}

/// The notes below the tables.
fn footer(report: &Report, rows: &[EstimateRow]) -> String {
    let mut shown = String::new();
    for MissingTimes { skip_reason, cells } in troubles(report) {
        let _ = writeln!(shown, "{} {}\n  {cells}", painted(DIM, skip_reason.word()), skip_reason.reason());
    }
    let _ = writeln!(shown, "{}: {}\n{}", painted(BOLD, "resolution"), resolution(report, rows), legend(report));
    for note in &report.run.notes {
        let _ = writeln!(shown, "{} {note}", painted(BOLD, "note:"));
    }
    shown
}

/// Cells without samples that share a reason.
pub struct MissingTimes<'a> {
    /// The reason.
    pub skip_reason: &'a SkipReason,
    /// The first three cells, and the number of others.
    pub cells: String,
}

/// The reasons for missing samples, each once.
pub fn troubles(report: &Report) -> Vec<MissingTimes<'_>> {
    let mut grouped: Vec<(&SkipReason, Vec<String>)> = Vec::new();
    for cell in &report.cells {
        let variant = &report.variants[cell.variant];
        if let Some(skip_reason) = cell.skip_reason.as_ref().filter(|_| variant.control_of.is_none()) {
            let which = format!("{} {}", variant.label, cell.cell_id);
            let alike =
                |known: &SkipReason| known == skip_reason || known.needs().is_some() && skip_reason.needs().is_some();
            match grouped.iter_mut().find(|(known, _)| alike(known)) {
                Some((known, cells)) => {
                    // The largest budget is enough for all cells.
                    *known = if known.needs() < skip_reason.needs() { skip_reason } else { known };
                    cells.push(which);
                }
                None => grouped.push((skip_reason, vec![which])),
            }
        }
    }
    grouped.into_iter().map(|(skip_reason, cells)| MissingTimes { skip_reason, cells: listed(&cells, 3) }).collect()
}

/// The smallest difference that the run could detect, from its A/A control; and the share of outliers.
pub fn resolution(report: &Report, rows: &[EstimateRow]) -> String {
    if report.metric == Metric::Instructions {
        return agreement(report);
    }
    let left_out = left_out(rows.iter().flat_map(|row| &row.cells).filter_map(|cell| cell.ratio.as_ref()));
    let controls: Vec<&Estimate> = rows
        .iter()
        .filter_map(|row| row.control(report)?.ratio.as_ref())
        .filter(|ratio| ratio.doubt().is_none())
        .collect();
    let outside =
        controls.iter().filter(|control| interval(control).is_some_and(|interval| !interval.contains(0.0))).count();
    let resolved: Vec<f64> = controls
        .iter()
        .filter_map(|control| {
            smallest_resolvable(control, 1, Margin::ZERO, Confidence::NINETY_FIVE, Confidence::NINETY)
        })
        .collect();
    let Some(typical) = median(&resolved) else {
        return format!("too few launches to estimate the resolution; {left_out}");
    };
    format!(
        "a typical cell detects a difference of {:.1} % in nine of ten runs;\n\
         the A/A control of {} is outside its 95 % interval in {outside} of {} cells (expected: one in twenty);\n{left_out}",
        100.0 * typical.exp_m1(),
        report.variants[0].label,
        controls.len(),
    )
}

/// The legend of the tables.
pub fn legend(report: &Report) -> String {
    if report.metric == Metric::Instructions {
        return counts::legend(report);
    }
    format!(
        "{} launches of {} variants in {:.0} s, seed {}; x: ratio to {}, lower is faster, ± half of the 95 % interval",
        report.run.launches_completed,
        columns(report).len(),
        report.run.elapsed_seconds,
        report.run.seed,
        report.variants[0].label,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::typical_ratio;

    fn shown(launches: &[f64]) -> String {
        ratio_text(&typical_ratio(&launches.iter().map(|ratio| [*ratio]).collect::<Vec<_>>()).unwrap())
    }

    #[test]
    fn a_half_width_has_two_digits_and_the_ratio_as_many_decimals() {
        assert_eq!(shown(&[0.001, -0.001, 0.002, -0.002, 0.001, -0.001]), "x1.0000 ±0.0016");
        assert_eq!(shown(&[0.01, -0.01, 0.02, -0.02, 0.01, -0.01]), "x1.000 ±0.016");
        assert_eq!(shown(&[-2.01, -1.99, -2.02, -1.98, -2.01, -1.99]), "x0.1353 ±0.0022");
        assert_eq!(shown(&[0.0; 6]), "x1.0000 ±0.0000");
    }

    #[test]
    fn an_inconclusive_ratio_shows_its_interval() {
        assert_eq!(shown(&[0.01, -0.01, 0.02]), "x1.007 ±0.038 ?", "few launches");
        assert_eq!(shown(&[0.1, 0.2]), "x1.2 ?", "and without one there is none");
        assert!(shown(&[0.0, 2.0, -2.0, 1.0, -1.0, 0.0]).ends_with("x1.0 ±1.5 ?"));
    }

    #[test]
    fn launches_that_are_off_to_one_side_are_marked() {
        let near = [0.001, -0.001, 0.002, -0.002, 0.001, -0.001, 0.0, 0.0, 0.0];
        let with = |off: f64| shown(&[&near[..], &[off, off, off]].concat());
        assert!(with(0.3).ends_with(" ▲") && with(-0.3).ends_with(" ▼") && !shown(&near).contains('▲'));
    }
}
