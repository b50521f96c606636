//! The paired sampler: the pilot and the plan, launches of workers that measure times, and counts of instructions.
pub mod batch;
pub mod bench_thread;
pub mod cell;
pub(crate) mod concurrent;
pub mod exit_costs;
pub mod experiment;
pub mod injected_slowdown;
pub mod instructions;
pub mod machine;
pub mod pilot;
pub mod plan;
pub mod variant;
pub mod worker_set;

use anyhow::Result;

use self::machine::machine;
use self::variant::ExperimentVariant;
use crate::results::{Build, CellRecord, Metric, Report, RunInfo, VERSION};
use crate::worker::Hello;

/// A report of a run that starts now, without samples.
fn blank(
    metric: Metric,
    variants: &[ExperimentVariant],
    hellos: Vec<Hello>,
    run: RunInfo,
    cells: Vec<CellRecord>,
) -> Result<Report> {
    let variants =
        variants.iter().zip(hellos).map(|(variant, hello)| variant.described(hello)).collect::<Result<_>>()?;
    let run = RunInfo { started_at: jiff::Timestamp::now().to_string(), ..run };
    let (machine, build) = (machine(), Build::this());
    Ok(Report { version: VERSION, metric, machine, build, run, variants, cells, confirmation: None })
}
