//! The charts of the page: times and sizes by parameter or by host frames.
use maud::{Markup, Render, html};

use super::{ReportPage, breakdown};
use crate::analysis::estimates::{CellEstimate, EstimateRow};
use crate::catalog::benchmark::{Benchmark, cold, compile, unwind};
use crate::output::chart::{Axis, Chart, Point, Series, Unit};
use crate::output::grid::Grid;
use crate::units;

/// A chart and its benchmark.
struct Figure {
    title: &'static str,
    of: &'static Benchmark,
    over: XAxis,
    what: Quantity,
}

enum XAxis {
    Parameter,
    HostFrames,
}

enum Quantity {
    Time,
    /// A metric without timing.
    Fact(&'static str),
}

const fn sweep(title: &'static str, of: &'static Benchmark) -> Figure {
    Figure { title, of, over: XAxis::Parameter, what: Quantity::Time }
}

const fn depth(title: &'static str, of: &'static Benchmark) -> Figure {
    Figure { title, of, over: XAxis::HostFrames, what: Quantity::Time }
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
    Figure {
        title: "Memory that compiling adds",
        of: &compile::PEAK_MEMORY,
        over: XAxis::Parameter,
        what: Quantity::Fact("added peak bytes"),
    },
    Figure {
        title: "Size of the artifact",
        of: &compile::GENERATED,
        over: XAxis::Parameter,
        what: Quantity::Fact("artifact bytes"),
    },
];

/// All charts that the report has numbers for.
pub(crate) fn section(measured: &ReportPage) -> Markup {
    let charts: Vec<_> =
        FIGURES.iter().enumerate().filter_map(|(n, figure)| Some((figure, chart(measured, figure, n)?))).collect();
    let exit_breakdown = breakdown::figure(measured);
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
    let mut grid =
        Grid::new([chart.x.label.clone()].into_iter().chain(chart.series.iter().map(|series| series.name.clone())));
    let mut values: Vec<f64> = chart.series.iter().flat_map(|series| &series.points).map(|point| point.x).collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    for x in values {
        let cell = |series: &Series| {
            let point = series.points.iter().find(|point| point.x == x);
            point.map_or_else(|| "-".into(), |point| chart.y.unit.shown(point.y))
        };
        grid.row([units::count(x as u64)].into_iter().chain(chart.series.iter().map(cell)));
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
    let mut rows: Vec<(f64, &EstimateRow)> = match figure.over {
        XAxis::HostFrames => of_benchmark.map(|row| (row.cell_id.host_frames as f64, row)).collect(),
        XAxis::Parameter => of_benchmark
            .filter(|row| row.cell_id.host_frames == least)
            .filter_map(|row| Some((row.cell_id.at? as f64, row)))
            .collect(),
    };
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let series = |n: usize| Series {
        name: measured.label(n).into(),
        colour: measured.palette.colour(measured.label(n)),
        points: rows.iter().filter_map(|(x, row)| point(*x, &row.cells[n], figure)).collect(),
    };
    let (label, unit) = match figure.what {
        Quantity::Time => ("time", Unit::Time),
        Quantity::Fact(_) => ("bytes", Unit::Bytes),
    };
    let counted = match figure.over {
        XAxis::HostFrames => "host frames",
        XAxis::Parameter => figure.of.parameter.as_ref()?.name,
    };
    let series: Vec<Series> =
        measured.columns().into_iter().map(series).filter(|series| !series.points.is_empty()).collect();
    let chart = Chart {
        id: format!("{}-figure-{n}", measured.id),
        title: figure.title.into(),
        description: described(&series, counted, unit),
        x: Axis { label: counted.into(), unit: Unit::Count },
        y: Axis { label: label.into(), unit },
        series,
        markers: true,
    };
    chart.is_worth_drawing().then_some(chart)
}

fn point(x: f64, cell: &CellEstimate, figure: &Figure) -> Option<Point> {
    let name = cell.record.cell_id.to_string();
    match figure.what {
        Quantity::Time => {
            let y = cell.nanoseconds().filter(|time| *time > 0.0)?;
            Some(Point { x, y, range: cell.known().map(|(_, range)| (range.low, range.high)), name })
        }
        Quantity::Fact(wanted) => {
            let (_, y) = cell.record.metrics.iter().find(|(name, value)| name == wanted && *value > 0.0)?;
            Some(Point { x, y: *y, range: None, name })
        }
    }
}

/// The range of each line, in words.
fn described(series: &[Series], counted: &str, unit: Unit) -> String {
    let line = |series: &Series| {
        let (first, last) = (series.points.first()?, series.points.last()?);
        Some(format!(
            "{} from {} at {} to {} at {}",
            series.name,
            unit.shown(first.y),
            first.x,
            unit.shown(last.y),
            last.x
        ))
    };
    format!("Over {counted}: {}.", series.iter().filter_map(line).collect::<Vec<_>>().join("; "))
}
