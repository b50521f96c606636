//! `measure`: the cost of everything.
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
    let launcher = launcher.clone().with_module(module.as_ref().map(|(_, errand)| errand.clone()));
    let order = Experiment {
        entrants: ExperimentVariant::with_twin(builds::variants(&asked.builds, &asked.choice, &launcher)?),
        addresses: plan::selected(&asked.plan)?,
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
    // The file first: a stdout that cannot be written takes nothing away from it.
    journal.map(|journal| journal.finish(&report)).transpose()?;
    write!(out, "{}{}", summary::answers(&report), measurements::tables(&report))?;
    Ok(status(&report))
}

/// Counts instructions in place of time.
fn count(asked: &MeasureArgs, launcher: &Launcher, out: &mut Stdout) -> Result<Status> {
    let module = plan::module(&asked.plan)?;
    let launcher = launcher.clone().with_module(module.as_ref().map(|(_, errand)| errand.clone()));
    let order = CountOrder {
        entrants: builds::variants(&asked.builds, &asked.choice, &launcher)?,
        addresses: plan::selected(&asked.plan)?,
        launches: asked.plan.count_launches(),
        planted: Vec::new(),
    };
    let mut journal = asked.output.as_deref().map(Journal::open).transpose()?;
    let report = ProgressDisplay::begin(&launcher).count(&order, journal.as_mut())?;
    journal.map(|journal| journal.finish(&report)).transpose()?;
    write!(out, "{}", measurements::tables(&report))?;
    Ok(status(&report))
}

/// What failed, or lost its worker, is not held; what a backend never does is.
fn status(report: &Report) -> Status {
    let bad = |trouble: &SkipReason| matches!(trouble, SkipReason::Failed { .. } | SkipReason::Lost { .. });
    if report.cells.iter().filter_map(|cell| cell.trouble.as_ref()).any(bad) { Status::Failed } else { Status::Held }
}
