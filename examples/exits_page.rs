//! Writes the figures of `docs/exiting-early.md` from a report, so that no figure is written by hand:
//!
//! ```console
//! $ cargo run --release --features compilers -- measure --filter 'unwind/*' --filter 'call/*-ok' -o results.json
//! $ cargo run --release --features compilers --example exits_page -- results.json
//! ```
mod page;

use std::env;
use std::fmt::Write;

use anyhow::{Context, Result, ensure};
use early_exit::analysis::estimates;
use early_exit::catalog::benchmark::Benchmark;
use early_exit::catalog::benchmark::unwind::WAYS;
use early_exit::results::Report;
use early_exit::statistics::median;
use early_exit::units;

const LEGEND: &str = "\
Each entry has four times: the whole call below 1 host frame; in parentheses, the same below 50 host frames; *leaving*, the part of the\n\
call from the host's error to the caller; *returning*, the same call if the host function returns without an error.\n\n";

fn main() -> Result<()> {
    let path = env::args().nth(1).context("name a report, written by `early-exit measure -o FILE`")?;
    let report = Report::read(path.as_ref())?;
    page::replace("exiting-early.md", "figures", "exits_page", &figures(&report)?)
}

/// A table with one row per way and one column per variant. A cell has the time of the whole call at 1 and at 50 host frames,
/// the latency of the exit, and the time of the same call without an exit.
fn figures(report: &Report) -> Result<String> {
    let variants: Vec<_> = (0..report.variants.len()).filter(|n| report.variants[*n].control_of.is_none()).collect();
    let labels: Vec<_> = variants.iter().map(|n| report.variants[*n].label.as_str()).collect();
    let mut table = LEGEND.to_owned();
    writeln!(table, "| way | {} |", labels.join(" | "))?;
    writeln!(table, "| --- |{}", " --- |".repeat(labels.len()))?;
    for way in WAYS {
        let cells = variants.iter().map(|&variant| {
            let shown = |benchmark: &Benchmark, frames| time(report, variant, benchmark, frames).unwrap_or("-".into());
            format!(
                "{} ({}), {} leaving, {} returning",
                shown(&way.whole, 1),
                shown(&way.whole, 50),
                shown(&way.latency, 1),
                shown(&way.returned, 1)
            )
        });
        writeln!(table, "| `{}` | {} |", way.whole.id, cells.collect::<Vec<_>>().join(" | "))?;
    }
    ensure!(table.contains(" us ") || table.contains(" ns "), "the report has no exits in it");
    let machine = &report.machine;
    writeln!(
        table,
        "\n{} on {}, {} processors, {}; revision {}, profile {}, {} launches, {}.",
        report.variants[0].backend_info.engine,
        machine.cpu,
        machine.processors,
        machine.os,
        report.build.revision,
        report.build.profile,
        report.run.launches_completed,
        &report.run.started_at[..10],
    )?;
    Ok(table)
}

fn time(report: &Report, variant: usize, benchmark: &Benchmark, host_frames: u64) -> Option<String> {
    let record = report.cells.iter().find(|cell| {
        cell.variant == variant && cell.cell_id.benchmark == benchmark.id && cell.cell_id.host_frames == host_frames
    })?;
    let launches: Vec<_> = estimates::launches(record).into_iter().map(|(_, nanoseconds)| nanoseconds).collect();
    Some(units::nanoseconds(median(&launches)?, 2))
}
