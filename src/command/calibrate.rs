//! `measure --calibrate`: how well the tool detects slowdowns of known size on this machine.
use std::io::Write;

use anyhow::{Context, Result};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::watch::ProgressDisplay;
use super::{Status, Stdout, backends, cells, confirm, unless_interrupted};
use crate::catalog::benchmark::{CellId, execute};
use crate::cli::MeasureArgs;
use crate::engine::BackendSpec;
use crate::output::calibration;
use crate::results::journal::write_whole;
use crate::results::{AtomicFile, Build, Calibration, VERSION};
use crate::sampling::experiment::Experiment;
use crate::sampling::injected_slowdown::InjectedSlowdown;
use crate::sampling::machine;
use crate::sampling::variant::ExperimentVariant;
use crate::statistics::Margin;
use crate::worker::Launcher;

pub(crate) fn calibrate(args: &MeasureArgs, launcher: &Launcher, out: &mut Stdout) -> Result<Status> {
    let spec = backends::selected_or_native(&args.choice)?.swap_remove(0);
    let cell_ids = cell_ids(args)?;
    let mut random = ChaCha8Rng::seed_from_u64(args.plan.seed.unwrap_or_else(rand::random));
    let mut calibration = Calibration {
        version: VERSION,
        machine: machine::machine(),
        build: Build::this(),
        variant: spec.label(),
        budget_seconds: args.plan.budget().as_secs_f64(),
        runs: Vec::new(),
    };
    // Fails early if the file cannot be written.
    args.output.as_deref().map(AtomicFile::begin).transpose()?;
    let mut watch = ProgressDisplay::begin(launcher);
    for run in 1..=args.runs {
        watch.prefix = if args.runs > 1 { format!("run {run} of {}: ", args.runs) } else { String::new() };
        let slowdowns = |cell_id| vec![InjectedSlowdown::None, InjectedSlowdown::random(cell_id, &mut random)];
        let injected_slowdowns = cell_ids.iter().map(slowdowns).collect();
        let experiment = Experiment {
            injected_slowdowns,
            may_stretch: false,
            seed: random.random(),
            ..cells::experiment(&args.plan, with_control(&spec, launcher), cell_ids.clone())
        };
        // As in `compare` without a margin: every difference is confirmed.
        let report = unless_interrupted(confirm::measured_twice(&mut watch, &experiment, None, Margin::ZERO))?;
        let Some(report) = report.filter(|_| !watch.is_over()) else { break };
        calibration.runs.push(calibration::run(&report, machine::load()));
        // After each run, so that a crash loses one run at most.
        if let Some(file) = &args.output {
            write_whole(file, &calibration).with_context(|| format!("cannot write {}", file.display()))?;
        }
    }
    write!(out, "{}", calibration::table(&calibration))?;
    Ok(Status::Passed)
}

/// The cells: calls and exits, and a guest that does more work.
fn cell_ids(args: &MeasureArgs) -> Result<Vec<CellId>> {
    let wanted = |cell_id: &CellId| {
        let is_default = matches!(cell_id.theme(), "call" | "unwind") || cell_id.benchmark == execute::HASH.id;
        !args.plan.filter.is_empty() || is_default
    };
    Ok(cells::selected(&args.plan)?.into_iter().filter(wanted).collect())
}

/// A variant and a control: as many columns as `compare` has for two builds of one backend.
fn with_control(spec: &BackendSpec, launcher: &Launcher) -> Vec<ExperimentVariant> {
    let reference = ExperimentVariant::new(spec, launcher);
    let label = format!("{} control 1", spec.label());
    let control = ExperimentVariant { label, control_of: Some(0), baseline: Some(0), ..reference.clone() };
    vec![reference, control]
}
