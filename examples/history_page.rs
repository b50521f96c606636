//! Writes the tables of `docs/history.md` and its charts in `docs/history/` from reports of several releases, so that no
//! figure is written by hand:
//!
//! ```console
//! $ cargo run --release --features c-api -- measure --backend c-api --library A.so --library B.so ... -o times.json
//! $ cargo run --release --features c-api --example history_page -- times.json counts.json
//! ```
mod page;

use std::fmt::Write;
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use early_exit::output::history;
use early_exit::results::{Metric, Report};
use maud::Render;

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs");

/// The style of standalone charts, with a light background.
const STYLE: &str = "<style>svg{background:#fff}text{font:10.5px system-ui,sans-serif;fill:#626b75}.label{fill:var(--c);\
font-weight:600}.grid{stroke:#e1e4e8}.axis{stroke:#626b75}.line{fill:none;stroke:var(--c);stroke-width:1.8}.dot{fill:var(--c)}\
.s0{--c:#3b6fd4}.s1{--c:#c2571a}.s2{--c:#2b8a57}.s3{--c:#8a4fc4}.s4{--c:#b8860b}.s5{--c:#c0306e}.s6{--c:#1c8a99}</style>";

fn main() -> Result<()> {
    let figures =
        env::args().skip(1).map(|file| of_report(&Report::read(file.as_ref())?)).collect::<Result<Vec<_>>>()?;
    ensure!(!figures.is_empty(), "name reports, written by `early-exit measure -o FILE`");
    page::replace("history.md", "figures", "history_page", &figures.concat())
}

fn of_report(report: &Report) -> Result<String> {
    let table = history::markdown(report);
    ensure!(!table.is_empty(), "the report has no engine in three releases");
    let what = if report.metric == Metric::Time { "time" } else { "instructions" };
    let mut figures = format!("\n### {}\n\n", if what == "time" { "Time" } else { "Instructions" });
    fs::create_dir_all(format!("{DOCS}/history"))?;
    for chart in history::charts(report, what) {
        let name = format!("{what}-{}.svg", chart.title.replace(": ", "-"));
        let drawn = chart.render().into_string();
        let (tag, rest) = drawn.split_once('>').context("a picture has a tag")?;
        fs::write(format!("{DOCS}/history/{name}"), format!("{tag}>{STYLE}{rest}\n"))?;
        writeln!(figures, "![{} over releases](history/{name})\n", chart.title)?;
    }
    let machine = &report.machine;
    writeln!(
        figures,
        "{table}\n{}, {} processors, {}; {} launches, {}.",
        machine.cpu,
        machine.processors,
        machine.os,
        report.run.launches_completed,
        &report.run.started_at[..10],
    )?;
    Ok(figures)
}
