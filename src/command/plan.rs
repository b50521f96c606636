//! What the command line asks to be measured.
use anyhow::{Result, bail};
use wildmatch::WildMatch;

use crate::catalog::benchmark;
use crate::catalog::benchmark::{Benchmark, BenchmarkKind, CellId};
use crate::cli::PlanArgs;
use crate::run_module::{ModuleJob, Source};

/// The module that was given, and what is to be done with it. The first is to be kept while it is measured.
pub(crate) fn module(asked: &PlanArgs) -> Result<Option<(Source, ModuleJob)>> {
    let Some(name) = &asked.module else { return Ok(None) };
    let source = Source::open(name)?;
    let errand = ModuleJob::of(&source, &asked.invoke, asked.exit_at.as_ref())?;
    Ok(Some((source, errand)))
}

/// The cells that were asked for.
pub(crate) fn selected(asked: &PlanArgs) -> Result<Vec<CellId>> {
    let kind = |benchmark: &&Benchmark| match (&benchmark.prepared, &asked.module) {
        (BenchmarkKind::Module(_), module) => module.is_some(),
        (_, Some(_)) => !asked.filter.is_empty(),
        _ => true,
    };
    let wanted = |address: &CellId| {
        let shown = [address.to_string(), address.benchmark.clone()];
        asked.filter.is_empty()
            || asked.filter.iter().map(|glob| WildMatch::new(glob)).any(|glob| shown.iter().any(|id| glob.matches(id)))
    };
    let benchmarks = benchmark::all().filter(kind).filter(|benchmark| !asked.quick || benchmark.headline);
    let mut addresses: Vec<_> = benchmarks.flat_map(|benchmark| sized(benchmark, asked)).filter(wanted).collect();
    addresses.dedup();
    if addresses.is_empty() {
        bail!("no benchmark matches {}; `early-exit list` shows them all", asked.filter.join(" or "));
    }
    Ok(addresses)
}

/// The cells of a benchmark, at the sizes and depths that the command line has instead of its own.
fn sized(benchmark: &'static Benchmark, asked: &PlanArgs) -> Vec<CellId> {
    let mut addresses = Vec::new();
    for own in benchmark.addresses(asked.full) {
        let at: Vec<_> = match own.at {
            Some(_) if !asked.at.is_empty() => asked.at.iter().copied().map(Some).collect(),
            own => vec![own],
        };
        let depths = if asked.host_frames.is_empty() { vec![own.host_frames] } else { asked.host_frames.clone() };
        for at in at {
            for &host_frames in &depths {
                let address = CellId { at, host_frames, ..own.clone() };
                if !addresses.contains(&address) {
                    addresses.push(address);
                }
            }
        }
    }
    addresses
}
