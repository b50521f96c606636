//! The samples as JSON, which the script draws on demand.
use maud::{Markup, PreEscaped, html};
use serde_json::{Map, Number, Value, json};

use super::ReportPage;
use crate::analysis::estimates::{self, CellEstimate};
use crate::analysis::instruction_count::InstructionCount;
use crate::output::chart::COLOURS;

/// With more samples on the page, each launch is reduced to its median.
const MOST_SAMPLES: usize = 120_000;

/// The samples of all reports in a data element.
pub(crate) fn data(all: &[ReportPage]) -> Markup {
    let cells = all.iter().flat_map(|measured| &measured.report.cells);
    let count: usize = cells.flat_map(|cell| &cell.launches).map(|launch| launch.samples().len()).sum();
    let samples: Map<_, _> =
        all.iter().map(|measured| (measured.id.clone(), of_report(measured, count > MOST_SAMPLES))).collect();
    // A text cannot end the element.
    let text = Value::Object(samples).to_string().replace('<', "\\u003c");
    html! { script type="application/json" id="samples" { (PreEscaped(text)) } }
}

/// A report's samples: the labels and colours of its variants, and per cell the samples of each variant.
fn of_report(measured: &ReportPage, medians: bool) -> Value {
    let labels: Vec<_> = (0..measured.report.variants.len()).map(|n| measured.label(n)).collect();
    // An A/A control has the colour of its original.
    let originals = measured.report.variants.iter().enumerate().map(|(n, variant)| variant.control_of.unwrap_or(n));
    let colours: Vec<_> = originals.map(|n| measured.palette.colour(labels[n]) % COLOURS).collect();
    let samples = |cells: &[CellEstimate]| cells.iter().map(|cell| of_cell(cell, medians)).collect();
    let cells: Map<_, _> = measured.rows.iter().map(|row| (row.cell_id.to_string(), samples(&row.cells))).collect();
    json!({ "labels": labels, "colours": colours, "cells": cells })
}

/// The times of each launch in nanoseconds, and the indices of outlying launches.
fn of_cell(cell: &CellEstimate, medians: bool) -> Value {
    if InstructionCount::of(cell.record).is_some() {
        // The script draws times only; a cell's counts are almost equal.
        return json!({ "launches": [], "outlying": [] });
    }
    let rounds = |times: &[f64]| times.iter().filter_map(|time| rounded(*time)).collect();
    let launches: Vec<Vec<Number>> = match medians {
        true => estimates::launches(cell.record).into_iter().map(|(_, median)| rounds(&[median])).collect(),
        false => estimates::samples(cell.record).into_iter().map(rounds).collect(),
    };
    json!({ "launches": launches, "outlying": cell.time.as_ref().map_or(&[][..], |time| time.outlying()) })
}

/// A number with four digits, enough for a chart.
fn rounded(value: f64) -> Option<Number> {
    let value: f64 = format!("{value:.3e}").parse().ok()?;
    let is_whole = value.fract() == 0.0 && value.abs() < 9e15;
    if is_whole { Some((value as i64).into()) } else { Number::from_f64(value) }
}
