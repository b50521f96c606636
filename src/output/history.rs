//! Renders the cells of an engine over its releases.
use maud::{Markup, html};

use super::chart::{OverReleases, ReleaseLine};
use super::grid::Grid;
use crate::analysis::history::{self, History, HistoryPoint, HistoryRow};
use crate::results::{Metric, Report};
use crate::statistics::RatioVerdict;
use crate::units;

/// The legend of the tables.
pub const LEGEND: &str = "In parentheses: the ratio to the release before, from the same rounds, if it differs from 1 by more \
                          than 2 % and not by chance (of all such ratios of a table, at most one in twenty is by chance).";

/// One table per history, with one row per release and one column per cell.
pub fn grids(report: &Report) -> Vec<Grid> {
    history::histories(report).iter().map(|history| grid(history, report.metric)).collect()
}

fn grid(history: &History, metric: Metric) -> Grid {
    let names = history.rows.iter().map(|row| row.cell_id.to_string());
    let mut grid = Grid::new([history.engine.clone()].into_iter().chain(names));
    for (n, release) in history.releases.iter().enumerate() {
        let cells = history.rows.iter().map(|row| text(&row.points[n], metric));
        grid.row([release.version.clone()].into_iter().chain(cells));
    }
    grid
}

fn text(point: &HistoryPoint, metric: Metric) -> String {
    let Some(value) = point.value.map(|value| shown(value, metric)) else { return "-".into() };
    match point.change.filter(|_| point.is_step()) {
        Some(change) => format!("{value} (x{change:.2})"),
        None => value,
    }
}

fn shown(value: f64, metric: Metric) -> String {
    match metric {
        Metric::Time => units::nanoseconds(value, 3),
        Metric::Instructions => units::count(value.round() as u64),
    }
}

/// For a terminal; empty without a history.
pub fn terminal(report: &Report) -> String {
    let grids: Vec<_> = grids(report).iter().map(Grid::blocks).collect();
    if grids.is_empty() { String::new() } else { format!("over releases\n{}{LEGEND}\n\n", grids.join("\n")) }
}

/// In Markdown; empty without a history.
pub fn markdown(report: &Report) -> String {
    let grids: Vec<_> = grids(report).iter().map(Grid::markdown).collect();
    if grids.is_empty() { String::new() } else { format!("{LEGEND}\n\n{}", grids.join("\n")) }
}

/// One chart per history and theme, with one line per cell.
pub fn charts(report: &Report, id: &str) -> Vec<OverReleases> {
    let mut charts = Vec::new();
    for history in history::histories(report) {
        for rows in history.rows.chunk_by(|a, b| a.cell_id.theme() == b.cell_id.theme()) {
            let line = |row: &HistoryRow| ReleaseLine {
                name: row.cell_id.to_string(),
                points: row.points.iter().map(|point| point.value.map(|value| (value, point.is_step()))).collect(),
            };
            charts.push(OverReleases {
                id: format!("{id}-history-{}", charts.len()),
                title: format!("{}: {}", history.engine, rows[0].cell_id.theme()),
                description: described(&history, rows, report.metric),
                releases: history.releases.iter().map(|release| release.version.clone()).collect(),
                time: report.metric == Metric::Time,
                lines: rows.iter().map(line).collect(),
            });
        }
    }
    charts
}

/// The steps of a chart, for screen readers.
fn described(history: &History, rows: &[HistoryRow], metric: Metric) -> String {
    let steps = rows.iter().flat_map(|row| {
        row.points.iter().zip(&history.releases).filter(|(point, _)| point.is_step()).map(|(point, release)| {
            let way = if point.step == Some(RatioVerdict::Faster) { "falls" } else { "rises" };
            format!(
                "{} {way} to {} in {}",
                row.cell_id,
                shown(point.value.unwrap_or_default(), metric),
                release.version
            )
        })
    });
    let steps: Vec<_> = steps.collect();
    if steps.is_empty() { "No release differs from the one before.".into() } else { steps.join("; ") + "." }
}

/// A section of the page; empty without a history.
pub fn section(report: &Report, id: &str) -> Markup {
    let charts = charts(report, id);
    html! {
        @if !charts.is_empty() {
            section {
                h2 { "Over releases" }
                div.figures {
                    @for chart in &charts { figure { figcaption { (chart.title) } (chart) } }
                }
                @for grid in grids(report) { (grid) }
                p { (LEGEND) }
            }
        }
    }
}
