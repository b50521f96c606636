//! Draws records. Whatever is shown can be drawn again from the JSON document.
pub mod terminal;
pub mod units;
