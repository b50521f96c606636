//! The cost of the mechanisms that can stop a guest: one card with bars per backend, and the tables.
use maud::{Markup, html};

use super::ReportPage;
use crate::analysis::estimates::interval;
use crate::analysis::stopping::{self, BackendMechanisms};
use crate::catalog::mechanism::KERNELS;
use crate::output::chart::COLOURS;
use crate::output::measurements::ratio_text;
use crate::output::stopping::tables;

/// Whether a report has times of a backend with and without a mechanism.
pub(crate) fn is_known(measured: &ReportPage) -> bool {
    measured.is_timed() && !stopping::backends(measured.report).is_empty()
}

/// One card and three tables per backend.
pub(crate) fn section(measured: &ReportPage) -> Markup {
    let backends = stopping::backends(measured.report);
    html! {
        section id=(format!("{}-stopping", measured.id)) {
            h2 { "To stop a guest" }
            p.lead {
                "What each mechanism costs while it stops nothing: how many times as long a guest takes as on the same backend without it. "
                "Shorter is better. Below, how long a stop takes from the request to the caller that knows the reason: the slowest is what a time-out promises."
            }
            div.cards { @for backend in &backends { (card(measured, backend)) } }
            @for tables in tables(measured.report) {
                details open[backends.len() < 3] {
                    summary { (tables.backend) }
                    (tables.costs)
                    (tables.stops)
                    (tables.promises)
                }
            }
        }
    }
}

fn card(measured: &ReportPage, backend: &BackendMechanisms) -> Markup {
    let label = measured.label(backend.plain);
    html! {
        article.card data-kind="stop a guest" {
            h3 { (measured.palette.name(label)) }
            @for (place, kernel) in KERNELS.iter().enumerate() { (bars(measured, backend, place, kernel.id)) }
        }
    }
}

/// One bar per mechanism; its length is the kernel's time.
fn bars(measured: &ReportPage, backend: &BackendMechanisms, place: usize, kernel: &str) -> Markup {
    let colour = measured.palette.colour(measured.label(backend.plain)) % COLOURS;
    let known: Vec<_> =
        backend.rows.iter().filter_map(|row| Some((&row.name, row.slowdowns[place].as_ref()?))).collect();
    let most = known.iter().map(|(_, ratio)| ratio.value().exp()).fold(1.0, f64::max);
    let bar = |name: &str, times: f64, text: &str, range: &str| {
        html! {
            div class=(format!("bar s{colour}")) title=(range) {
                span.who { (name) }
                span.track { span.fill style=(format!("width:{:.1}%", 100.0 * times / most)) {} }
                span.time { (text) }
            }
        }
    };
    html! {
        @if !known.is_empty() {
            div.by {
                code { (kernel) }
                (bar("without", 1.0, "x1", ""))
                @for (name, ratio) in known {
                    @let range = interval(ratio).and_then(|interval| interval.exp());
                    @let range = range.map_or(String::new(), |range| format!("95 %: x{:.3} to x{:.3}", range.low, range.high));
                    (bar(name, ratio.value().exp(), &ratio_text(ratio), &range))
                }
            }
        }
    }
}
