//! Breaks down the time of an exit: coroutine, backtrace, error value, rest.
use super::estimates;
use crate::catalog::benchmark::Benchmark;
use crate::catalog::benchmark::unwind::{BREAKDOWN, TYPED};
use crate::results::{CellRecord, Report};
use crate::statistics::{Breakdown, Estimate, breakdown};

/// An exit below a number of host frames, in its parts.
pub struct ExitBreakdown {
    /// The number of host frames.
    pub host_frames: u64,
    /// The breakdown per variant. A variant has those of [`parts`] that its exit consists of.
    pub variants: Vec<(usize, Breakdown)>,
}

/// The parts: names of benchmarks under `floor/`.
pub fn parts() -> impl Iterator<Item = &'static str> {
    BREAKDOWN.iter().map(|part| part.id.trim_start_matches("floor/"))
}

/// One breakdown per host depth at which the exit and its parts were measured.
pub fn all(report: &Report) -> Vec<ExitBreakdown> {
    let rows = estimates::rows(report);
    let row = |host_frames: u64| {
        let is_it = |row: &&estimates::EstimateRow| {
            (&*row.cell_id.benchmark, row.cell_id.host_frames) == (TYPED.whole.id, host_frames)
        };
        rows.iter().find(is_it)
    };
    let at_depth = |&host_frames: &u64| {
        let variants = estimates::columns(report).into_iter();
        // The total is the time in the tables.
        let whole = |n: usize| row(host_frames)?.cells[n].nanoseconds();
        let parts = |n| Some((n, broken_down(report, n, host_frames)?.of_total(whole(n)?)?));
        let variants: Vec<_> = variants.filter_map(parts).collect();
        (!variants.is_empty()).then_some(ExitBreakdown { host_frames, variants })
    };
    TYPED.whole.host_frames.iter().filter_map(at_depth).collect()
}

/// The native baselines that are parts of a variant's exit.
fn made_of(report: &Report, variant: usize) -> impl Iterator<Item = (&'static Benchmark, bool)> {
    let about = &report.variants[variant].backend_info;
    BREAKDOWN.iter().map(|part| (*part, about.exit_made_of.iter().any(|id| id == part.id)))
}

/// The [`parts`], `None` for a part that the variant does not have; the rest; the total.
pub(crate) fn column(report: &Report, variant: usize, of: &Breakdown) -> Vec<Option<Estimate>> {
    let mut parts = of.parts.iter().cloned();
    let parts =
        made_of(report, variant).map(|(_, is_part)| is_part.then(|| parts.next()).flatten()).collect::<Vec<_>>();
    parts.into_iter().chain([Some(of.rest.clone()), Some(of.total.clone())]).collect()
}

/// Breaks down each launch separately, because a slow launch is slow in all parts.
fn broken_down(report: &Report, variant: usize, host_frames: u64) -> Option<Breakdown> {
    let whole = estimates::launches(find(report, variant, TYPED.whole.id, host_frames)?);
    let parts: Vec<Vec<(u32, f64)>> = made_of(report, variant)
        .filter_map(|(part, is_part)| is_part.then_some(part))
        .map(|part| {
            let depth = if part.host_frames.len() > 1 { host_frames } else { part.host_frames[0] };
            Some(estimates::launches(find(report, variant, part.id, depth)?))
        })
        .collect::<Option<_>>()?;
    if parts.is_empty() {
        return None;
    }
    let at = |launches: &[(u32, f64)], wanted: u32| launches.iter().find(|(n, _)| *n == wanted).map(|(_, time)| *time);
    let in_all: Vec<u32> =
        whole.iter().map(|(n, _)| *n).filter(|n| parts.iter().all(|part| at(part, *n).is_some())).collect();
    let times = |launches: &[(u32, f64)]| in_all.iter().filter_map(|n| at(launches, *n)).collect::<Vec<_>>();
    breakdown(&times(&whole), &parts.iter().map(|part| times(part)).collect::<Vec<_>>())
}

fn find<'a>(report: &'a Report, variant: usize, benchmark: &str, host_frames: u64) -> Option<&'a CellRecord> {
    report.cells.iter().find(|cell| {
        cell.variant == variant && cell.cell_id.benchmark == benchmark && cell.cell_id.host_frames == host_frames
    })
}
