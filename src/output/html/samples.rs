//! The samples as JSON, which the script draws on demand.
use maud::{Markup, PreEscaped, html};
use serde::Serialize;

use super::ReportPage;
use crate::analysis::estimates;
use crate::analysis::estimates::CellEstimate;
use crate::analysis::instruction_count::InstructionCount;
use crate::output::chart::COLOURS;

/// With more samples on the page, each launch is reduced to its median.
const MOST_SAMPLES: usize = 120_000;

/// A report's samples: per cell, one [`SampleStrip`] per variant.
#[derive(Serialize)]
struct Samples<'a> {
    labels: Vec<&'a str>,
    colours: Vec<usize>,
    cells: serde_json::Map<String, serde_json::Value>,
}

/// The samples of a cell.
#[derive(Serialize)]
struct SampleStrip {
    /// The times of each launch, in nanoseconds.
    launches: Vec<Vec<RoundedNumber>>,
    /// The indices of outlying launches.
    outlying: Vec<usize>,
}

/// A number with four digits, enough for a chart.
#[derive(Serialize)]
struct RoundedNumber(serde_json::Number);

impl RoundedNumber {
    fn new(value: f64) -> Option<Self> {
        format!("{value:.3e}").parse::<f64>().ok().and_then(|value| {
            let whole = value.fract() == 0.0 && value.abs() < 9e15;
            let number = if whole { Some((value as i64).into()) } else { serde_json::Number::from_f64(value) };
            number.map(Self)
        })
    }
}

/// The samples of all reports in a data element.
pub(crate) fn data(all: &[ReportPage]) -> Markup {
    let cells = all.iter().flat_map(|measured| &measured.report.cells);
    let count: usize = cells.flat_map(|cell| &cell.launches).map(|launch| launch.samples().len()).sum();
    let samples: serde_json::Map<_, _> = all
        .iter()
        .map(|measured| (measured.id.clone(), serde_json::json!(of_report(measured, count > MOST_SAMPLES))))
        .collect();
    // A text cannot end the element.
    let text = serde_json::Value::Object(samples).to_string().replace('<', "\\u003c");
    html! { script type="application/json" id="samples" { (PreEscaped(text)) } }
}

fn of_report<'a>(measured: &ReportPage<'a>, medians: bool) -> Samples<'a> {
    let variants = &measured.report.variants;
    let strips =
        |cells: &[CellEstimate]| serde_json::json!(cells.iter().map(|cell| strip(cell, medians)).collect::<Vec<_>>());
    Samples {
        labels: variants.iter().map(|variant| variant.label.as_str()).collect(),
        colours: variants
            .iter()
            .map(|variant| variant.control_of.map_or(variant, |of| &variants[of]))
            .map(|variant| measured.palette.colour(&variant.label) % COLOURS)
            .collect(),
        cells: measured.rows.iter().map(|row| (row.cell_id.to_string(), strips(&row.cells))).collect(),
    }
}

fn strip(cell: &CellEstimate, medians: bool) -> SampleStrip {
    if InstructionCount::of(cell.record).is_some() {
        // The script draws times only; a cell's counts are almost equal.
        return SampleStrip { launches: vec![], outlying: vec![] };
    }
    let rounds = |times: &[f64]| times.iter().filter_map(|time| RoundedNumber::new(*time)).collect();
    let launches = match medians {
        true => estimates::launches(cell.record).into_iter().map(|(_, median)| rounds(&[median])).collect(),
        false => {
            let launches = cell.record.launches.iter().filter(|launch| !launch.samples().is_empty());
            launches.map(|launch| rounds(launch.samples())).collect()
        }
    };
    SampleStrip { launches, outlying: cell.time.as_ref().map_or_else(Vec::new, |time| time.outlying().to_vec()) }
}
