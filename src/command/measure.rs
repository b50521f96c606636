//! `measure`: times every benchmark on every backend.
use std::io::Write;

use anyhow::Result;

use super::watch::ProgressDisplay;
use super::{Status, Stdout, backends, builds, calibrate, cells};
use crate::cli::MeasureArgs;
use crate::output::{measurements, summary};
use crate::results::journal::Journal;
use crate::results::{Report, SkipReason};
use crate::sampling::instructions::CountExperiment;
use crate::sampling::variant::ExperimentVariant;
use crate::worker::Launcher;

pub(crate) fn measure(args: &MeasureArgs, launcher: &Launcher, out: &mut Stdout) -> Result<Status> {
    if args.calibrate {
        return calibrate::calibrate(args, launcher, out);
    }
    let (launcher, _source) = cells::with_module(&args.plan, launcher)?;
    let variants = variants(args, &launcher)?;
    let cell_ids = if args.stoppable { cells::of_mechanisms(&args.plan)? } else { cells::selected(&args.plan)? };
    let mut journal = args.output.as_deref().map(Journal::open).transpose()?;
    let mut watch = ProgressDisplay::begin(&launcher);
    let report = if args.instructions {
        let experiment = CountExperiment {
            variants,
            cell_ids,
            launches: args.plan.count_launches(),
            injected_slowdowns: Vec::new(),
        };
        watch.count(&experiment, journal.as_mut())?
    } else {
        let experiment = cells::experiment(&args.plan, ExperimentVariant::with_control(variants), cell_ids);
        watch.measure(&experiment, None, journal.as_mut())?.0
    };
    // Writes the file first, because stdout may be closed.
    journal.map(|journal| journal.finish(&report)).transpose()?;
    // Which backend to take is a question of times, and another one than with which mechanism.
    let answers = if args.stoppable || args.instructions { String::new() } else { summary::answers(&report) };
    write!(out, "{answers}{}", measurements::tables(&report))?;
    Ok(status(&report))
}

/// The selected variants, without an A/A control.
fn variants(args: &MeasureArgs, launcher: &Launcher) -> Result<Vec<ExperimentVariant>> {
    if args.stoppable {
        let specs = backends::with_mechanisms(&args.choice)?;
        return Ok(specs.iter().map(|spec| ExperimentVariant::new(spec, launcher)).collect());
    }
    builds::variants(&args.builds, &args.choice, launcher)
}

/// Fails if a cell failed or its worker was lost; missing support is no failure.
fn status(report: &Report) -> Status {
    let bad =
        |skip_reason: &SkipReason| matches!(skip_reason, SkipReason::Failed { .. } | SkipReason::WorkerLost { .. });
    let failed = report.cells.iter().filter_map(|cell| cell.skip_reason.as_ref()).any(bad);
    if failed { Status::Failed } else { Status::Passed }
}
