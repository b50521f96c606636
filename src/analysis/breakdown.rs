//! Breaks down the time of an exit: coroutine, backtrace, error value, rest.
use std::collections::HashMap;

use super::estimates::{self, EstimateRow};
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
    let at_depth = |&host_frames: &u64| {
        let is_exit =
            |row: &&EstimateRow| (&*row.cell_id.benchmark, row.cell_id.host_frames) == (TYPED.whole.id, host_frames);
        // The total is the time in the tables.
        let exit = rows.iter().find(is_exit)?;
        let parts = |n| Some((n, broken_down(report, n, host_frames)?.of_total(exit.cells[n].nanoseconds()?)?));
        let variants: Vec<_> = estimates::columns(report).into_iter().filter_map(parts).collect();
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
    let parts = made_of(report, variant).map(|(_, is_part)| is_part.then(|| parts.next()).flatten());
    parts.chain([Some(of.rest.clone()), Some(of.total.clone())]).collect()
}

/// Breaks down each launch separately, because a slow launch is slow in all parts.
fn broken_down(report: &Report, variant: usize, host_frames: u64) -> Option<Breakdown> {
    let whole = estimates::launches(find(report, variant, TYPED.whole.id, host_frames)?);
    let part = |of: &Benchmark| {
        let depth = if of.host_frames.len() > 1 { host_frames } else { of.host_frames[0] };
        Some(estimates::launches(find(report, variant, of.id, depth)?).into_iter().collect())
    };
    let parts = made_of(report, variant).filter(|(_, is_part)| *is_part).map(|(of, _)| part(of));
    let parts: Vec<HashMap<u32, f64>> = parts.collect::<Option<_>>()?;
    if parts.is_empty() {
        return None;
    }
    let in_all = whole.iter().filter(|(n, _)| parts.iter().all(|part| part.contains_key(n)));
    let total: Vec<f64> = in_all.clone().map(|(_, time)| *time).collect();
    let parts: Vec<Vec<f64>> = parts.iter().map(|part| in_all.clone().map(|(n, _)| part[n]).collect()).collect();
    breakdown(&total, &parts)
}

fn find<'a>(report: &'a Report, variant: usize, benchmark: &str, host_frames: u64) -> Option<&'a CellRecord> {
    report.cells.iter().find(|cell| {
        cell.variant == variant && cell.cell_id.benchmark == benchmark && cell.cell_id.host_frames == host_frames
    })
}
