//! Stacked bars as SVG.
use maud::{Markup, Render, html};

use super::line::px;

/// Bars of parts that make a whole, each as long as the others: shares can be compared where wholes cannot.
#[derive(Debug, Clone)]
pub struct Stack {
    /// Unique on its page.
    pub id: String,
    /// What it shows, in a few words.
    pub title: String,
    /// The same for whoever does not see it.
    pub description: String,
    /// What the parts are called.
    pub parts: Vec<String>,
    /// The bars.
    pub bars: Vec<Bar>,
}

/// A bar.
#[derive(Debug, Clone)]
pub struct Bar {
    /// What it is of.
    pub name: String,
    /// Its parts, in the unit of the whole; what came out below 0 has no length.
    pub parts: Vec<f64>,
    /// What the whole is, in words.
    pub whole: String,
    /// Whether a gap stands before it.
    pub apart: bool,
}

const WIDTH: f64 = 360.0;
const ROW: f64 = 18.0;
const GAP: f64 = 12.0;
const LEFT: f64 = 104.0;
const RIGHT: f64 = 54.0;

impl Render for Stack {
    fn render(&self) -> Markup {
        let mut y = 4.0;
        let bars: Vec<_> = self
            .bars
            .iter()
            .map(|bar| {
                y += if bar.apart { GAP } else { 0.0 };
                y += ROW;
                (bar, y - ROW)
            })
            .collect();
        html! {
            svg.chart id=(self.id) viewBox=(format!("0 0 {WIDTH} {}", px(y + 4.0))) role="img"
                aria-labelledby=(format!("{0}-title {0}-description", self.id)) {
                title id=(format!("{}-title", self.id)) { (self.title) }
                desc id=(format!("{}-description", self.id)) { (self.description) }
                @for (bar, y) in bars {
                    text.tick x=(px(LEFT - 8.0)) y=(px(y + 12.5)) text-anchor="end" { (bar.name) }
                    @for (n, x, width) in bar.lengths() {
                        rect class=(format!("part p{n}")) x=(px(LEFT + x)) y=(px(y + 3.0)) width=(px(width)) height=(px(ROW - 5.0))
                            data-part=(self.parts[n]) data-bar=(bar.name) data-y=(bar.parts[n])
                            data-tip=(format!("{} · {}: {:.0} %", bar.name, self.parts[n], bar.share(n))) {}
                    }
                    text.tick x=(px(WIDTH - RIGHT + 8.0)) y=(px(y + 12.5)) { (bar.whole) }
                }
            }
        }
    }
}

impl Bar {
    fn sum(&self) -> f64 {
        self.parts.iter().map(|part| part.max(0.0)).sum::<f64>().max(f64::MIN_POSITIVE)
    }

    fn share(&self, part: usize) -> f64 {
        100.0 * self.parts[part] / self.sum()
    }

    /// Each part's place, where it begins and how long it is.
    fn lengths(&self) -> Vec<(usize, f64, f64)> {
        let scale = (WIDTH - LEFT - RIGHT) / self.sum();
        let mut x = 0.0;
        let length = |(n, part): (usize, &f64)| {
            let width = part.max(0.0) * scale;
            x += width;
            (n, x - width, width)
        };
        self.parts.iter().enumerate().map(length).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_fill_the_bar_and_what_is_negative_has_no_length() {
        let bar = Bar { name: "b".into(), parts: vec![1.0, 3.0, -0.5], whole: "4 ns".into(), apart: false };
        let lengths = bar.lengths();
        let width = WIDTH - LEFT - RIGHT;
        assert_eq!(lengths, [(0, 0.0, width / 4.0), (1, width / 4.0, width * 0.75), (2, width, 0.0)]);
    }
}
