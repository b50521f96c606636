//! Draws records. Whatever is shown can be drawn again from the JSON document.
pub mod analysis;
pub mod answer;
pub mod awareness;
pub mod break_even;
pub mod breakdown;
pub mod chart;
pub mod csv;
pub mod fingerprint;
pub mod grid;
pub mod html;
pub mod markdown;
pub mod matrix;
pub mod measured;
pub mod summary;
pub mod terminal;
pub mod units;
