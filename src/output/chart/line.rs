//! [`Chart`]: draws lines with error bars over a count, and a label at the end of each line.
use maud::{Markup, Render, html};

use super::COLOURS;
use super::axis::{Scale, Unit};

/// A line chart. The horizontal axis is a count.
pub(crate) struct Chart {
    /// Unique on its page.
    pub(crate) id: String,
    pub(crate) title: String,
    /// For screen readers.
    pub(crate) description: String,
    /// What the horizontal axis counts.
    pub(crate) counted: String,
    /// The unit of the vertical axis.
    pub(crate) unit: Unit,
    pub(crate) series: Vec<Series>,
    /// Whether points have markers; calculated lines do not.
    pub(crate) markers: bool,
}

/// A line.
pub(crate) struct Series {
    pub(crate) name: String,
    /// The index of the colour.
    pub(crate) colour: usize,
    /// The points, from left to right.
    pub(crate) points: Vec<Point>,
}

/// A point with its interval.
pub(crate) struct Point {
    /// At least 0.
    pub(crate) x: f64,
    /// Above 0.
    pub(crate) y: f64,
    /// The interval of `y`, if known.
    pub(crate) range: Option<(f64, f64)>,
    /// The name in the tooltip.
    pub(crate) name: String,
}

const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 236.0;
/// Margins of the chart; the right margin depends on the labels.
const ABOVE: f64 = 12.0;
const BELOW: f64 = 42.0;
const LEFT: f64 = 50.0;
/// The gap between lines and labels.
const LABEL_GAP: f64 = 9.0;
/// The height of a label's line with the gap to the next label, and the largest width of a letter.
const LABEL: f64 = 13.0;
const LABEL_LETTER: f64 = 6.7;
/// The longest line of a label: `wasmtime-cranelift`.
const LABEL_LETTERS: usize = 18;

/// Maps values to positions.
struct Frame {
    x: Scale,
    y: Scale,
    right: f64,
}

impl Frame {
    fn of(chart: &Chart) -> Self {
        let points = || chart.series.iter().flat_map(|series| &series.points);
        let letters = chart.series.iter().flat_map(|series| wrapped(&series.name));
        let longest = letters.map(|line| line.chars().count()).max().unwrap_or_default();
        Self {
            // The intervals of a few launches can be very wide: bars are cut at the edge.
            x: Scale::over(points().map(|point| point.x), false),
            y: Scale::over(points().map(|point| point.y), true),
            right: WIDTH - LABEL_GAP - longest as f64 * LABEL_LETTER,
        }
    }

    fn x(&self, value: f64) -> f64 {
        LEFT + self.x.place(value) * (self.right - LEFT)
    }

    fn y(&self, value: f64) -> f64 {
        HEIGHT - BELOW - self.y.place(value) * (HEIGHT - ABOVE - BELOW)
    }
}

impl Render for Chart {
    fn render(&self) -> Markup {
        let frame = Frame::of(self);
        let (left, right) = (LEFT, frame.right);
        let bottom = HEIGHT - BELOW;
        html! {
            svg.chart id=(self.id) viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img"
                aria-labelledby=(format!("{0}-title {0}-description", self.id)) {
                title id=(format!("{}-title", self.id)) { (self.title) }
                desc id=(format!("{}-description", self.id)) { (self.description) }
                @for tick in frame.y.ticks() {
                    line.grid x1=(px(left)) x2=(px(right)) y1=(px(frame.y(tick))) y2=(px(frame.y(tick))) {}
                    text.tick x=(px(left - 7.0)) y=(px(frame.y(tick) + 3.5)) text-anchor="end" { (self.unit.shown(tick)) }
                }
                line.axis x1=(px(left)) x2=(px(right)) y1=(px(bottom)) y2=(px(bottom)) {}
                @for tick in self.x_ticks(&frame) {
                    line.axis x1=(px(frame.x(tick))) x2=(px(frame.x(tick))) y1=(px(bottom)) y2=(px(bottom + 4.0)) {}
                    text.tick x=(px(frame.x(tick))) y=(px(bottom + 16.0)) text-anchor="middle" { (Unit::Count.shown(tick)) }
                }
                text.name x=(px((left + right) / 2.0)) y=(px(HEIGHT - 8.0)) text-anchor="middle" { (self.counted) }
                @for series in &self.series { (self.line(series, &frame)) }
                @for (series, y) in self.labels(&frame) {
                    text class=(format!("label s{}", series.colour % COLOURS)) {
                        @for (n, line) in wrapped(&series.name).into_iter().enumerate() {
                            tspan x=(px(right + LABEL_GAP)) y=(px(y + 3.5 + n as f64 * LABEL)) { (line) }
                        }
                    }
                }
            }
        }
    }
}

