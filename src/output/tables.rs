//! Tables of the analysis: answers, break-even points, the parts of an exit, the conditions of the measurements.
use super::grid::Grid;
use crate::analysis::best_backend::{Decision, Recommendation};
use crate::analysis::break_even::WorkloadComparison;
use crate::analysis::breakdown::{ExitBreakdown, column, parts};
use crate::analysis::estimates;
use crate::catalog::benchmark::unwind::TYPED;
use crate::results::{Report, Variant};
use crate::statistics::{Confidence, Estimate};
use crate::units;

/// The recommendations as a table: kind of work, backend, lead.
pub(crate) fn answers(answers: &[Recommendation]) -> Grid {
    let mut grid = Grid::new("to", ["take", ""]);
    for answer in answers {
        let take = match answer.decision {
            Decision::Depends => answer.indecision().unwrap_or_default().to_owned(),
            _ => answer.text(),
        };
        grid.row(answer.kind.name, [take, answer.remark()]);
    }
    grid
}

/// The times of the ranking, one column per variant, with the licences.
pub(crate) fn answer_times(report: &Report, answers: &[Recommendation]) -> Grid {
    let columns = estimates::columns(report);
    let variants = || columns.iter().map(|n| &report.variants[*n]);
    let mut grid = Grid::new("by", variants().map(|variant| &variant.label));
    for judged in answers.iter().flat_map(|answer| &answer.rows) {
        grid.row(judged.title(), columns.iter().map(|n| judged.time_text(*n)));
        if let Some(title) = judged.plain_title() {
            grid.row("  way", columns.iter().map(|n| judged.way(*n).unwrap_or("-")));
            grid.row(format!("  {title}"), columns.iter().map(|n| judged.plain_time_text(*n)));
        }
    }
    let kind = |variant: &Variant| if variant.backend_info.is_interpreter() { "interpreter" } else { "compiler" };
    grid.row("kind", variants().map(kind));
    grid.row("licence", variants().map(|variant| &variant.licence));
    grid
}

/// The ranges of the number of calls, each with its cheapest backend.
pub(crate) fn break_even(job: &WorkloadComparison, report: &Report) -> Grid {
    let mut grid = Grid::new("calls from", ["to", "cheapest", "even at"]);
    for range in &job.ranges {
        let labels: Vec<_> = range.least.iter().map(|n| report.variants[*n].label.as_str()).collect();
        let inconclusive = range.least.iter().any(|n| job.inconclusive.contains(n));
        let said = match labels[..] {
            [one] => one.to_owned(),
            _ if inconclusive => format!("too few launches to say: {}", labels.join(", ")),
            _ => format!("too close to call: {}", labels.join(", ")),
        };
        let even: Vec<_> = range.even.iter().map(|calls| units::count(calls.round() as u64)).collect();
        let to = range.to.map_or_else(|| "any".into(), units::count);
        grid.row(units::count(range.from), [to, said, even.join(", ")]);
    }
    grid
}

/// The parts of an exit: one row per part, one column per variant.
pub(crate) fn exit_breakdown(exit: &ExitBreakdown, report: &Report) -> Grid {
    let labels = exit.variants.iter().map(|(n, _)| &report.variants[*n].label);
    let mut grid = Grid::new(format!("{}@{}: of which", TYPED.whole.id, exit.host_frames), labels);
    let columns: Vec<_> = exit.variants.iter().map(|(n, of)| column(report, *n, of)).collect();
    for (row, name) in parts().chain(["rest", "whole"]).enumerate() {
        grid.row(name, columns.iter().map(|column| part(column[row].as_ref())));
    }
    grid
}

/// A part and half of its interval: `4.21 us ±0.08 us`.
fn part(estimate: Option<&Estimate>) -> String {
    let Some(estimate) = estimate else { return "-".into() };
    let value = units::nanoseconds(estimate.value(), 3);
    match estimate.interval(Confidence::NINETY_FIVE) {
        Some(interval) => format!("{value} ±{}", units::nanoseconds(interval.half_width(), 2)),
        None => value,
    }
}

/// The conditions of the measurements, as names and values: the machine, the build and the run. Unknown values are left out.
pub(crate) fn fingerprint(report: &Report) -> Vec<(&'static str, String)> {
    let Report { machine, build, run, .. } = report;
    let incomplete = if run.complete { "" } else { ", not complete" };
    let all = [
        ("processor", Some(machine.cpu.clone())),
        ("processors", Some(machine.processors.to_string())),
        ("memory", machine.memory.map(units::bytes)),
        ("system", Some(machine.os.clone())),
        ("kernel", Some(machine.kernel.clone())),
        ("clock governor", machine.governor.clone()),
        ("harness", Some(format!("early-exit {}, revision {}", build.version, build.revision))),
        ("built by", Some(build.rustc.clone())),
        ("built for", Some(build.target.clone())),
        ("profile", Some(format!("{}, optimisation level {}", build.profile, build.opt_level))),
        ("flags", Some(build.rustflags.clone())),
        ("features", Some(build.features.join(", "))),
        ("began", Some(run.started_at.clone())),
        ("launches", Some(format!("{} of {}{incomplete}", run.launches_completed, run.launches))),
        ("took", Some(format!("{:.0} s of {:.0} s", run.elapsed_seconds, run.budget_seconds))),
        ("seed", Some(run.seed.to_string())),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?))).collect()
}
