//! Charts as SVG: lines with error bars on logarithmic axes, lines over releases, and stacked bars.
//!
//! A chart does not depend on reports. Colours are CSS classes (`s0`, `s1`, ...); the page defines their values for light
//! and dark mode. Each marker has its numbers as data attributes.
mod axis;
mod line;
mod releases;
mod stacked_bars;

pub(crate) use axis::Unit;
pub(crate) use line::{Chart, Point, Series, shape};
pub(crate) use releases::{OverReleases, ReleaseLine};
pub(crate) use stacked_bars::{Bar, StackedBars};

/// The number of colours and marker shapes; further series repeat them.
pub(crate) const COLOURS: usize = 7;