impl Chart {
    /// The distinct horizontal values, sorted.
    pub(crate) fn x_values(&self) -> Vec<f64> {
        let mut values: Vec<f64> = self.series.iter().flat_map(|series| &series.points).map(|point| point.x).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        values
    }

    /// The measured values if there are few, otherwise round numbers.
    fn x_ticks(&self, frame: &Frame) -> Vec<f64> {
        let values = self.x_values();
        let ticks = if self.markers && values.len() < 8 { values } else { frame.x.ticks() };
        // Keeps the last tick, and each tick before it that leaves room for its number.
        let width = |tick: f64| Unit::Count.shown(tick).chars().count() as f64 * LABEL_LETTER;
        let mut kept: Vec<f64> = Vec::new();
        for tick in ticks.into_iter().rev() {
            let room = kept.last().map(|next| frame.x(*next) - frame.x(tick) - (width(*next) + width(tick)) / 2.0);
            if room.is_none_or(|room| room > 3.0) {
                kept.push(tick);
            }
        }
        kept
    }

    fn line(&self, series: &Series, frame: &Frame) -> Markup {
        let place = |point: &Point| format!("{},{}", px(frame.x(point.x)), px(frame.y(point.y)));
        let path: Vec<_> = series.points.iter().map(place).collect();
        html! {
            g class=(format!("s{}", series.colour % COLOURS)) data-series=(series.name) {
                @if !self.markers { (band(series, frame)) }
                polyline.line points=(path.join(" ")) {}
                @if self.markers {
                    @for point in &series.points { (marker(series, point, frame, self)) }
                }
            }
        }
    }

    /// The positions of the labels, pushed apart where lines end close together.
    fn labels(&self, frame: &Frame) -> Vec<(&Series, f64)> {
        let end = |series: &Series| Some(frame.y(series.points.last()?.y));
        let mut labels: Vec<_> = self.series.iter().filter_map(|series| Some((series, end(series)?))).collect();
        labels.sort_by(|a, b| a.1.total_cmp(&b.1));
        let height = |series: &Series| wrapped(&series.name).len() as f64 * LABEL;
        for n in 1..labels.len() {
            labels[n].1 = labels[n].1.max(labels[n - 1].1 + height(labels[n - 1].0));
        }
        // Labels beyond the bottom push back.
        let mut floor = HEIGHT - BELOW + LABEL;
        for (series, y) in labels.iter_mut().rev() {
            *y = y.min(floor - height(series));
            floor = *y;
        }
        labels
    }
}

/// The band of the intervals.
fn band(series: &Series, frame: &Frame) -> Markup {
    let place = |point: &Point, y: f64| format!("{},{}", px(frame.x(point.x)), px(frame.y(y)));
    let low = series.points.iter().filter_map(|point| Some(place(point, point.range?.0)));
    let high = series.points.iter().rev().filter_map(|point| Some(place(point, point.range?.1)));
    html! { polygon.band points=(low.chain(high).collect::<Vec<_>>().join(" ")) {} }
}

fn marker(series: &Series, point: &Point, frame: &Frame, chart: &Chart) -> Markup {
    let (x, y) = (frame.x(point.x), frame.y(point.y));
    let range = point.range.map(|(low, high)| format!(", {} to {}", chart.unit.shown(low), chart.unit.shown(high)));
    let tip = format!("{} · {}: {}{}", series.name, point.name, chart.unit.shown(point.y), range.unwrap_or_default());
    html! {
        @if let Some((low, high)) = point.range {
            line.error x1=(px(x)) x2=(px(x)) y1=(px(frame.y(low))) y2=(px(frame.y(high))) {}
        }
        path.mark d=(shape(series.colour, x, y)) data-variant=(series.name) data-name=(point.name) data-x=(point.x)
            data-y=(point.y) data-low=[point.range.map(|range| range.0)] data-high=[point.range.map(|range| range.1)]
            data-tip=(tip) {}
    }
}

