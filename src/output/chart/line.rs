//! Draws a [`Chart`].
use maud::{Markup, Render, html};

use super::axis::Scale;
use super::{COLOURS, Chart, Point, Series};

const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 236.0;
/// Room for the labels: above, right, below, left.
const MARGIN: [f64; 4] = [12.0, 78.0, 42.0, 50.0];
/// What the label of a line takes from the next.
const LABEL: f64 = 14.0;
/// The longest label that fits beside the lines.
const LABEL_LETTERS: usize = 13;

/// The places of values on the picture.
struct Frame {
    x: Scale,
    y: Scale,
}

impl Frame {
    fn x(&self, value: f64) -> f64 {
        MARGIN[3] + self.x.place(value) * (WIDTH - MARGIN[1] - MARGIN[3])
    }

    fn y(&self, value: f64) -> f64 {
        HEIGHT - MARGIN[2] - self.y.place(value) * (HEIGHT - MARGIN[0] - MARGIN[2])
    }
}

impl Render for Chart {
    fn render(&self) -> Markup {
        let points = || self.series.iter().flat_map(|series| &series.points);
        // Intervals of a few launches can be wider than everything else: bars are cut at the edge.
        let frame = Frame {
            x: Scale::over(points().map(|point| point.x), false),
            y: Scale::over(points().map(|point| point.y), true),
        };
        let (left, right) = (MARGIN[3], WIDTH - MARGIN[1]);
        let bottom = HEIGHT - MARGIN[2];
        html! {
            svg.chart id=(self.id) viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img"
                aria-labelledby=(format!("{0}-title {0}-description", self.id)) {
                title id=(format!("{}-title", self.id)) { (self.title) }
                desc id=(format!("{}-description", self.id)) { (self.description) }
                @for tick in frame.y.ticks() {
                    line.grid x1=(px(left)) x2=(px(right)) y1=(px(frame.y(tick))) y2=(px(frame.y(tick))) {}
                    text.tick x=(px(left - 7.0)) y=(px(frame.y(tick) + 3.5)) text-anchor="end" { (self.y.unit.shown(tick)) }
                }
                line.axis x1=(px(left)) x2=(px(right)) y1=(px(bottom)) y2=(px(bottom)) {}
                @for tick in self.x_ticks(&frame) {
                    line.axis x1=(px(frame.x(tick))) x2=(px(frame.x(tick))) y1=(px(bottom)) y2=(px(bottom + 4.0)) {}
                    text.tick x=(px(frame.x(tick))) y=(px(bottom + 16.0)) text-anchor="middle" { (self.x.unit.shown(tick)) }
                }
                text.name x=(px((left + right) / 2.0)) y=(px(HEIGHT - 8.0)) text-anchor="middle" { (self.x.label) }
                @for series in &self.series { (self.line(series, &frame)) }
                @for (series, y) in self.labels(&frame) {
                    text class=(format!("label s{}", series.colour % COLOURS)) x=(px(right + 9.0)) y=(px(y + 3.5)) {
                        (shortened(&series.name))
                    }
                }
            }
        }
    }
}

impl Chart {
    /// The measured values themselves where they are few, and round numbers elsewhere.
    fn x_ticks(&self, frame: &Frame) -> Vec<f64> {
        let mut values: Vec<f64> = self.series.iter().flat_map(|series| &series.points).map(|point| point.x).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        if self.markers && values.len() < 8 { values } else { frame.x.ticks() }
    }

    fn line(&self, series: &Series, frame: &Frame) -> Markup {
        let class = format!("s{}", series.colour % COLOURS);
        let place = |point: &Point| format!("{},{}", px(frame.x(point.x)), px(frame.y(point.y)));
        let path: Vec<_> = series.points.iter().map(place).collect();
        html! {
            g class=(class) data-series=(series.name) {
                @if !self.markers { (band(series, frame)) }
                polyline.line points=(path.join(" ")) {}
                @if self.markers {
                    @for point in &series.points { (marker(series, point, frame, self)) }
                }
            }
        }
    }

