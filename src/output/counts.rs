//! Renders times beside the instruction counts of the same variants.
use std::fmt::Write;

use super::grid::Grid;
use super::measurements::time_text;
use super::terminal::heading;
use crate::analysis::instruction_count::InstructionCount;
use crate::analysis::time_and_count::TimeAndCount;

/// One row per cell in both reports, one column per variant: `6.10 us, 55,358`.
pub(crate) fn grid(pair: &TimeAndCount) -> Grid {
    let labels = pair.columns.iter().map(|(n, _)| &pair.time.variants[*n].label);
    let mut grid = Grid::new("time, instructions", labels);
    for [time, count] in pair.rows() {
        let cells = pair.columns.iter().map(|(n, m)| {
            let count = InstructionCount::of(count.cells[*m].record).map(|count| count.text());
            [time_text(&time.cells[*n]), count].map(|text| text.unwrap_or_else(|| "-".into())).join(", ")
        });
        grid.row(time.cell_id.to_string(), cells);
    }
    grid
}

/// For a terminal.
pub(crate) fn terminal(pair: &TimeAndCount) -> String {
    let mut shown = heading(&format!("{}: time beside instructions", pair.name)) + &grid(pair).terminal();
    for note in pair.notes() {
        let _ = writeln!(shown, "note: {note}");
    }
    shown
}

/// In Markdown.
pub(crate) fn markdown(pair: &TimeAndCount) -> String {
    let mut shown = format!("\n## {}: time beside instructions\n\n{}\n", pair.name, grid(pair).markdown());
    for note in pair.notes() {
        let _ = writeln!(shown, "- {note}");
    }
    shown
}
