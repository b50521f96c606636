//! A plain table that is rendered for a terminal, Markdown or HTML.
use maud::{Markup, Render, html};

use super::terminal;

/// A table: a header, and rows of as many cells. Only a terminal allows rows with fewer.
pub(crate) struct Grid {
    /// The column names. The first describes the table.
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// A row's name, then its cells.
fn line(name: impl Into<String>, cells: impl IntoIterator<Item: Into<String>>) -> Vec<String> {
    [name.into()].into_iter().chain(cells.into_iter().map(Into::into)).collect()
}

impl Grid {
    /// A table without rows. The title is the name of the first column.
    pub(crate) fn new(title: impl Into<String>, columns: impl IntoIterator<Item: Into<String>>) -> Self {
        Self { header: line(title, columns), rows: vec![] }
    }

    /// Adds a row. The name is the first cell.
    pub(crate) fn row(&mut self, name: impl Into<String>, cells: impl IntoIterator<Item: Into<String>>) {
        self.rows.push(line(name, cells));
    }

    /// For a terminal.
    pub(crate) fn terminal(&self) -> String {
        let mut table = terminal::table(self.header.iter().map(String::as_str));
        table.add_rows(&self.rows);
        terminal::written(&table)
    }

    /// For a terminal; a table that is too wide is split, and each part repeats the first column.
    pub(crate) fn blocks(&self) -> String {
        self.in_blocks(terminal::terminal_width())
    }

    fn in_blocks(&self, room: Option<usize>) -> String {
        let takes = |column: usize| {
            let widths = [&self.header].into_iter().chain(&self.rows).map(|row| terminal::width(&row[column]));
            widths.max().unwrap_or_default() + terminal::GAP
        };
        let mut blocks: Vec<Vec<usize>> = Vec::new();
        let mut left = 0;
        for column in 1..self.header.len() {
            match blocks.last_mut().filter(|_| takes(column) <= left) {
                Some(block) => block.push(column),
                None => {
                    // The last column needs no gap.
                    left = room.map_or(usize::MAX, |room| (room + terminal::GAP).saturating_sub(takes(0)));
                    blocks.push(vec![0, column]);
                }
            }
            left = left.saturating_sub(takes(column));
        }
        let block = |columns: Vec<usize>| {
            let cells = |row: &Vec<String>| columns.iter().map(|column| row[*column].clone()).collect();
            Self { header: cells(&self.header), rows: self.rows.iter().map(cells).collect() }.terminal()
        };
        blocks.into_iter().map(block).collect::<Vec<_>>().join("\n")
    }

    /// In Markdown, with the first column left-aligned and the others right-aligned.
    pub(crate) fn markdown(&self) -> String {
        let line = |cells: &Vec<String>| {
            let cells: Vec<_> = cells.iter().map(|cell| escaped(cell)).collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let alignments = format!("| --- |{}\n", " ---: |".repeat(self.header.len() - 1));
        line(&self.header) + &alignments + &self.rows.iter().map(line).collect::<String>()
    }
}

impl Render for Grid {
    fn render(&self) -> Markup {
        let rows = html! {
            @for row in &self.rows { tr { th scope="row" { (row[0]) } @for cell in &row[1..] { td.n { (cell) } } } }
        };
        html_table(&self.header[0], None, &self.header, rows)
    }
}

/// A table in HTML, in a region that scrolls.
pub(crate) fn html_table(label: &str, class: Option<&str>, header: &[impl Render], rows: Markup) -> Markup {
    html! {
        div.wide tabindex="0" role="region" aria-label=(label) {
            table class=[class] {
                thead { tr { @for name in header { th scope="col" { (name) } } } }
                tbody { (rows) }
            }
        }
    }
}

/// Escapes a text for a Markdown cell: it cannot end the cell, start a tag or make a link. Emphasis stays.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '|' | '<' | '[' | ']' | '\\' => escaped.extend(['\\', letter]),
            '\n' | '\r' | '\t' => escaped.push(' '),
            _ => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_table_that_is_too_wide_is_split() {
        let mut grid = Grid::new("call", ["a", "b", "c"]);
        grid.row("typed", ["61 ns", "60 ns x0.99", &terminal::painted(terminal::GOOD, "28 ns x0.5")]);
        let shown = |room| anstream::adapter::strip_str(&grid.in_blocks(room)).to_string();
        let whole = "call   a      b            c\ntyped  61 ns  60 ns x0.99  28 ns x0.5\n";
        let two = "call   a      b\ntyped  61 ns  60 ns x0.99\n\ncall   c\ntyped  28 ns x0.5\n";
        for (room, expected) in [(None, whole), (Some(37), whole), (Some(36), two)] {
            assert_eq!(shown(room), expected, "{room:?}");
        }
        assert_eq!(shown(Some(0)).lines().filter(|line| line.starts_with("call")).count(), 3);
    }

    #[test]
    fn a_table_in_markdown() {
        let mut grid = Grid::new("a", ["b"]);
        grid.row("1|2", ["<b>\n"]);
        assert_eq!(grid.markdown(), "| a | b |\n| --- | ---: |\n| 1\\|2 | \\<b>  |\n");
    }

    proptest! {
        #[test]
        fn no_text_breaks_out_of_its_cell(text in "\\PC{0,20}|[|\\\\\n<]{0,9}") {
            let shown = escaped(&text);
            prop_assert!(!shown.contains('\n'));
            for (n, letter) in shown.char_indices().filter(|(_, letter)| "|<".contains(*letter)) {
                prop_assert_eq!(shown[..n].chars().next_back(), Some('\\'), "{}", letter);
            }
        }
    }
}
