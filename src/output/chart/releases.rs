//! [`OverReleases`]: draws an engine's cells over its evenly spaced releases, and marks the steps.
use maud::{Markup, Render, html};

use super::axis::Scale;
use super::line::px;
use super::{COLOURS, Unit};

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 56.0;
const ABOVE: f64 = 12.0;
const BELOW: f64 = 58.0;
/// The right margin, for the names of the lines.
const RIGHT: f64 = 170.0;

/// Cells of an engine over its releases.
pub struct OverReleases {
    /// Unique on its page.
    pub id: String,
    pub title: String,
    /// For screen readers.
    pub description: String,
    /// The versions, from left to right.
    pub releases: Vec<String>,
    pub(crate) unit: Unit,
    pub lines: Vec<ReleaseLine>,
}

/// A cell over the releases.
pub struct ReleaseLine {
    pub name: String,
    /// One value per release, if known, and whether it is a step from the previous release.
    pub points: Vec<Option<(f64, bool)>>,
}

impl Render for OverReleases {
    fn render(&self) -> Markup {
        let values = self.lines.iter().flat_map(|line| line.points.iter().flatten().map(|(value, _)| *value));
        let scale = Scale::over(values, true);
        let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BELOW);
        let x = |n: usize| LEFT + (n as f64 + 0.5) / self.releases.len() as f64 * (right - LEFT);
        let y = |value: f64| bottom - scale.place(value) * (bottom - ABOVE);
        // Names are pushed apart where lines end close together.
        let end = |line: &ReleaseLine| line.points.iter().rev().flatten().next().map(|(value, _)| y(*value));
        let mut names: Vec<(usize, f64)> =
            self.lines.iter().enumerate().filter_map(|(n, line)| Some((n, end(line)?))).collect();
        names.sort_by(|a, b| a.1.total_cmp(&b.1));
        for n in 1..names.len() {
            names[n].1 = names[n].1.max(names[n - 1].1 + 13.0);
        }
        html! {
            svg.chart id=(self.id) viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" xmlns="http://www.w3.org/2000/svg"
                aria-labelledby=(format!("{0}-title {0}-description", self.id)) {
                title id=(format!("{}-title", self.id)) { (self.title) }
                desc id=(format!("{}-description", self.id)) { (self.description) }
                @for tick in scale.ticks() {
                    line.grid x1=(px(LEFT)) x2=(px(right)) y1=(px(y(tick))) y2=(px(y(tick))) {}
                    text.tick x=(px(LEFT - 7.0)) y=(px(y(tick) + 3.5)) text-anchor="end" { (self.unit.shown(tick)) }
                }
                line.axis x1=(px(LEFT)) x2=(px(right)) y1=(px(bottom)) y2=(px(bottom)) {}
                @for (n, release) in self.releases.iter().enumerate() {
                    text.tick transform=(format!("translate({},{}) rotate(-45)", px(x(n) + 4.0), px(bottom + 14.0))) text-anchor="end" { (release) }
                }
                @for (n, line) in self.lines.iter().enumerate() {
                    @let places: Vec<_> = line.points.iter().enumerate().filter_map(|(n, point)| point.map(|(value, step)| (x(n), y(value), step))).collect();
                    g class=(format!("s{}", n % COLOURS)) {
                        polyline.line points=(places.iter().map(|(x, y, _)| format!("{},{}", px(*x), px(*y))).collect::<Vec<_>>().join(" ")) {}
                        @for (x, y, step) in &places {
                            circle.dot.step[*step] cx=(px(*x)) cy=(px(*y)) r=(if *step { "4.5" } else { "2" }) {}
                        }
                    }
                }
                @for (n, y) in &names {
                    text class=(format!("label s{}", n % COLOURS)) x=(px(right + 9.0)) y=(px(y + 3.5)) { (self.lines[*n].name) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_release_and_line_is_drawn_and_steps_are_marked() {
        let line = |name: &str, points| ReleaseLine { name: name.into(), points };
        let chart = OverReleases {
            id: "c".into(),
            title: "<engine>".into(),
            description: String::new(),
            releases: ["1.0", "2.0", "3.0"].map(String::from).to_vec(),
            unit: Unit::Time,
            lines: vec![
                line("exit", vec![Some((6e3, false)), Some((600.0, true)), Some((610.0, false))]),
                line("trap", vec![None, Some((700.0, false)), None]),
            ],
        };
        let drawn = chart.render().into_string();
        assert_eq!((drawn.matches("<polyline").count(), drawn.matches("<circle").count()), (2, 4));
        assert_eq!(drawn.matches("class=\"dot step\"").count(), 1);
        let texts = ["&lt;engine&gt;", "1.0", "2.0", "3.0", "exit", "trap"];
        assert!(texts.iter().all(|text| drawn.contains(text)), "{drawn}");
    }
}
