//! The cells and the module that the command line selects for measurement.
use anyhow::{Result, ensure};
use itertools::{Itertools, iproduct};
use wildmatch::WildMatch;

use crate::catalog::benchmark::{self, Benchmark, BenchmarkKind, CellId};
use crate::catalog::mechanism;
use crate::cli::PlanArgs;
use crate::run_module::{ModuleJob, Source};
use crate::sampling::experiment::Experiment;
use crate::sampling::variant::ExperimentVariant;
use crate::worker::Launcher;

/// A launcher of workers that load the module given with `--module`. The caller keeps the source while it is measured.
pub(crate) fn with_module(args: &PlanArgs, launcher: &Launcher) -> Result<(Launcher, Option<Source>)> {
    let Some(name) = &args.module else { return Ok((launcher.clone(), None)) };
    let source = Source::open(name)?;
    let job = ModuleJob::of(&source, &args.invoke, args.exit_at.as_ref())?;
    Ok((launcher.clone().with_module(job), Some(source)))
}

/// The experiment with these variants and cells.
pub(crate) fn experiment(args: &PlanArgs, variants: Vec<ExperimentVariant>, cell_ids: Vec<CellId>) -> Experiment {
    Experiment {
        variants,
        cell_ids,
        priority: Vec::new(),
        injected_slowdowns: Vec::new(),
        budget: args.budget(),
        may_stretch: args.budget.is_none(),
        launches: args.launches,
        seed: args.seed.unwrap_or_else(rand::random),
    }
}

/// The selected cells.
pub(crate) fn selected(args: &PlanArgs) -> Result<Vec<CellId>> {
    let kind = |benchmark: &&Benchmark| match (&benchmark.prepared, &args.module) {
        (BenchmarkKind::Module(_), module) => module.is_some(),
        (_, Some(_)) => !args.filter.is_empty(),
        _ => true,
    };
    let benchmarks = benchmark::all().filter(kind).filter(|benchmark| !args.quick || benchmark.in_quick_set);
    filtered(benchmarks.flat_map(|benchmark| cells_of(benchmark, args)), args)
}

/// The cells that tell what it costs to be able to stop a guest.
pub(crate) fn of_mechanisms(args: &PlanArgs) -> Result<Vec<CellId>> {
    filtered(mechanism::cells(), args)
}

fn filtered(cells: impl IntoIterator<Item = CellId>, args: &PlanArgs) -> Result<Vec<CellId>> {
    let globs: Vec<_> = args.filter.iter().map(|glob| WildMatch::new(glob)).collect();
    let is_selected = |cell: &CellId| {
        let ids = [cell.to_string(), cell.benchmark.clone()];
        globs.is_empty() || globs.iter().any(|glob| ids.iter().any(|id| glob.matches(id)))
    };
    let cells: Vec<_> = cells.into_iter().filter(is_selected).collect();
    let wanted = args.filter.join(" or ");
    ensure!(!cells.is_empty(), "no benchmark matches {wanted}; `early-exit list` lists the benchmarks");
    Ok(cells)
}

/// The cells of a benchmark; parameters and depths from the command line replace the benchmark's own.
fn cells_of(benchmark: &'static Benchmark, args: &PlanArgs) -> impl Iterator<Item = CellId> {
    let of_default = |default: CellId| {
        let at: Vec<_> = match default.at {
            Some(_) if !args.at.is_empty() => args.at.iter().copied().map(Some).collect(),
            parameter => vec![parameter],
        };
        let depths = if args.host_frames.is_empty() { vec![default.host_frames] } else { args.host_frames.clone() };
        iproduct!(at, depths).map(move |(at, host_frames)| CellId { at, host_frames, ..default.clone() })
    };
    benchmark.cell_ids(args.full).flat_map(of_default).unique()
}
