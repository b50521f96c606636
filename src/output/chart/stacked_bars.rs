//! [`StackedBars`]: draws bars that are divided into shares.
use maud::{Markup, Render, html};

use super::line::px;

/// Bars of equal length, divided into shares.
pub(crate) struct StackedBars {
    /// Unique on its page.
    pub(crate) id: String,
    pub(crate) title: String,
    /// For screen readers.
    pub(crate) description: String,
    /// The names of the parts.
    pub(crate) parts: Vec<&'static str>,
    /// The bars, in groups with titles.
    pub(crate) groups: Vec<(String, Vec<Bar>)>,
}

pub(crate) struct Bar {
    pub(crate) name: String,
    /// The values of the parts, in the stack's order; `None` if the bar has no such part. Negative values have no length.
    pub(crate) parts: Vec<Option<f64>>,
    /// The total, formatted.
    pub(crate) whole: String,
}

const WIDTH: f64 = 360.0;
const ROW: f64 = 18.0;
const GAP: f64 = 8.0;
/// The right margin.
const RIGHT: f64 = 54.0;
/// The largest width of a letter.
const LETTER: f64 = 6.5;

impl Render for StackedBars {
    fn render(&self) -> Markup {
        let left = self.left();
        let mut bottom = -GAP;
        let mut tops = Vec::new();
        for (_, bars) in &self.groups {
            tops.push(bottom + GAP);
            bottom += GAP + (1 + bars.len()) as f64 * ROW;
        }
        html! {
            svg.chart id=(self.id) viewBox=(format!("0 0 {WIDTH} {}", px(bottom + 4.0))) role="img"
                aria-labelledby=(format!("{0}-title {0}-description", self.id)) {
                title id=(format!("{}-title", self.id)) { (self.title) }
                desc id=(format!("{}-description", self.id)) { (self.description) }
                @for ((group, bars), top) in self.groups.iter().zip(tops) {
                    text.name x="0" y=(px(top + 12.5)) { (group) }
                    @for (row, bar) in bars.iter().enumerate() {
                        @let y = top + (row + 1) as f64 * ROW;
                        text.tick x=(px(left - 8.0)) y=(px(y + 12.5)) text-anchor="end" { (bar.name) }
                        @for (n, x, width) in bar.lengths(WIDTH - left - RIGHT) {
                            rect class=(format!("part p{n}")) x=(px(left + x)) y=(px(y + 3.0)) width=(px(width)) height=(px(ROW - 5.0))
                                data-part=(self.parts[n]) data-bar=(bar.name) data-group=(group) data-y=[bar.parts[n]]
                                data-tip=(format!("{} · {}: {:.0} %", bar.name, self.parts[n], bar.share(n))) {}
                        }
                        text.tick x=(px(WIDTH - RIGHT + 8.0)) y=(px(y + 12.5)) { (bar.whole) }
                    }
                }
            }
        }
    }
}

impl StackedBars {
    /// The left margin: the longest name.
    fn left(&self) -> f64 {
        let names = self.groups.iter().flat_map(|(_, bars)| bars).map(|bar| bar.name.chars().count());
        (names.max().unwrap_or_default() as f64 * LETTER + 8.0).min(WIDTH / 2.0)
    }
}

impl Bar {
    fn sum(&self) -> f64 {
        self.parts.iter().flatten().map(|part| part.max(0.0)).sum::<f64>().max(f64::MIN_POSITIVE)
    }

    fn share(&self, part: usize) -> f64 {
        100.0 * self.parts[part].unwrap_or_default() / self.sum()
    }

    /// Index, start and length of each part.
    fn lengths(&self, width: f64) -> Vec<(usize, f64, f64)> {
        let scale = width / self.sum();
        let mut end = 0.0;
        let length = |(n, part): (usize, &Option<f64>)| {
            let length = part.as_ref()?.max(0.0) * scale;
            end += length;
            Some((n, end - length, length))
        };
        self.parts.iter().enumerate().filter_map(length).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(parts: &[Option<f64>]) -> Bar {
        Bar { name: "b".into(), parts: parts.to_vec(), whole: "4 ns".into() }
    }

    #[test]
    fn parts_fill_the_bar_and_negative_parts_have_no_length() {
        let lengths = bar(&[Some(1.0), Some(3.0), Some(-0.5)]).lengths(100.0);
        assert_eq!(lengths, [(0, 0.0, 25.0), (1, 25.0, 75.0), (2, 100.0, 0.0)]);
    }

    #[test]
    fn a_part_keeps_its_name_if_earlier_parts_are_missing() {
        let bars = vec![bar(&[None, None, Some(1.0), Some(3.0)]), bar(&[Some(1.0); 4])];
        let parts = ["coroutine", "backtrace", "error", "rest"].to_vec();
        let [id, title, description] = ["s"; 3].map(str::to_owned);
        let groups = vec![("g".into(), bars)];
        let svg = StackedBars { id, title, description, parts, groups }.render().into_string();
        assert!(svg.contains("b · error: 25 %") && svg.contains("b · rest: 75 %"), "{svg}");
        assert_eq!(svg.matches("data-part=\"backtrace\"").count(), 1, "{svg}");
        assert_eq!(svg.matches("class=\"part p3\"").count(), 2, "{svg}");
    }
}
