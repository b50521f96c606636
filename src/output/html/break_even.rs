//! The cheapest backend by number of calls.
use maud::{Markup, Render, html};

use super::ReportPage;
use crate::analysis::break_even::{self, Workload, WorkloadComparison};
use crate::output::chart::{Chart, Point, Series, Unit};
use crate::output::tables;
use crate::statistics::CostRange;

/// One chart and one table per job.
pub(crate) fn section(measured: &ReportPage, workload: &Workload) -> Markup {
    let jobs = break_even::jobs(measured.report, &measured.rows, workload);
    html! {
        section id=(format!("{}-even", measured.id)) {
            h2 { "Break-even" }
            @if jobs.is_empty() { p.lead { (break_even::none(workload)) "." } }
            @else {
                p.lead {
                    "A backend that compiles fast often runs slowly. For a module that is compiled or loaded once and then called N times, "
                    "this is the cheapest backend in total. The intervals of the parts are added, which is conservative: close backends are named together."
                }
                div.jobs { @for (n, job) in jobs.iter().enumerate() { (shown(measured, job, n)) } }
            }
        }
    }
}

fn shown(measured: &ReportPage, job: &WorkloadComparison, n: usize) -> Markup {
    let grid = tables::break_even(job, measured.report);
    html! {
        figure.job {
            figcaption { (job.said()) }
            (chart(measured, job, n).render())
            div.wide tabindex="0" role="region" aria-label="cheapest backend by number of calls" { table.spans {
                thead { tr { @for (n, name) in grid.header.iter().enumerate() { th scope="col" class=[(n != 2).then_some("n")] { (name) } } } }
                tbody { @for (row, range) in grid.rows.iter().zip(&job.ranges) {
                    tr data-from=(range.from) data-least=(range.least.iter().map(|n| measured.label(*n)).collect::<Vec<_>>().join(",")) {
                        td.n { (row[0]) } td.n { (row[1]) }
                        td { @match range.least[..] { [one] => { (measured.palette.name(measured.label(one))) } _ => { (row[2]) } } }
                        td.n { (row[3]) }
                    }
                } }
            } }
        }
    }
}

/// The cost by number of calls, up to well beyond the last crossing.
fn chart(measured: &ReportPage, job: &WorkloadComparison, n: usize) -> Chart {
    let last = job.ranges.iter().flat_map(|range| range.to).max().unwrap_or(100) as f64;
    let most = 10f64.powf((last * 6.0).log10().ceil()).max(100.0);
    let steps = 60;
    let calls = |step: i32| most.powf(f64::from(step) / f64::from(steps));
    let point = |x: f64, cost: &CostRange| {
        let range = cost.at(x);
        Point { x, y: cost.typical.at(x), range: Some((range.low, range.high)), name: String::new() }
    };
    let series = |(variant, cost): &(usize, CostRange)| Series {
        name: measured.label(*variant).into(),
        colour: measured.palette.colour(measured.label(*variant)),
        points: (0..=steps).map(|step| point(calls(step), cost)).collect(),
    };
    Chart {
        id: format!("{}-even-{n}", measured.id),
        title: "The cost of a job over its calls".into(),
        description: format!("{}; the table below has the crossings.", job.said()),
        counted: "calls".into(),
        unit: Unit::Time,
        series: job.costs.iter().map(series).collect(),
        markers: false,
    }
}
