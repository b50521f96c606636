//! Profiles one cell per variant: its functions by instructions.
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::callgrind::Profile;
use super::counted_cell::LIMITS;
use super::counted_worker::Valgrind;
use super::never;
use crate::catalog::benchmark::CellId;
use crate::engine::BackendSpec;
use crate::sampling::cell::{self, Counting, Failure};
use crate::worker::Launcher;

/// The profile of a cell on a variant.
#[derive(Debug, Clone, PartialEq)]
pub struct Profiled {
    /// The backend with its options.
    pub label: String,
    /// The iterations in the profile.
    pub iterations: u64,
    /// The profile, or why there is none.
    pub outcome: Result<Profile, String>,
}

/// Profiles a batch of a cell on a backend. Callgrind's file is copied to `keep`.
///
/// # Errors
/// When valgrind is missing, no worker starts under it, or the file cannot be copied.
pub fn profile(
    launcher: &Launcher,
    spec: &BackendSpec,
    cell_id: &CellId,
    iterations: u64,
    keep: Option<PathBuf>,
) -> Result<Profiled> {
    let profiled = |outcome| Ok(Profiled { label: spec.label(), iterations, outcome });
    if let Some(skip_reason) = never(cell_id) {
        return profiled(Err(skip_reason.reason()));
    }
    let valgrind = Valgrind::find()?;
    let program = valgrind.program(launcher, "program-0", true)?;
    let processor = core_affinity::get_core_ids().and_then(|cores| Some(cores.last()?.id));
    let (mut worker, _) = valgrind.launch(&program, spec, processor)?;
    let mut run = || {
        worker.fork()?;
        let cell = cell::prepare(&mut worker.worker, cell_id, processor, &LIMITS)?;
        for (warmup, batches) in [(1, vec![]), (iterations, vec![iterations])] {
            let counting = Counting { warmup, batches, injected_instructions: 0 };
            cell.count(&mut worker.worker, counting, &LIMITS)?;
        }
        Ok::<(), Failure>(())
    };
    if let Err(failure) = run() {
        return profiled(Err(failure.to_string()));
    }
    let (profile, file) = worker.profile()?;
    if let Some(keep) = keep {
        fs::copy(&file, &keep).with_context(|| format!("cannot write {}", keep.display()))?;
    }
    profiled(Ok(profile))
}
