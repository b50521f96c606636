//! How times of two runs are corrected, because the machine may have been faster in one of them.
use super::estimates::time;
use super::report_pair::ReportPair;
use crate::catalog::benchmark;
use crate::results::{CellRecord, Report};
use crate::statistics::{Estimate, RunShift, TimeWithBaseline, unpaired};

/// The ratio of a cell to the same cell of the other run: relative to their native baselines, if comparable in both runs, or else
/// less the drift.
pub(crate) fn ratio(reports: &ReportPair, now: &CellRecord, then: &CellRecord, shift: RunShift) -> Option<Estimate> {
    let mut now = with_native_baseline(reports.new, now)?;
    let mut then = with_native_baseline(reports.baseline, then)?;
    if now.1.is_none() || then.1.is_none() {
        (now.1, then.1) = (None, None);
    }
    unpaired(&now, &then, shift)
}

/// The drift between two runs: the shift of the native baselines, or of all cells if the runs share fewer than three baselines.
/// Its uncertainty is from the scatter of all cells.
pub(crate) fn shift(reports: &ReportPair) -> Option<RunShift> {
    let shift = |is_it: fn(&CellRecord) -> bool| {
        let cells = reports.cells().filter(|(_, cell, _)| is_it(cell));
        let ratios = cells.filter_map(|(_, now, then)| Some(time(now)?.value() - time(then)?.value()));
        RunShift::of(&ratios.collect::<Vec<_>>())
    };
    let of_native = shift(|cell| cell.cell_id.theme() == "floor");
    let all = shift(|_| true)?;
    let of_native = of_native.unwrap_or(all);
    Some(RunShift { spread: of_native.spread.max(all.spread), ..of_native })
}

/// The largest ratio between a cell and a comparable native baseline. A baseline of two nanoseconds does not predict an exit of
/// microseconds, and depends on code placement.
const MAX_RATIO_TO_NATIVE: f64 = 10.0;

/// The time of a cell, and the time of its native baseline at its host depth in the same worker, if comparable.
fn with_native_baseline(report: &Report, cell: &CellRecord) -> Option<TimeWithBaseline> {
    let of_cell = time(cell)?;
    let native = benchmark::find(&cell.cell_id.benchmark).and_then(|benchmark| benchmark.native_baseline);
    let is_native = |other: &&CellRecord| {
        other.variant == cell.variant
            && native.is_some_and(|native| other.cell_id.benchmark == native.id)
            && other.cell_id.host_frames == cell.cell_id.host_frames
    };
    let native = report.cells.iter().find(is_native).and_then(time);
    let native = native.filter(|native| of_cell.value() - native.value() < MAX_RATIO_TO_NATIVE.ln());
    Some((of_cell, native))
}