/// One shape per colour, so that lines are distinguishable without colour.
pub(crate) fn shape(colour: usize, x: f64, y: f64) -> String {
    let r = 4.0;
    let polygon = |corners: &[(f64, f64)]| {
        let corners: Vec<_> = corners.iter().map(|(dx, dy)| format!("{} {}", px(x + dx), px(y + dy))).collect();
        format!("M{}Z", corners.join("L"))
    };
    match colour % COLOURS {
        0 => format!("M{} {}a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0 -{d} 0Z", px(x - r), px(y), d = 2.0 * r),
        1 => polygon(&[(-3.6, -3.6), (3.6, -3.6), (3.6, 3.6), (-3.6, 3.6)]),
        2 => polygon(&[(0.0, -4.8), (4.6, 3.4), (-4.6, 3.4)]),
        3 => polygon(&[(0.0, -5.2), (5.2, 0.0), (0.0, 5.2), (-5.2, 0.0)]),
        4 => polygon(&[(0.0, 4.8), (4.6, -3.4), (-4.6, -3.4)]),
        5 => polygon(&[(-4.8, -1.6), (4.8, -1.6), (4.8, 1.6), (-4.8, 1.6)]),
        _ => polygon(&[(-1.6, -4.8), (1.6, -4.8), (1.6, 4.8), (-1.6, 4.8)]),
    }
}

/// Breaks a name into lines, at its separators if it has any.
fn wrapped(name: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let parts = name.split_inclusive([' ', ':', ',', '=', '-']).map(|part| part.chars().collect::<Vec<_>>());
    for piece in parts.flat_map(|part| part.chunks(LABEL_LETTERS).map(String::from_iter).collect::<Vec<_>>()) {
        let takes = piece.trim_end().chars().count();
        match lines.last_mut().filter(|line| line.chars().count() + takes <= LABEL_LETTERS) {
            Some(line) => line.push_str(&piece),
            None => lines.push(piece),
        }
    }
    lines.into_iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// A position with one decimal.
pub(crate) fn px(place: f64) -> f64 {
    (place * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};

    fn chart(lines: Vec<Vec<(f64, f64)>>) -> Chart {
        let series = |(n, points): (usize, Vec<(f64, f64)>)| Series {
            name: format!("<{n}>"),
            colour: n,
            points: points
                .into_iter()
                .map(|(x, y)| Point { x, y, range: Some((y / 2.0, y * 2.0)), name: "p&q".into() })
                .collect(),
        };
        Chart {
            id: "c".into(),
            title: "t".into(),
            description: "d".into(),
            counted: "x".into(),
            unit: Unit::Time,
            series: lines.into_iter().enumerate().map(series).collect(),
            markers: true,
        }
    }

    #[test]
    fn each_point_carries_its_numbers_and_names_are_escaped() {
        let svg = chart(vec![vec![(1.0, 5.5), (8.0, 7.25)], vec![(1.0, 6.0)]]).render().into_string();
        assert!(svg.contains("data-x=\"8\" data-y=\"7.25\" data-low=\"3.625\" data-high=\"14.5\""), "{svg}");
        assert_eq!(svg.matches("class=\"mark\"").count(), 3);
        assert!(svg.contains("&lt;1&gt;") && !svg.contains("<1>") && svg.contains("p&amp;q"), "{svg}");
    }

    #[test]
    fn labels_do_not_lie_on_each_other() {
        let chart = chart(vec![vec![(1.0, 100.0)]; 6]);
        let frame = Frame::of(&chart);
        let places: Vec<f64> = chart.labels(&frame).into_iter().map(|(_, y)| y).collect();
        assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= LABEL - 1e-9), "{places:?}");
        assert!(places.iter().all(|y| (0.0..=HEIGHT).contains(y)), "{places:?}");
    }

    #[test]
    fn a_long_name_is_broken_at_its_signs() {
        assert_eq!(wrapped("wasmtime-cranelift"), ["wasmtime-cranelift"]);
        assert_eq!(wrapped("wasmtime-cranelift before"), ["wasmtime-cranelift", "before"]);
        assert_eq!(wrapped("wasmtime-cranelift:backtrace=all"), ["wasmtime-", "cranelift:", "backtrace=all"]);
        assert_eq!(wrapped("an-identifier:withoutasignforverylong"), ["an-identifier:", "withoutasignforver", "ylong"]);
        assert!(wrapped("").is_empty());
    }

    proptest! {
        #[test]
        fn no_letter_of_a_name_is_lost_and_no_line_is_too_long(name in "[a-z:=, -]{0,60}|\\PC{0,40}") {
            let lines = wrapped(&name);
            prop_assert!(lines.iter().all(|line| line.chars().count() <= LABEL_LETTERS), "{:?}", lines);
            let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&name));
        }

        #[test]
        fn nothing_leaves_the_picture(lines in vec(vec((0.0..1e6f64, 1e-3..1e12f64), 0..6), 0..5)) {
            let svg = chart(lines).render().into_string();
            prop_assert!(!svg.contains("NaN") && !svg.contains("inf"), "{}", svg);
        }
    }
}
