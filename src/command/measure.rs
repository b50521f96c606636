//! `measure`: times every benchmark on every backend.
use std::io::Write;

use anyhow::Result;

use super::watch::ProgressDisplay;
use super::{Status, Stdout, builds, calibrate, choice, plan};
use crate::catalog::benchmark::{CellId, stop};
use crate::cli::MeasureArgs;
use crate::output::{measurements, summary};
use crate::results::journal::Journal;
use crate::results::{Report, SkipReason};
use crate::sampling::experiment::Experiment;
use crate::sampling::instructions::CountOrder;
use crate::sampling::variant::ExperimentVariant;
use crate::worker::Launcher;

pub(crate) fn measure(args: &MeasureArgs, launcher: &Launcher, out: &mut Stdout) -> Result<Status> {
    if args.calibrate {
        return calibrate::calibrate(args, launcher, out);
    }
    if args.instructions {
        return count(args, launcher, out);
    }
    let module = plan::module(&args.plan)?;
    let launcher = launcher.clone().with_module(module.as_ref().map(|(_, job)| job.clone()));
    let experiment = Experiment {
        variants: ExperimentVariant::with_control(variants(args, &launcher)?),
        cell_ids: cells(args)?,
        urgent: Vec::new(),
        injected_slowdowns: Vec::new(),
        budget: args.plan.budget(),
        may_stretch: args.plan.budget.is_none(),
        launches: args.plan.launches,
        seed: args.plan.seed.unwrap_or_else(rand::random),
    };
    let mut journal = args.output.as_deref().map(Journal::open).transpose()?;
    let mut watch = ProgressDisplay::begin(&launcher);
    let (report, _) = watch.measure(&experiment, None, journal.as_mut())?;
    // Writes the file first, because stdout may be closed.
    journal.map(|journal| journal.finish(&report)).transpose()?;
    // Which backend to take is another question than with which mechanism.
    let answers = if args.stoppable { String::new() } else { summary::answers(&report) };
    write!(out, "{answers}{}", measurements::tables(&report))?;
    Ok(status(&report))
}

/// The variants that are asked for, without an A/A control.
fn variants(args: &MeasureArgs, launcher: &Launcher) -> Result<Vec<ExperimentVariant>> {
    if args.stoppable {
        let specs = choice::stoppable(&args.choice)?;
        return Ok(specs.iter().map(|spec| ExperimentVariant::new(spec, launcher)).collect());
    }
    builds::variants(&args.builds, &args.choice, launcher)
}

/// The cells that are asked for.
fn cells(args: &MeasureArgs) -> Result<Vec<CellId>> {
    if args.stoppable { plan::stoppable(&args.plan) } else { plan::selected(&args.plan) }
}

/// Counts instructions in place of time.
fn count(args: &MeasureArgs, launcher: &Launcher, out: &mut Stdout) -> Result<Status> {
    let module = plan::module(&args.plan)?;
    let launcher = launcher.clone().with_module(module.as_ref().map(|(_, job)| job.clone()));
    let mut cell_ids = cells(args)?;
    if args.stoppable {
        // The latency of a stop depends on clocks and threads.
        cell_ids.retain(|cell| !stop::ALL.iter().any(|stop| stop.id == cell.benchmark));
    }
    let experiment = CountOrder {
        variants: variants(args, &launcher)?,
        cell_ids,
        launches: args.plan.count_launches(),
        planted: Vec::new(),
    };
    let mut journal = args.output.as_deref().map(Journal::open).transpose()?;
    let report = ProgressDisplay::begin(&launcher).count(&experiment, journal.as_mut())?;
    journal.map(|journal| journal.finish(&report)).transpose()?;
    write!(out, "{}", measurements::tables(&report))?;
    Ok(status(&report))
}

/// Fails if a cell failed or its worker was lost; missing support is no failure.
fn status(report: &Report) -> Status {
    let bad =
        |skip_reason: &SkipReason| matches!(skip_reason, SkipReason::Failed { .. } | SkipReason::WorkerLost { .. });
    if report.cells.iter().filter_map(|cell| cell.skip_reason.as_ref()).any(bad) {
        Status::Failed
    } else {
        Status::Passed
    }
}
