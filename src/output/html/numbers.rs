//! One table per theme, sortable by any column; a row opens to its samples.
use maud::{Markup, PreEscaped, html};

use super::ReportPage;
use crate::analysis::estimates::{CellEstimate, EstimateRow};
use crate::catalog::benchmark;
use crate::output::measurements;

pub(crate) fn section(of: &ReportPage) -> Markup {
    html! {
        section id=(format!("{}-numbers", of.id)) {
            h2 { "All numbers" }
            p.lead {
                @if of.is_timed() {
                    "The typical time and its ratio to " (of.label(0)) ", ± half of the 95 % interval. The fastest backend is bold "
                    "if all intervals agree. "
                } @else {
                    "Instructions and their ratio to " (of.label(0)) ", ± half of the spread of the repeats. "
                    "Instructions of the kernel are not counted. "
                }
                "Select a column's name to sort by it"
                @if of.is_timed() { "; select a row's name to see its samples" }
                "."
            }
            @for rows in of.rows.chunk_by(|a, b| a.cell_id.theme() == b.cell_id.theme()) {
                @let theme = rows[0].cell_id.theme();
                details.numbers open[theme == of.rows[0].cell_id.theme()] {
                    summary { (theme) small { (rows.len()) } }
                    (table(of, theme, rows))
                }
            }
        }
    }
}

fn table(of: &ReportPage, theme: &str, rows: &[EstimateRow]) -> Markup {
    let columns = of.columns();
    let native_baselines: Vec<_> = rows.iter().map(|row| measurements::native_baseline(of.report, row)).collect();
    let any_native = native_baselines.iter().any(Option::is_some);
    html! {
        div.wide tabindex="0" role="region" aria-label=(format!("numbers of {theme}")) {
            table.sortable data-report=(of.id) {
                thead { tr {
                    th scope="col" { button type="button" { (theme) } }
                    @for n in &columns { th.n scope="col" { button type="button" { (of.palette.name(of.label(*n))) } } }
                    @if any_native { th.n scope="col" { button type="button" title="the same work without WebAssembly" { "native" } } }
                } }
                tbody {
                    @for (place, (row, native)) in rows.iter().zip(native_baselines).enumerate() {
                        @let fastest = row.fastest(of.report);
                        tr data-cell=(row.cell_id) {
                            th scope="row" data-v=(place) {
                                button.raw type="button" aria-expanded="false" title=[benchmark::find(&row.cell_id.benchmark).map(|known| known.inside)] {
                                    (breakable(&row.cell_id.to_string()))
                                }
                            }
                            @for n in &columns { (cell(&row.cells[*n], fastest == Some(*n))) }
                            @if any_native { td.n data-v=[native] { @if let Some(native) = native { (measurements::native_text(of.report, native)) } } }
                        }
                    }
                }
            }
        }
    }
}

fn cell(cell: &CellEstimate, fastest: bool) -> Markup {
    html! {
        td class=(if fastest { "n fastest" } else { "n" }) data-v=[cell.nanoseconds()] {
            @match measurements::time_text(cell) {
                Some(time) => {
                    (time)
                    @if let Some(ratio) = measurements::cell_ratio_text(cell) { " " small { (ratio) } }
                }
                None => {
                    span.none title=[cell.skip_reason().map(|skip_reason| skip_reason.reason())] { (cell.skip_reason().map_or("-", |skip_reason| skip_reason.word())) }
                }
            }
        }
    }
}

/// A cell id that can be broken at its slashes.
fn breakable(cell_id: &str) -> Markup {
    html! { @for (n, part) in cell_id.split('/').enumerate() { @if n > 0 { "/" (PreEscaped("<wbr>")) } (part) } }
}
