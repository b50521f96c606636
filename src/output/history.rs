//! Renders the cells of an engine over its releases.
use maud::{Markup, html};

use super::chart::{OverReleases, ReleaseLine, Unit};
use super::grid::Grid;
use crate::analysis::history::{self, History, HistoryPoint, HistoryRow};
use crate::results::{Metric, Report};
use crate::statistics::RatioVerdict;
use crate::units;

/// The legend of the tables.
pub(crate) const LEGEND: &str = "In parentheses: the ratio to the release before, from the same rounds, if it differs from 1 by more \
                          than 2 % and not by chance (of all such ratios of a table, at most one in twenty is by chance).";

/// One table per history, with one row per release and one column per cell.
fn grids(report: &Report) -> Vec<Grid> {
    let grid = |history: &History| {
        let mut grid = Grid::new(&history.engine, history.rows.iter().map(|row| row.cell_id.to_string()));
        for (n, release) in history.releases.iter().enumerate() {
            grid.row(&release.version, history.rows.iter().map(|row| text(&row.points[n], report.metric)));
        }
        grid
    };
    history::histories(report).iter().map(grid).collect()
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
pub(crate) fn terminal(report: &Report) -> String {
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
                unit: if report.metric.is_time() { Unit::Time } else { Unit::Count },
                lines: rows.iter().map(line).collect(),
            });
        }
    }
    charts
}

/// The steps of a chart, for screen readers.
fn described(history: &History, rows: &[HistoryRow], metric: Metric) -> String {
    let mut steps = Vec::new();
    for row in rows {
        for (point, release) in row.points.iter().zip(&history.releases).filter(|(point, _)| point.is_step()) {
            let way = if point.step == Some(RatioVerdict::Faster) { "falls" } else { "rises" };
            let value = shown(point.value.unwrap_or_default(), metric);
            steps.push(format!("{} {way} to {value} in {}", row.cell_id, release.version));
        }
    }
    if steps.is_empty() { "No release differs from the one before.".into() } else { steps.join("; ") + "." }
}

/// A section of the page; empty without a history.
pub(crate) fn section(report: &Report, id: &str) -> Markup {
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
