//! Writes the figures of `docs/stopping-a-guest.md` from one or several reports, so that no figure is written by hand:
//!
//! ```console
//! $ cargo run --release --features everything -- measure --stoppable -o stoppable.json
//! $ cargo run --release --features everything --example stopping_page -- stoppable.json
//! ```
mod page;

use std::env;

use anyhow::{Result, ensure};
use early_exit::output::stopping;
use early_exit::results::Report;

fn main() -> Result<()> {
    let reports = env::args().skip(1).map(|path| Report::read(path.as_ref())).collect::<Result<Vec<_>, _>>()?;
    ensure!(!reports.is_empty(), "name reports, written by `early-exit measure --stoppable -o FILE`");
    let figures = reports.iter().map(figures).collect::<Result<Vec<_>>>()?;
    page::replace("stopping-a-guest.md", "figures", "stopping_page", &format!("{LEGEND}\n{}", figures.concat()))
}

const LEGEND: &str = "\
First table per backend: `x` is the ratio to the same backend without the mechanism, from the same rounds, \u{b1} half a 95 % interval. `?`:\n\
inconclusive, or the interval is wider than about \u{b1}50 %. `\u{25b2}`, `\u{25bc}`: three or more launches are outlying, all of them slower or all of\n\
them faster. `-`: not measured. Second table: times of single stops, from the last unit of the budget, the request or the deadline until\n\
the caller has the error, for a guest in a loop, in a recursion or in a host function. Past the budget: a guest of 256 steps or turns has a\n\
budget for 64; the number that it runs beyond these. A build with `host-interrupt` has one more row, \"interrupt from another thread\";\n\
the table does not include the cost of that feature itself.\n";

/// Two tables per backend, and the machine, build and launches of the report.
fn figures(report: &Report) -> Result<String> {
    let tables = stopping::markdown(report, "###");
    ensure!(!tables.is_empty(), "the report has no backend with and without a mechanism");
    let machine = &report.machine;
    let mut engines: Vec<_> = report.variants.iter().map(|variant| variant.backend_info.engine.as_str()).collect();
    engines.sort_unstable();
    engines.dedup();
    Ok(format!(
        "{tables}\n{} on {}, {} processors, {}; features {}; profile {}, {} launches, {}.\n",
        engines.join(", "),
        machine.cpu,
        machine.processors,
        machine.os,
        report.build.features.join(", "),
        report.build.profile,
        report.run.launches_completed,
        &report.run.started_at[..10],
    ))
}
