//! Warnings about a report, each with a remedy.
use itertools::Itertools;

use super::estimates;
use crate::engine;
use crate::results::{CellRecord, Report, SkipReason};
use crate::statistics::Estimate;

/// The warnings for a report. `load` is the load average before the run; `alone` tells whether no other run measured at the
/// same time.
pub fn notes(report: &Report, load: Option<f64>, alone: bool) -> Vec<String> {
    let level = &report.build.opt_level;
    let notes = [
        (level != "3")
            .then(|| format!("built at optimisation level {level}: times are not meaningful; build with --release")),
        (!alone).then(|| "another run measured on this machine at the same time: run one after the other".into()),
        busy_machine(report, load.unwrap_or(0.0)),
        report.machine.governor.as_deref().filter(|governor| *governor != "performance").map(|governor| {
            format!("the frequency governor is `{governor}`: use `performance` for reliable single times")
        }),
        disturbed_batches(report),
        inconclusive_ratios(report),
        too_slow(report),
        absent_backends(),
        incomplete(report),
    ];
    notes.into_iter().flatten().collect()
}

fn busy_machine(report: &Report, load: f64) -> Option<String> {
    let processors = report.machine.processors;
    (load > 0.3 * processors as f64).then(|| {
        format!(
            "the machine was busy at the start (load {load:.1} on {processors} processors): ratios are reliable, single times less so"
        )
    })
}

fn disturbed_batches(report: &Report) -> Option<String> {
    let launches = || report.cells.iter().flat_map(|cell| &cell.launches);
    let batches: usize = launches().map(|launch| launch.samples().len()).sum();
    let disturbed: usize = launches().map(|launch| launch.disturbed as usize).sum();
    let share = disturbed as f64 / batches.max(1) as f64;
    let percent = 100.0 * share;
    (share > 0.02).then(|| {
        format!(
            "{percent:.0} % of the batches were disturbed by other processes: use a quieter machine or raise --budget"
        )
    })
}

fn inconclusive_ratios(report: &Report) -> Option<String> {
    let rows = estimates::rows(report);
    let ratios = rows.iter().flat_map(|row| &row.cells).filter_map(|cell| cell.ratio.as_ref());
    let (count, inconclusive) = (ratios.clone().count(), ratios.filter(|ratio| ratio.inconclusive().is_some()).count());
    (inconclusive > 0).then(|| {
        format!(
            "{inconclusive} of {count} ratios are inconclusive, with too few launches that agree: raise --launches or \
             --budget"
        )
    })
}

fn too_slow(report: &Report) -> Option<String> {
    let is_too_slow = |cell: &&CellRecord| matches!(cell.skip_reason, Some(SkipReason::TooSlow { .. }));
    let mut cells = report.cells.iter().filter(is_too_slow);
    let (count, first) = (cells.clone().count(), &cells.next()?.cell_id);
    Some(format!(
        "{count} cells did not fit in the budget, such as {first}: raise --budget or select cells with --filter"
    ))
}

fn absent_backends() -> Option<String> {
    let absent = engine::ALL.iter().filter(|backend| !backend.is_here()).map(|backend| backend.name).join(", ");
    (!absent.is_empty()).then(|| format!("not compiled in: {absent}; `early-exit list` shows the features"))
}

fn incomplete(report: &Report) -> Option<String> {
    let run = &report.run;
    (!run.complete).then(|| format!("incomplete: {} of {} launches completed", run.launches_completed, run.launches))
}

/// The warnings for a report of instruction counts.
pub fn count_notes(report: &Report) -> Vec<String> {
    let mut notes = vec![KERNEL.to_owned()];
    if report.build.opt_level != "3" {
        notes.push(format!("built at optimisation level {}: build with --release", report.build.opt_level));
    }
    notes.extend(incomplete(report));
    notes
}

/// The limitation of counts.
pub const KERNEL: &str = "instructions of the kernel are not counted, so a trap by signal and an exit can have equal counts and differ tenfold in time: \
     compare versions and options by counts, and ways to exit by time";

/// The part of a count that is not compared.
pub const LAYOUT: &str = "the search in a program's unwind table is not compared, since its steps depend on where functions lie in the program";

/// The share of launches excluded as outliers, and the number of ratios with outliers on one side only.
pub(crate) fn left_out<'a>(ratios: impl Iterator<Item = &'a Estimate>) -> String {
    let ratios: Vec<_> = ratios.collect();
    let launches: usize = ratios.iter().map(|ratio| ratio.launches()).sum();
    let outlying: usize = ratios.iter().map(|ratio| ratio.outlying().len()).sum();
    let share = outlying as f64 / launches.max(1) as f64;
    let one_sided = match ratios.iter().filter(|ratio| ratio.outlier_side().is_some()).count() {
        0 => String::new(),
        count => format!("; in {count} of {} ratios some launches are slower (▲) or faster (▼)", ratios.len()),
    };
    format!("{:.1} % of launches are excluded as outliers{one_sided}", 100.0 * share)
}
