//! Writes the table of hostile modules in `docs/choosing-a-backend.md` from a check, so that no figure is written by hand:
//!
//! ```console
//! $ cargo run --release --features everything -- check --filter 'hostile/*' --jobs 1 --json > hostile.json
//! $ cargo run --release --features everything --example hostile_page -- hostile.json
//! ```
mod page;

use std::env;
use std::fmt::Write;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use early_exit::catalog::scenario;
use early_exit::results::{Document, ScenarioResult, Verdict};
use early_exit::units;

fn main() -> Result<()> {
    let file = env::args().nth(1).context("name a file, written by `early-exit check --filter 'hostile/*' --json`")?;
    let Document::Check(check) = Document::read(file.as_ref())? else { bail!("{file} is no check") };
    let labels: Vec<_> = check.variants.iter().map(|variant| variant.label.as_str()).collect();
    let mut table = format!("| module | {} |\n| --- |{}\n", labels.join(" | "), " ---: |".repeat(labels.len()));
    for scenario in scenario::all().filter(|scenario| scenario.id.starts_with("hostile/")) {
        let results = check.results.iter().filter(|result| result.scenario == scenario.id);
        let cells: Vec<_> = results.map(cell).collect();
        writeln!(table, "| `{}` | {} |", scenario.id, cells.join(" | "))?;
    }
    page::replace("choosing-a-backend.md", "hostile modules", "hostile_page", &format!("\n{table}\n"))
}

/// The time of the scenario, or its verdict.
fn cell(result: &ScenarioResult) -> String {
    match &result.verdict {
        Verdict::Passed => units::time(Duration::from_secs_f64(result.elapsed_ms / 1e3)),
        Verdict::KnownIssue { observed, .. } if observed.starts_with("TIMED OUT") => "over 20 s".into(),
        Verdict::KnownIssue { .. } => "refused".into(),
        verdict => verdict.word().into(),
    }
}
