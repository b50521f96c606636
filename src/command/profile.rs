//! `profile`: which functions execute the instructions of a benchmark.
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::{Status, Stdout, choice};
use crate::catalog::benchmark;
use crate::catalog::benchmark::CellId;
use crate::cli::ProfileArgs;
use crate::output::profiled;
use crate::sampling::instructions::profile as run;
use crate::worker::Launcher;

pub(crate) fn profile(asked: &ProfileArgs, launcher: &Launcher, out: &mut Stdout) -> Result<Status> {
    let cell_id = cell_id(asked)?;
    let backends = choice::backends_or_floor(&asked.choice)?;
    if let Some(folder) = &asked.output {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot write to {}", folder.display()))?;
    }
    let mut all_profiled = true;
    for spec in &backends {
        let profiled = run(launcher, spec, &cell_id, asked.iterations, file(asked, spec, &cell_id))?;
        all_profiled &= profiled.outcome.is_ok();
        write!(out, "{}", profiled::table(&profiled, &cell_id, asked.top))?;
        out.flush()?;
    }
    writeln!(out, "{}", profiled::NOTES)?;
    Ok(if all_profiled { Status::Passed } else { Status::Failed })
}

/// The cell with the given id, or the first of a benchmark.
fn cell_id(asked: &ProfileArgs) -> Result<CellId> {
    let unknown = || format!("no benchmark `{}`; `early-exit list` shows the benchmarks", asked.benchmark);
    let mut cell_ids = benchmark::all().flat_map(|benchmark| benchmark.addresses(true));
    if let Some(cell_id) =
        cell_ids.find(|cell_id| cell_id.to_string() == asked.benchmark || cell_id.benchmark == asked.benchmark)
    {
        return Ok(cell_id);
    }
    let cell_id: CellId = asked.benchmark.parse().ok().with_context(unknown)?;
    match benchmark::find(&cell_id.benchmark) {
        Some(benchmark) if benchmark.parameter.is_some() == cell_id.at.is_some() => Ok(cell_id),
        _ => bail!(unknown()),
    }
}

/// The path for callgrind's file of a backend.
fn file(asked: &ProfileArgs, spec: &str, cell_id: &CellId) -> Option<PathBuf> {
    let name = format!("callgrind.out.{cell_id}.{spec}").replace(|letter: char| "/:@= ".contains(letter), "-");
    Some(asked.output.as_ref()?.join(name))
}
