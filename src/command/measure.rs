use std::io::Write;

use anyhow::Result;

use super::watch::Watch;
use super::{Out, Status, calibrate, choice, plan};
use crate::cli::Measure;
use crate::harness::{Entrant, Launcher, Order};
use crate::record::journal::Journal;
use crate::record::{Report, Trouble};
use crate::report::measured;

pub(super) fn measure(asked: &Measure, launcher: &Launcher, out: &mut Out) -> Result<Status> {
    if asked.calibrate {
        return calibrate::calibrate(asked, launcher, out);
    }
    let module = plan::module(&asked.plan)?;
    let launcher = launcher.clone().with_module(module.as_ref().map(|(_, errand)| errand.clone()));
    let order = Order {
        entrants: Entrant::field(&choice::backends_or_floor(&asked.choice)?, &launcher),
        addresses: plan::selected(&asked.plan)?,
        handicaps: Vec::new(),
        budget: asked.plan.budget(),
        launches: asked.plan.launches(),
        seed: asked.plan.seed.unwrap_or_else(rand::random),
    };
    let mut journal = asked.output.as_deref().map(Journal::open).transpose()?;
    let mut watch = Watch::begin()?;
    let report = watch.measure(&order, journal.as_mut())?;
    write!(out, "{}", measured::tables(&report))?;
    if let Some(journal) = journal {
        journal.finish(&report)?;
    }
    Ok(if watch.is_over() { Status::Interrupted } else { status(&report) })
}

/// What failed, or lost its worker, is not held; what a backend never does is.
fn status(report: &Report) -> Status {
    let bad = |trouble: &Trouble| matches!(trouble, Trouble::Failed { .. } | Trouble::Lost { .. });
    if report.cells.iter().filter_map(|cell| cell.trouble.as_ref()).any(bad) { Status::Failed } else { Status::Held }
}
