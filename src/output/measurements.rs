//! The tables of `measure`: one table per theme, one row per benchmark, one column per variant.
use std::fmt::Write;

use super::grid::Grid;
use super::terminal::{BOLD, DIM, GOOD, painted};
use super::{history, stopping, tables};
use crate::analysis::breakdown;
use crate::analysis::estimates::{self, CellEstimate, EstimateRow, columns, interval};
use crate::analysis::instruction_count::{InstructionCount, agreement};
use crate::analysis::warnings::left_out;
use crate::catalog::benchmark;
use crate::lists::listed;
use crate::results::{CellRecord, Metric, Report, RunInfo, SkipReason};
use crate::statistics::{Confidence, Estimate, Margin, OutlierSide, median, smallest_resolvable};
use crate::units;

/// All tables of a report.
pub(crate) fn tables(report: &Report) -> String {
    let rows = estimates::rows(report);
    let mut shown = String::new();
    for rows in rows.chunk_by(|left, right| left.cell_id.theme() == right.cell_id.theme()) {
        shown += &(themed(report, rows[0].cell_id.theme(), rows) + "\n");
    }
    if report.metric.is_time() {
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
    let mut grid = Grid::new(theme, labels.chain(any_native.then_some("native")));
    for (row, native) in rows.iter().zip(native_baselines) {
        let fastest = row.fastest(report);
        let cells = columns.iter().map(|n| match (cell_text(&row.cells[*n]), fastest == Some(*n)) {
            (text, true) => painted(GOOD, &text),
            (text, false) if row.cells[*n].time.is_none() => painted(DIM, &text),
            (text, false) => text,
        });
        let native = any_native.then(|| native.map_or_else(|| "-".into(), |native| native_text(report, native)));
        let name = row.cell_id.to_string();
        grid.row(name.strip_prefix(theme).map_or(name.as_str(), |rest| &rest[1..]), cells.chain(native));
    }
    grid.blocks()
}

/// The time or the count, and its ratio to the reference: `6.10 us x1.01 ±0.004`, `55,358 x1.01`.
pub(crate) fn cell_text(cell: &CellEstimate) -> String {
    match (time_text(cell), cell_ratio_text(cell)) {
        (Some(time), Some(ratio)) => format!("{time} {ratio}"),
        (Some(time), None) => time,
        (None, _) => cell.skip_reason().map_or("-", |skip_reason| skip_reason.word()).into(),
    }
}

/// The typical time with as many digits as its interval supports, or the count.
pub(crate) fn time_text(cell: &CellEstimate) -> Option<String> {
    if let Some(count) = InstructionCount::of(cell.record) {
        return Some(count.text());
    }
    let half_width = interval(cell.time.as_ref()?).map(|interval| interval.half_width());
    Some(time(cell.nanoseconds()?, half_width))
}

/// A time with as many digits as its interval supports.
fn time(nanoseconds: f64, half_width: Option<f64>) -> String {
    let is_rough = half_width.is_none_or(|half_width| half_width > 0.05);
    units::nanoseconds(nanoseconds, if is_rough { 2 } else { 3 })
}

/// The ratio to the reference, except for the reference itself.
pub(crate) fn cell_ratio_text(cell: &CellEstimate) -> Option<String> {
    let ratio = cell.ratio.as_ref()?;
    if InstructionCount::of(cell.record).is_none() {
        return Some(ratio_text(ratio));
    }
    let value = ratio.value().exp();
    Some(if value < 9.995 { format!("x{value:.2}") } else { format!("x{value:.0}") })
}

/// The native baseline in the report's metric.
pub(crate) fn native_text(report: &Report, native: f64) -> String {
    match report.metric {
        Metric::Time => time(native, None),
        Metric::Instructions => InstructionCount { typical: native, low: native, high: native }.text(),
    }
}

/// The ratio and half of its interval; `?` if it is vague; ▲ or ▼ if some launches are slower or faster than the typical one.
pub(crate) fn ratio_text(estimate: &Estimate) -> String {
    let value = estimate.value().exp();
    let half_width = interval(estimate).map(|interval| interval.half_width() * value);
    let half_width = half_width.filter(|half_width| half_width.is_finite());
    let digits = decimals(half_width.unwrap_or(value).min(value));
    let mut shown = format!("x{value:.digits$}");
    if let Some(half_width) = half_width {
        shown += &format!(" ±{half_width:.digits$}");
    }
    if estimate.is_vague() {
        shown += " ?";
    }
    shown
        + match estimate.outlier_side() {
            Some(OutlierSide::Above) => " ▲",
            Some(OutlierSide::Below) => " ▼",
            None => "",
        }
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
    let is_it = |cell: &&CellRecord| cell.variant == 0 && cell.cell_id.benchmark == native.id;
    let any_depth = || report.cells.iter().filter(is_it);
    let same_depth = any_depth().find(|cell| cell.cell_id.host_frames == row.cell_id.host_frames);
    let record = same_depth.or_else(|| any_depth().next())?;
    let medians: Vec<_> = estimates::launches(record).into_iter().map(|(_, nanoseconds)| nanoseconds).collect();
    median(&medians)
}

/// The notes below the tables.
fn footer(report: &Report, rows: &[EstimateRow]) -> String {
    let mut shown = String::new();
    for (skip_reason, cells) in troubles(report) {
        let _ = writeln!(shown, "{} {}\n  {cells}", painted(DIM, skip_reason.word()), skip_reason.reason());
    }
    let _ = writeln!(shown, "{}: {}\n{}", painted(BOLD, "resolution"), resolution(report, rows), legend(report));
    for note in &report.run.notes {
        let _ = writeln!(shown, "{} {note}", painted(BOLD, "note:"));
    }
    shown
}

/// The reasons for missing samples, each with its first three cells and the number of others.
pub(crate) fn troubles(report: &Report) -> Vec<(&SkipReason, String)> {
    let mut grouped: Vec<(&SkipReason, Vec<String>)> = Vec::new();
    for cell in &report.cells {
        let variant = &report.variants[cell.variant];
        let Some(skip_reason) = cell.skip_reason.as_ref().filter(|_| variant.control_of.is_none()) else { continue };
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
    grouped.into_iter().map(|(skip_reason, cells)| (skip_reason, listed(&cells, 3))).collect()
}

/// The smallest difference that the run could detect, from its A/A control; and the share of outliers.
pub(crate) fn resolution(report: &Report, rows: &[EstimateRow]) -> String {
    if !report.metric.is_time() {
        return agreement(report);
    }
    let left_out = left_out(rows.iter().flat_map(|row| &row.cells).filter_map(|cell| cell.ratio.as_ref()));
    let controls = rows.iter().filter_map(|row| row.control(report)?.ratio.as_ref());
    let controls: Vec<&Estimate> = controls.filter(|ratio| ratio.inconclusive().is_none()).collect();
    let is_outside = |control: &&&Estimate| interval(control).is_some_and(|interval| !interval.contains(0.0));
    let outside = controls.iter().filter(is_outside).count();
    let resolvable =
        |of: &&Estimate| smallest_resolvable(of, 1, Margin::ZERO, Confidence::NINETY_FIVE, Confidence::NINETY);
    let Some(typical) = median(&controls.iter().filter_map(resolvable).collect::<Vec<_>>()) else {
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
pub(crate) fn legend(report: &Report) -> String {
    let RunInfo { launches_completed: launches, elapsed_seconds: seconds, seed, .. } = &report.run;
    let (variants, reference) = (columns(report).len(), &report.variants[0].label);
    match report.metric {
        Metric::Time => format!(
            "{launches} launches of {variants} variants in {seconds:.0} s, seed {seed}; \
             x: ratio to {reference}, lower is faster, ± half of the 95 % interval"
        ),
        Metric::Instructions => format!(
            "instructions per iteration, (2 N - N) / N of batches of N and 2 N, in {launches} launches of {variants} variants \
             in {seconds:.0} s; x: ratio to {reference}, lower is less; ±: half of the spread of the repeats, if 0.05 % or more"
        ),
    }
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
