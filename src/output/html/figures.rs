//! The charts of the page: times and sizes by parameter or by host frames, and the parts of an exit.
use maud::{Markup, Render, html};

use super::ReportPage;
use crate::analysis::breakdown::{self, ExitBreakdown};
use crate::analysis::estimates::{CellEstimate, EstimateRow};
use crate::catalog::benchmark::{Benchmark, CellId, cold, compile, unwind};
use crate::output::chart::{Bar, Chart, Point, Series, StackedBars, Unit};
use crate::output::grid::Grid;
use crate::output::tables;
use crate::statistics::Breakdown;
use crate::units;

/// A chart of a benchmark.
struct Figure {
    title: &'static str,
    of: &'static Benchmark,
    /// Whether the horizontal axis is the number of host frames; otherwise it is the parameter.
    by_host_frames: bool,
    /// A metric in bytes; `None` for the time.
    metric: Option<&'static str>,
}

const fn sweep(title: &'static str, of: &'static Benchmark) -> Figure {
    Figure { title, of, by_host_frames: false, metric: None }
}

const fn depth(title: &'static str, of: &'static Benchmark) -> Figure {
    Figure { by_host_frames: true, ..sweep(title, of) }
}

static FIGURES: &[Figure] = &[
    depth("An exit, by host frames", &unwind::TYPED.whole),
    depth("A dynamic exit, by host frames", &unwind::DYNAMIC.whole),
    depth("The prebuilt exit, by host frames", &unwind::TYPED_PREBUILT.whole),
    sweep("An exit, by guest frames", &unwind::GUEST_DEPTH),
    sweep("The way back of an exit, by guest frames", &unwind::GUEST_DEPTH_LATENCY),
    sweep("The prebuilt exit, by guest frames", &unwind::GUEST_DEPTH_PREBUILT),
    sweep("A trap, by guest frames", &unwind::GUEST_DEPTH_UNREACHABLE),
    sweep("An exit on several threads at once", &unwind::THREADS),
    sweep("An exit beside idle modules", &unwind::MODULES),
    sweep("An exit beside idle functions", &unwind::FUNCTIONS),
    sweep("An exit through every re-entry", &unwind::REENTRIES),
    sweep("From bytes to the first result", &cold::BYTES_TO_RESULT),
    sweep("Compiling", &compile::GENERATED),
    sweep("Compiling with one thread", &compile::ONE_THREAD),
    Figure { metric: Some("added peak bytes"), ..sweep("Memory that compiling adds", &compile::PEAK_MEMORY) },
    Figure { metric: Some("artifact bytes"), ..sweep("Size of the artifact", &compile::GENERATED) },
];

/// All charts that the report has numbers for.
pub(crate) fn section(measured: &ReportPage) -> Markup {
    let charts: Vec<_> =
        FIGURES.iter().enumerate().filter_map(|(n, figure)| Some((figure, chart(measured, figure, n)?))).collect();
    let exit_breakdown = exit_figure(measured);
    html! {
        @if !charts.is_empty() || exit_breakdown.is_some() {
            section id=(format!("{}-figures", measured.id)) {
                h2 { "How the costs grow" }
                p.lead { "Both axes are logarithmic; bars are 95 % intervals. " span.legend { @for n in measured.columns() { (measured.palette.name(measured.label(n))) } } }
                div.figures {
                    @for (figure, chart) in &charts { (shown(figure, chart)) }
                    @if let Some(figure) = &exit_breakdown { (figure) }
                }
            }
        }
    }
}

fn shown(figure: &Figure, chart: &Chart) -> Markup {
    let mut grid = Grid::new(&chart.counted, chart.series.iter().map(|series| &series.name));
    for x in chart.x_values() {
        let cell = |series: &Series| {
            let point = series.points.iter().find(|point| point.x == x);
            point.map_or_else(|| "-".into(), |point| chart.unit.shown(point.y))
        };
        grid.row(units::count(x as u64), chart.series.iter().map(cell));
    }
    html! {
        figure {
            figcaption { (chart.title) " " code title=(figure.of.inside) { (figure.of.id) } }
            (chart.render())
            details { summary { "as a table" } (grid) }
        }
    }
}

