//! Renders results. All output can be rendered again from the JSON documents.
pub mod calibration;
pub mod chart;
pub mod comparison_report;
pub mod counts;
pub mod csv;
pub mod fingerprint;
pub mod grid;
pub mod history;
pub mod html;
pub mod markdown;
pub mod measurements;
pub mod profiled;
pub mod stopping;
pub mod summary;
pub(crate) mod tables;
pub mod terminal;
pub mod verdicts;
