//! Renders results. All output can be rendered again from the JSON documents.
pub(crate) mod calibration;
pub(crate) mod chart;
pub(crate) mod comparison_report;
pub(crate) mod counts;
pub mod csv;
pub(crate) mod grid;
pub mod history;
pub mod html;
pub mod markdown;
pub(crate) mod measurements;
pub(crate) mod profiled;
pub mod stopping;
pub mod summary;
pub(crate) mod tables;
pub(crate) mod terminal;
pub(crate) mod verdicts;
