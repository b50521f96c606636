//! `profile`: which functions execute the instructions of a benchmark.
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::{Status, Stdout, backends};
use crate::catalog::benchmark::{self, CellId};
use crate::cli::ProfileArgs;
use crate::engine::BackendSpec;
use crate::output::profiled;
use crate::sampling::instructions::profile as run;
use crate::worker::Launcher;

pub(crate) fn profile(args: &ProfileArgs, launcher: &Launcher, out: &mut Stdout) -> Result<Status> {
    let cell_id = cell_id(args)?;
    let backends = backends::selected_or_native(&args.choice)?;
    if let Some(folder) = &args.output {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot write to {}", folder.display()))?;
    }
    let mut all_profiled = true;
    for spec in &backends {
        let profiled = run(launcher, spec, &cell_id, args.iterations, file(args, spec, &cell_id))?;
        all_profiled &= profiled.outcome.is_ok();
        write!(out, "{}", profiled::table(&profiled, &cell_id, args.top))?;
        out.flush()?;
    }
    writeln!(out, "{}", profiled::NOTES)?;
    Ok(if all_profiled { Status::Passed } else { Status::Failed })
}

/// The cell with the given id, or the first of a benchmark.
fn cell_id(args: &ProfileArgs) -> Result<CellId> {
    let unknown = || format!("no benchmark `{}`; `early-exit list` shows the benchmarks", args.benchmark);
    let is_named = |cell_id: &CellId| cell_id.to_string() == args.benchmark || cell_id.benchmark == args.benchmark;
    let known = benchmark::all().flat_map(|benchmark| benchmark.cell_ids(true)).find(is_named);
    let with_other_parameter = || {
        let cell_id: CellId = args.benchmark.parse().ok()?;
        let benchmark = benchmark::find(&cell_id.benchmark)?;
        (benchmark.parameter.is_some() == cell_id.at.is_some()).then_some(cell_id)
    };
    known.or_else(with_other_parameter).with_context(unknown)
}

/// The path for callgrind's file of a backend.
fn file(args: &ProfileArgs, spec: &BackendSpec, cell_id: &CellId) -> Option<PathBuf> {
    let name = format!("callgrind.out.{cell_id}.{spec}").replace(|letter: char| "/:@= ".contains(letter), "-");
    Some(args.output.as_ref()?.join(name))
}
