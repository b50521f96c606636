//! Charts as SVG: lines with error bars on logarithmic axes, lines over releases, and stacked bars.
//!
//! A chart does not depend on reports. Colours are CSS classes (`s0`, `s1`, ...); the page defines their values for light
//! and dark mode. Each marker has its numbers as data attributes.
mod axis;
mod line;
mod releases;
mod stacked_bars;

pub use axis::{Axis, Unit};
pub(crate) use line::shape;
pub use releases::{OverReleases, ReleaseLine};
pub use stacked_bars::{Bar, StackedBars};

/// The number of colours and marker shapes; further series repeat them.
pub const COLOURS: usize = 7;

/// A line chart.
#[derive(Debug, Clone)]
pub struct Chart {
    /// Unique on its page.
    pub id: String,
    /// The title.
    pub title: String,
    /// The description for screen readers.
    pub description: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// The lines.
    pub series: Vec<Series>,
    /// Whether points have markers; calculated lines do not.
    pub markers: bool,
}

/// A line.
#[derive(Debug, Clone)]
pub struct Series {
    /// The label.
    pub name: String,
    /// The index of the colour.
    pub colour: usize,
    /// The points, from left to right.
    pub points: Vec<Point>,
}

/// A point with its interval.
#[derive(Debug, Clone)]
pub struct Point {
    /// The horizontal value, at least 0.
    pub x: f64,
    /// The vertical value, above 0.
    pub y: f64,
    /// The interval of `y`, if known.
    pub range: Option<(f64, f64)>,
    /// The name in the tooltip.
    pub name: String,
}

impl Chart {
    /// Whether a line has at least two points.
    pub fn is_worth_drawing(&self) -> bool {
        self.series.iter().any(|series| series.points.len() > 1)
    }
}
