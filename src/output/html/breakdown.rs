//! The chart "Where the time of an exit goes".
use maud::{Markup, Render, html};

use super::ReportPage;
use crate::analysis::breakdown;
use crate::catalog::benchmark::unwind;
use crate::output::chart::{Bar, StackedBars};
use crate::output::tables;
use crate::units;

/// The chart, with the numbers as a table. `None` if the parts of an exit were not measured.
pub(crate) fn figure(measured: &ReportPage) -> Option<Markup> {
    let chart = chart(measured)?;
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
fn chart(measured: &ReportPage) -> Option<StackedBars> {
    let bar = |variant: usize, of: &crate::statistics::Breakdown| {
        let parts = breakdown::column(measured.report, variant, of);
        // The last part is the whole.
        let parts = parts[..parts.len() - 1].iter().map(|part| part.as_ref().map(|part| part.value()));
        Bar {
            name: measured.label(variant).to_owned(),
            parts: parts.collect(),
            whole: units::nanoseconds(of.total.value(), 3),
        }
    };
    let group = |exit: breakdown::ExitBreakdown| {
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
        parts: breakdown::parts().chain(["rest"]).map(str::to_owned).collect(),
        groups,
    })
}
