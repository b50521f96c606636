//! Writes the figures of `docs/stopping-a-guest.md` from a report, so that no figure there is typed by hand:
//!
//! ```console
//! $ cargo run --release --features everything -- measure --stoppable -o stoppable.json
//! $ cargo run --release --features everything --example stopping_page -- stoppable.json
//! ```
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use early_exit::output::stopping;
use early_exit::results::Report;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/stopping-a-guest.md");
const BEGIN: &str = "<!-- figures begin: written by examples/stopping_page.rs -->\n";
const END: &str = "<!-- figures end -->\n";

fn main() -> Result<()> {
    let path = env::args().nth(1).context("name a report, written by `early-exit measure --stoppable -o FILE`")?;
    let report = Report::read(path.as_ref())?;
    let page = fs::read_to_string(PAGE)?;
    let (before, rest) = page.split_once(BEGIN).context("the page has no place for figures")?;
    let (_, after) = rest.split_once(END).context("the page's figures have no end")?;
    fs::write(PAGE, format!("{before}{BEGIN}{}{END}{after}", figures(&report)?))?;
    Ok(())
}

/// Two tables per backend, and what they were measured on.
fn figures(report: &Report) -> Result<String> {
    let tables = stopping::markdown(report, "###");
    ensure!(!tables.is_empty(), "the report has no backend with and without a mechanism");
    let machine = &report.machine;
    let mut engines: Vec<_> = report.variants.iter().map(|variant| variant.backend_info.engine.as_str()).collect();
    engines.dedup();
    Ok(format!(
        "x: times the same backend without the mechanism, \u{b1} half a 95 % interval, measured in the same rounds. Times to stop \
         are of single stops. {} on {}, {} processors, {}; profile {}, {} launches, {}.\n{tables}",
        engines.join(", "),
        machine.cpu,
        machine.processors,
        machine.os,
        report.build.profile,
        report.run.launches_completed,
        &report.run.started_at[..10],
    ))
}
