//! Times beside instructions, if both were measured.
use maud::{Markup, html};

use crate::output::counts::TimeAndCount;

pub(crate) fn section(both: &TimeAndCount) -> Markup {
    let grid = both.grid();
    html! {
        section aria-label="time beside instructions" {
            h2 { "Time beside instructions: " (both.name) }
            ul.notes { @for note in both.notes() { li { (note) "." } } }
            div.wide tabindex="0" role="region" aria-label="time beside instructions" {
                table {
                    thead { tr { @for name in &grid.header { th scope="col" { (name) } } } }
                    tbody {
                        @for row in &grid.rows {
                            tr { @for (n, cell) in row.iter().enumerate() { @if n == 0 { th scope="row" { (cell) } } @else { td.n { (cell) } } } }
                        }
                    }
                }
            }
        }
    }
}