fn chart(measured: &ReportPage, figure: &Figure, n: usize) -> Option<Chart> {
    let of_benchmark = measured.rows.iter().filter(|row| row.cell_id.benchmark == figure.of.id);
    let least = of_benchmark.clone().map(|row| row.cell_id.host_frames).min()?;
    let x = |CellId { at, host_frames, .. }: &CellId| match figure.by_host_frames {
        true => Some(*host_frames),
        false => at.filter(|_| *host_frames == least),
    };
    let mut rows: Vec<(u64, &EstimateRow)> = of_benchmark.filter_map(|row| Some((x(row.cell_id)?, row))).collect();
    rows.sort_by_key(|(x, _)| *x);
    let series = |n: usize| Series {
        name: measured.label(n).into(),
        colour: measured.palette.colour(measured.label(n)),
        points: rows.iter().filter_map(|(x, row)| point(*x as f64, &row.cells[n], figure)).collect(),
    };
    let series = measured.columns().into_iter().map(series);
    let series: Vec<Series> = series.filter(|series| !series.points.is_empty()).collect();
    let counted = if figure.by_host_frames { "host frames" } else { figure.of.parameter.as_ref()?.name };
    let unit = if figure.metric.is_some() { Unit::Bytes } else { Unit::Time };
    // A line has at least two points.
    series.iter().any(|series| series.points.len() > 1).then(|| Chart {
        id: format!("{}-figure-{n}", measured.id),
        title: figure.title.into(),
        description: described(&series, counted, unit),
        counted: counted.into(),
        unit,
        series,
        markers: true,
    })
}

fn point(x: f64, cell: &CellEstimate, figure: &Figure) -> Option<Point> {
    let (y, range) = match figure.metric {
        None => (cell.nanoseconds()?, cell.known().map(|(_, range)| (range.low, range.high))),
        Some(metric) => (cell.record.metrics.iter().find(|(name, _)| name == metric)?.1, None),
    };
    (y > 0.0).then(|| Point { x, y, range, name: cell.record.cell_id.to_string() })
}

/// The range of each line, in words.
fn described(series: &[Series], counted: &str, unit: Unit) -> String {
    let line = |series: &Series| {
        let at = |point: &Point| format!("{} at {}", unit.shown(point.y), point.x);
        Some(format!("{} from {} to {}", series.name, at(series.points.first()?), at(series.points.last()?)))
    };
    format!("Over {counted}: {}.", series.iter().filter_map(line).collect::<Vec<_>>().join("; "))
}

/// Where the time of an exit goes, with the numbers as a table. `None` if the parts of an exit were not measured.
fn exit_figure(measured: &ReportPage) -> Option<Markup> {
    let chart = exit_chart(measured)?;
    Some(html! {
        figure {
            figcaption { "Where the time of an exit goes " code { (unwind::TYPED.whole.id) } }
            p.parts { @for (n, part) in chart.parts.iter().enumerate() { span { i class=(format!("part p{n}")) {} (part) } } }
            (chart.render())
            details {
                summary { "as a table" }
                @for exit in breakdown::all(measured.report) { (tables::exit_breakdown(&exit, measured.report)) }
            }
        }
    })
}

/// One bar per backend, grouped by depth.
fn exit_chart(measured: &ReportPage) -> Option<StackedBars> {
    let bar = |variant: usize, of: &Breakdown| {
        let parts = breakdown::column(measured.report, variant, of);
        // The last part is the whole.
        let parts = parts[..parts.len() - 1].iter().map(|part| part.as_ref().map(|part| part.value()));
        Bar {
            name: measured.label(variant).to_owned(),
            parts: parts.collect(),
            whole: units::nanoseconds(of.total.value(), 3),
        }
    };
    let group = |exit: ExitBreakdown| {
        let frames = if exit.host_frames == 1 { "frame" } else { "frames" };
        let bars = exit.variants.iter().map(|(variant, of)| bar(*variant, of)).collect();
        (format!("below {} {frames} of the host", exit.host_frames), bars)
    };
    let groups: Vec<_> = breakdown::all(measured.report).into_iter().map(group).collect();
    (!groups.is_empty()).then(|| StackedBars {
        id: format!("{}-parts", measured.id),
        title: "Where the time of an exit goes".into(),
        description: "Shares of the parts of an exit, on each backend and at each depth of the host's stack. The table has the numbers."
            .into(),
        parts: breakdown::parts().chain(["rest"]).collect(),
        groups,
    })
}
