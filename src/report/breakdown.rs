//! Where the time of an exit goes: a coroutine, a backtrace, the error, and the rest.
use super::analysis;
use super::terminal::{table, written};
use super::units;
use crate::benchmark::unwind::{BREAKDOWN, TYPED};
use crate::record::{CellRecord, Report};
use crate::statistics::{Breakdown, Confidence, Estimate, breakdown};

/// A table for each depth of the host's stack at which the exit and its parts were measured.
pub fn tables(report: &Report) -> String {
    TYPED.whole.host_frames.iter().filter_map(|&frames| Some(at_depth(report, frames)? + "\n")).collect()
}

fn at_depth(report: &Report, host_frames: u64) -> Option<String> {
    let subjects = (0..report.subjects.len()).filter(|n| report.subjects[*n].twin_of.is_none());
    let broken: Vec<_> = subjects.filter_map(|n| Some((n, broken_down(report, n, host_frames)?))).collect();
    let title = format!("{}@{host_frames}: of which", TYPED.whole.id);
    let labels = broken.iter().map(|(n, _)| report.subjects[*n].label.as_str());
    let mut table = table([title.as_str()].into_iter().chain(labels));
    let names = BREAKDOWN.iter().map(|floor| floor.id.trim_start_matches("floor/")).chain(["rest", "whole"]);
    for (row, name) in names.enumerate() {
        let cells =
            broken.iter().map(|(_, of)| shown([&of.parts[..], &[of.rest.clone(), of.total.clone()]].concat().get(row)));
        table.add_row([name.to_owned()].into_iter().chain(cells));
    }
    (!broken.is_empty()).then(|| written(&table))
}

/// Launch by launch, since whatever slows a launch slows the whole and its parts.
fn broken_down(report: &Report, subject: usize, host_frames: u64) -> Option<Breakdown> {
    let whole = analysis::launches(find(report, subject, TYPED.whole.id, host_frames)?);
    let parts: Vec<Vec<(u32, f64)>> = BREAKDOWN
        .iter()
        .map(|floor| {
            let depth = if floor.host_frames.len() > 1 { host_frames } else { floor.host_frames[0] };
            Some(analysis::launches(find(report, subject, floor.id, depth)?))
        })
        .collect::<Option<_>>()?;
    let at = |launches: &[(u32, f64)], wanted: u32| launches.iter().find(|(n, _)| *n == wanted).map(|(_, time)| *time);
    let in_all: Vec<u32> =
        whole.iter().map(|(n, _)| *n).filter(|n| parts.iter().all(|part| at(part, *n).is_some())).collect();
    let times = |launches: &[(u32, f64)]| in_all.iter().filter_map(|n| at(launches, *n)).collect::<Vec<_>>();
    breakdown(&times(&whole), &parts.iter().map(|part| times(part)).collect::<Vec<_>>()).ok()
}

fn find<'a>(report: &'a Report, subject: usize, benchmark: &str, host_frames: u64) -> Option<&'a CellRecord> {
    report.cells.iter().find(|cell| {
        cell.subject == subject && cell.address.benchmark == benchmark && cell.address.host_frames == host_frames
    })
}

/// A part and half of its interval: `4.21 us ±0.08 us`.
fn shown(estimate: Option<&Estimate>) -> String {
    let Some(estimate) = estimate else { return "-".into() };
    let value = units::nanoseconds(estimate.value(), 3);
    match estimate.interval(Confidence::NINETY_FIVE) {
        Some(interval) => format!("{value} ±{}", units::nanoseconds(interval.half_width(), 2)),
        None => value,
    }
}
