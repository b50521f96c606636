//! What a run could have resolved, by its twin.
use super::analysis::{Row, interval};
use crate::record::Report;
use crate::statistics::{Confidence, Estimate, Margin, median, smallest_resolvable};

/// The difference that would have shown, and how often the twin came out as something else than it is.
pub fn told(report: &Report, rows: &[Row]) -> String {
    let twins: Vec<&Estimate> = rows
        .iter()
        .filter_map(|row| row.twin(report)?.ratio.as_ref())
        .filter(|ratio| ratio.doubt().is_none())
        .collect();
    let outside = twins.iter().filter(|twin| interval(twin).is_some_and(|interval| !interval.contains(0.0))).count();
    let power = Confidence::new(0.9).expect("nine tenths is a confidence");
    let resolved: Vec<f64> = twins
        .iter()
        .filter_map(|twin| smallest_resolvable(twin, 1, Margin::new(0.0).ok()?, Confidence::NINETY_FIVE, power))
        .collect();
    let Some(typical) = median(&resolved) else {
        return "too few launches to say what could have been resolved".into();
    };
    format!(
        "a difference of {:.1} % would have shown in nine runs of ten (the typical cell by itself);\n\
         {} again lies outside its 95 % interval in {outside} of {} cells, where one in twenty is to be expected",
        100.0 * typical.exp_m1(),
        report.subjects[0].label,
        twins.len(),
    )
}
