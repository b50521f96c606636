//! Line charts as SVG: log axes, error bars, a label at the end of each line.
//!
//! A chart knows nothing of reports. Colours are classes (`s0`, `s1`, ...), whose custom properties the page sets, so that
//! dark and light are the page's business. Each marker carries its numbers as data attributes.
mod axis;
mod line;
mod releases;
mod stack;

pub use axis::{Axis, Unit};
pub(crate) use line::shape;
pub use releases::{Line, OverReleases};
pub use stack::{Bar, Stack};

/// How many colours and markers there are; series beyond repeat them.
pub const COLOURS: usize = 7;

/// A line chart.
#[derive(Debug, Clone)]
pub struct Chart {
    /// Unique on its page.
    pub id: String,
    /// What it shows, in a few words.
    pub title: String,
    /// The same for whoever does not see it, in a sentence or two.
    pub description: String,
    /// What is counted from left to right.
    pub x: Axis,
    /// What is counted upwards.
    pub y: Axis,
    /// The lines.
    pub series: Vec<Series>,
    /// Whether each point has a marker; lines without are calculated, and not measured.
    pub markers: bool,
}

/// A line.
#[derive(Debug, Clone)]
pub struct Series {
    /// What it is called.
    pub name: String,
    /// Which of the [`COLOURS`].
    pub colour: usize,
    /// Its points, from left to right.
    pub points: Vec<Point>,
}

/// A point, and how far it could be off.
#[derive(Debug, Clone)]
pub struct Point {
    /// From left to right; 0 or more.
    pub x: f64,
    /// Upwards; more than 0.
    pub y: f64,
    /// The ends of the interval of `y`, where it is known.
    pub range: Option<(f64, f64)>,
    /// What it is a point of.
    pub name: String,
}

impl Chart {
    /// Whether there is anything to draw: a line takes two points.
    pub fn is_worth_drawing(&self) -> bool {
        self.series.iter().any(|series| series.points.len() > 1)
    }
}