    /// The places of the labels, pushed apart where lines end near each other.
    fn labels(&self, frame: &Frame) -> Vec<(&Series, f64)> {
        let end = |series: &Series| Some(frame.y(series.points.last()?.y));
        let mut labels: Vec<_> = self.series.iter().filter_map(|series| Some((series, end(series)?))).collect();
        labels.sort_by(|a, b| a.1.total_cmp(&b.1));
        for n in 1..labels.len() {
            labels[n].1 = labels[n].1.max(labels[n - 1].1 + LABEL);
        }
        // What was pushed out at the bottom pushes back.
        let mut ceiling = HEIGHT - MARGIN[2];
        for (_, y) in labels.iter_mut().rev() {
            *y = y.min(ceiling);
            ceiling = *y - LABEL;
        }
        labels
    }
}

/// Where the line could be.
fn band(series: &Series, frame: &Frame) -> Markup {
    let at = |end: fn((f64, f64)) -> f64| {
        let place = move |point: &Point| Some(format!("{},{}", px(frame.x(point.x)), px(frame.y(end(point.range?)))));
        series.points.iter().filter_map(place).collect::<Vec<_>>()
    };
    let (low, mut high) = (at(|range| range.0), at(|range| range.1));
    high.reverse();
    html! { polygon.band points=([low, high].concat().join(" ")) {} }
}

fn marker(series: &Series, point: &Point, frame: &Frame, chart: &Chart) -> Markup {
    let (x, y) = (frame.x(point.x), frame.y(point.y));
    let range = point.range.map(|(low, high)| format!(", {} to {}", chart.y.unit.shown(low), chart.y.unit.shown(high)));
    let tip = format!("{} · {}: {}{}", series.name, point.name, chart.y.unit.shown(point.y), range.unwrap_or_default());
    html! {
        @if let Some((low, high)) = point.range {
            line.error x1=(px(x)) x2=(px(x)) y1=(px(frame.y(low))) y2=(px(frame.y(high))) {}
        }
        path.mark d=(shape(series.colour, x, y)) data-subject=(series.name) data-name=(point.name) data-x=(point.x)
            data-y=(point.y) data-low=[point.range.map(|range| range.0)] data-high=[point.range.map(|range| range.1)]
            data-tip=(tip) {}
    }
}

/// A shape a colour, so that nothing hangs on the colour alone.
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

fn shortened(name: &str) -> String {
    if name.chars().count() <= LABEL_LETTERS {
        return name.into();
    }
    name.chars().take(LABEL_LETTERS - 1).chain(['…']).collect()
}

/// A place with a tenth of a pixel.
pub(crate) fn px(place: f64) -> f64 {
    (place * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::chart::{Axis, Unit};
    use proptest::{collection::vec, prelude::*};

    fn chart(lines: Vec<Vec<(f64, f64)>>) -> Chart {
        let axis = |label: &str, unit| Axis { label: label.into(), unit };
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
            x: axis("x", Unit::Count),
            y: axis("y", Unit::Time),
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
        let frame = Frame { x: Scale::over([1.0].into_iter(), false), y: Scale::over([100.0].into_iter(), true) };
        let places: Vec<f64> = chart.labels(&frame).into_iter().map(|(_, y)| y).collect();
        assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= LABEL - 1e-9), "{places:?}");
        assert!(places.iter().all(|y| (0.0..=HEIGHT).contains(y)), "{places:?}");
    }

    proptest! {
        #[test]
        fn nothing_leaves_the_picture(lines in vec(vec((0.0..1e6f64, 1e-3..1e12f64), 0..6), 0..5)) {
            let svg = chart(lines).render().into_string();
            prop_assert!(!svg.contains("NaN") && !svg.contains("inf"), "{}", svg);
        }
    }
}
