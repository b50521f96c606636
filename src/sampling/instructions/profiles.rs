//! Where the instructions of one cell go: its functions, variant by variant.
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::callgrind::Profile;
use super::cell::LIMITS;
use super::never;
use super::valgrind::{self, Valgrind};
use crate::catalog::benchmark::CellId;
use crate::engine;
use crate::sampling::cell;
use crate::sampling::cell::Counting;
use crate::worker::Launcher;

/// The functions of a cell on a backend.
#[derive(Debug, Clone, PartialEq)]
pub struct Profiled {
    /// The backend and its options.
    pub label: String,
    /// How many iterations the profile is of.
    pub iterations: u64,
    /// The profile, or why there is none.
    pub outcome: Result<Profile, String>,
}

/// Runs a batch of a cell on a backend, and tells which functions it went to. `keep` is where callgrind's own file is
/// put.
///
/// # Errors
/// When there is no valgrind, no worker can be had under it, or the file cannot be kept.
pub fn profile(
    launcher: &Launcher,
    spec: &str,
    address: &CellId,
    iterations: u64,
    keep: Option<PathBuf>,
) -> Result<Profiled> {
    let profiled = |outcome| Ok(Profiled { label: engine::label(spec).into(), iterations, outcome });
    if let Some(trouble) = never(address) {
        return profiled(Err(trouble.reason()));
    }
    let valgrind = Valgrind::find()?;
    let program = valgrind.program(launcher, "program-0", true)?;
    let processor = core_affinity::get_core_ids().and_then(|cores| Some(cores.last()?.id));
    let (mut worker, _) = valgrind.launch(&program, spec, processor)?;
    if let Err(failure) = worker.fork() {
        return profiled(Err(failure.to_string()));
    }
    let cell = match cell::prepare_within(&mut worker.worker, address, processor, &LIMITS) {
        Ok(cell) => cell,
        Err(failure) => return profiled(Err(failure.to_string())),
    };
    let counting = Counting { warmup: iterations, batches: vec![iterations], planted: 0 };
    if let Err(failure) = cell.count(&mut worker.worker, counting, &LIMITS) {
        return profiled(Err(failure.to_string()));
    }
    let file = worker.dumps(1).remove(0);
    let read = valgrind::profile(&file)?;
    if let Some(keep) = keep {
        fs::copy(&file, &keep).with_context(|| format!("cannot write {}", keep.display()))?;
    }
    profiled(Ok(read))
}
