//! Draws records. Whatever is shown can be drawn again from the JSON document.
pub mod analysis;
pub mod awareness;
pub mod breakdown;
pub mod calibrated;
pub mod compared;
pub mod comparison;
pub mod measured;
pub mod resolution;
pub mod terminal;
pub mod units;
