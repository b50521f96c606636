//! A plain table that is rendered for a terminal, Markdown or HTML.
use maud::{Markup, Render, html};

use super::terminal;

/// A table: a header, and rows of as many cells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grid {
    /// The column names. The first describes the table.
    pub header: Vec<String>,
    /// The cells.
    pub rows: Vec<Vec<String>>,
}

impl Grid {
    /// A table without rows.
    pub fn new<T: Into<String>>(header: impl IntoIterator<Item = T>) -> Self {
        Self { header: header.into_iter().map(Into::into).collect(), rows: vec![] }
    }

    /// Adds a row.
    pub fn row<T: Into<String>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// For a terminal.
    pub fn terminal(&self) -> String {
        let mut table = terminal::table(self.header.iter().map(String::as_str));
        table.add_rows(&self.rows);
        terminal::written(&table)
    }

    /// For a terminal; a table that is too wide is split, and each part repeats the first column.
    pub fn blocks(&self) -> String {
        let header: Vec<_> = self.header.iter().map(String::as_str).collect();
        terminal::in_blocks(&header, &self.rows, terminal::terminal_width())
    }

    /// In Markdown, with the first column left-aligned and the others right-aligned.
    pub fn markdown(&self) -> String {
        let line = |cells: &[String]| {
            let cells: Vec<_> = cells.iter().map(|cell| escaped(cell)).collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let variants = format!("| --- |{}\n", " ---: |".repeat(self.header.len().saturating_sub(1)));
        line(&self.header) + &variants + &self.rows.iter().map(|row| line(row)).collect::<String>()
    }
}

/// In HTML, in a region that scrolls.
impl Render for Grid {
    fn render(&self) -> Markup {
        html! {
            div.wide tabindex="0" role="region" aria-label=(self.header[0]) {
                table {
                    thead { tr { @for name in &self.header { th scope="col" { (name) } } } }
                    tbody { @for row in &self.rows { tr { @for (n, cell) in row.iter().enumerate() { @if n == 0 { th scope="row" { (cell) } } @else { td.n { (cell) } } } } } }
                }
            }
        }
    }
}

/// Escapes a text for a Markdown cell: it cannot end the cell, start a tag or make a link. Emphasis stays.
pub fn escaped(text: &str) -> String {
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
    fn a_table_in_markdown() {
        let mut grid = Grid::new(["a", "b"]);
        grid.row(["1|2", "<b>\n"]);
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
