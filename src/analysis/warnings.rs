//! Warnings about a report, each with a remedy.
use super::estimates;
use crate::engine;
use crate::results::{Machine, Report, SkipReason};
use crate::statistics::Estimate;

/// The warnings for a report. `load` is the load average before the run; `alone` tells whether no other run measured at the
/// same time.
pub fn notes(report: &Report, load: Option<f64>, alone: bool) -> Vec<String> {
    let Machine { processors, governor, .. } = &report.machine;
    let mut notes = Vec::new();
    let mut note = |holds: bool, text: String| notes.extend(holds.then_some(text));

    note(
        report.build.opt_level != "3",
        format!(
            "built at optimisation level {}: times are not meaningful; build with --release",
            report.build.opt_level
        ),
    );
    note(!alone, "another run measured on this machine at the same time: run one after the other".into());
    let load = load.unwrap_or(0.0);
    note(
        load > 0.3 * *processors as f64,
        format!(
            "the machine was busy at the start (load {load:.1} on {processors} processors): ratios are reliable, single times less so"
        ),
    );
    if let Some(governor) = governor.as_deref().filter(|governor| *governor != "performance") {
        note(true, format!("the frequency governor is `{governor}`: use `performance` for reliable single times"));
    }

    let batches: usize = launches(report).map(|launch| launch.samples().len()).sum();
    let disturbed: usize = launches(report).map(|launch| launch.disturbed as usize).sum();
    let share = disturbed as f64 / batches.max(1) as f64;
    note(
        share > 0.02,
        format!(
            "{:.0} % of the batches were disturbed by other processes: use a quieter machine or raise --budget",
            100.0 * share
        ),
    );

    let rows = estimates::rows(report);
    let ratios = || rows.iter().flat_map(|row| &row.cells).filter_map(|cell| cell.ratio.as_ref());
    let doubted = ratios().filter(|ratio| ratio.doubt().is_some()).count();
    note(
        doubted > 0,
        format!(
            "{doubted} of {} ratios are inconclusive, with too few launches that agree: raise --launches or --budget",
            ratios().count()
        ),
    );

    let too_slow: Vec<_> =
        report.cells.iter().filter(|cell| matches!(cell.skip_reason, Some(SkipReason::TooSlow { .. }))).collect();
    if let Some(first) = too_slow.first() {
        note(
            true,
            format!(
                "{} cells did not fit in the budget, such as {}: raise --budget or select cells with --filter",
                too_slow.len(),
                first.cell_id
            ),
        );
    }
    let missing: Vec<_> = engine::ALL.iter().filter(|backend| !backend.is_here()).map(|backend| backend.name).collect();
    note(!missing.is_empty(), format!("not compiled in: {}; `early-exit list` shows the features", missing.join(", ")));
    note(
        !report.run.complete,
        format!("incomplete: {} of {} launches completed", report.run.launches_completed, report.run.launches),
    );
    notes
}

/// The warnings for a report of instruction counts.
pub fn count_notes(report: &Report) -> Vec<String> {
    let mut notes = vec![KERNEL.to_owned()];
    if report.build.opt_level != "3" {
        notes.push(format!("built at optimisation level {}: build with --release", report.build.opt_level));
    }
    if !report.run.complete {
        notes.push(format!(
            "incomplete: {} of {} launches completed",
            report.run.launches_completed, report.run.launches
        ));
    }
    notes
}

/// The limitation of counts.
pub const KERNEL: &str = "instructions of the kernel are not counted, so a trap by signal and an exit can have equal counts and differ tenfold in time: \
     compare versions and options by counts, and ways to exit by time";

/// The part of a count that is not compared.
pub const LAYOUT: &str = "the search in a program's unwind table is not compared, since its steps depend on where functions lie in the program";

fn launches(report: &Report) -> impl Iterator<Item = &crate::results::Launch> {
    report.cells.iter().flat_map(|cell| &cell.launches)
}

/// The share of launches excluded as outliers, and the number of ratios with outliers on one side only.
pub(crate) fn left_out<'a>(ratios: impl Iterator<Item = &'a Estimate>) -> String {
    let (mut count, mut modes, mut launches, mut outlying) = (0, 0, 0, 0);
    for ratio in ratios {
        count += 1;
        modes += usize::from(ratio.mode().is_some());
        launches += ratio.launches();
        outlying += ratio.outlying().len();
    }
    let share = outlying as f64 / launches.max(1) as f64;
    let one_sided = match modes {
        0 => String::new(),
        modes => format!("; in {modes} of {count} ratios some processes are slower (▲) or faster (▼)"),
    };
    format!("{:.1} % of launches are excluded as outliers{one_sided}", 100.0 * share)
}
