//! `measure`: times every benchmark on every backend.
use std::io::Write;

use anyhow::Result;

use super::watch::ProgressDisplay;
use super::{Status, Stdout, builds, calibrate, plan};
use crate::cli::MeasureArgs;
use crate::output::{measurements, summary};
use crate::results::journal::Journal;
use crate::results::{Report, SkipReason};
use crate::sampling::experiment::Experiment;
use crate::sampling::instructions::CountOrder;
use crate::sampling::variant::ExperimentVariant;
use crate::worker::Launcher;

pub(crate) fn measure(asked: &MeasureArgs, launcher: &Launcher, out: &mut Stdout) -> Result<Status> {
    if asked.calibrate {
        return calibrate::calibrate(asked, launcher, out);
    }
    if asked.instructions {
        return count(asked, launcher, out);
    }
    let module = plan::module(&asked.plan)?;
    let launcher = launcher.clone().with_module(module.as_ref().map(|(_, job)| job.clone()));
    let order = Experiment {
        variants: ExperimentVariant::with_control(builds::variants(&asked.builds, &asked.choice, &launcher)?),
        cell_ids: plan::selected(&asked.plan)?,
        urgent: Vec::new(),
        handicaps: Vec::new(),
        budget: asked.plan.budget(),
        may_stretch: asked.plan.budget.is_none(),
        launches: asked.plan.launches,
        seed: asked.plan.seed.unwrap_or_else(rand::random),
    };
    let mut journal = asked.output.as_deref().map(Journal::open).transpose()?;
    let mut watch = ProgressDisplay::begin(&launcher);
    let (report, _) = watch.measure(&order, None, journal.as_mut())?;
    // Writes the file first, because stdout may be closed.
    journal.map(|journal| journal.finish(&report)).transpose()?;
    write!(out, "{}{}", summary::answers(&report), measurements::tables(&report))?;
    Ok(status(&report))
}

/// Counts instructions.
fn count(asked: &MeasureArgs, launcher: &Launcher, out: &mut Stdout) -> Result<Status> {
    let module = plan::module(&asked.plan)?;
    let launcher = launcher.clone().with_module(module.as_ref().map(|(_, job)| job.clone()));
    let order = CountOrder {
        variants: builds::variants(&asked.builds, &asked.choice, &launcher)?,
        cell_ids: plan::selected(&asked.plan)?,
        launches: asked.plan.count_launches(),
        planted: Vec::new(),
    };
    let mut journal = asked.output.as_deref().map(Journal::open).transpose()?;
    let report = ProgressDisplay::begin(&launcher).count(&order, journal.as_mut())?;
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
