//! How far this program can be trusted on a machine: what it made of twins that carried a known cost, or none.
use std::fmt::Write;

use super::terminal::{BOLD, painted, table as terminal_table, written};
use crate::analysis::comparison;
use crate::analysis::estimates::{interval, ratio};
use crate::results::{Calibration, CalibrationRun, CellRecord, Comparison, InjectionResult, Report};
use crate::statistics::{Confidence, Margin, Proportion, TimeVerdict, judge, median, smallest_resolvable};

/// What a run of twins says, cell by cell, and what `compare` would say of it.
pub fn run(report: &Report, load: Option<f64>) -> CalibrationRun {
    let none = Margin::new(0.0).expect("nothing is a margin");
    let nine_of_ten = Confidence::new(0.9).expect("nine tenths is a confidence");
    let (by_margin, by_any) = (comparison::live(report, Margin::TWO_PERCENT), comparison::live(report, none));
    let width = report.subjects.len().max(1);
    let twins = report.cells.chunks(width).flat_map(|row| row[1..].iter().map(move |cell| (cell, &row[0])));
    let found = twins.filter_map(|(cell, reference)| {
        let estimate = ratio(cell, reference)?;
        let label = &report.subjects[cell.subject].label;
        let told = |comparison: &Comparison| {
            let side = comparison.sides.iter().position(|side| side.label == *label)?;
            comparison.pairs.iter().find(|pair| pair.side == side && pair.address == cell.address)?.verdict
        };
        Some(InjectionResult {
            address: cell.address.clone(),
            carried: cell.handicap,
            realised: realised(cell),
            log_ratio: estimate.value(),
            half_width: interval(&estimate).map(|interval| interval.half_width()),
            resolvable: smallest_resolvable(&estimate, 1, none, Confidence::NINETY_FIVE, nine_of_ten),
            by_margin: told(&by_margin)?,
            by_any: told(&by_any)?,
            by_itself: judge(std::slice::from_ref(&estimate), none, Confidence::NINETY_FIVE)[0],
        })
    });
    CalibrationRun {
        seed: report.run.seed,
        took_seconds: report.run.took_seconds + report.again.as_ref().map_or(0.0, |again| again.run.took_seconds),
        launches_made: report.run.launches_made,
        load,
        found: found.collect(),
    }
}

/// The share of its time that a cell really carried: what was spun away, of what was not.
fn realised(cell: &CellRecord) -> Option<f64> {
    let rounds = cell.launches.iter().flat_map(|launch| launch.spun.iter().zip(&launch.nanoseconds));
    median(&rounds.map(|(spun, all)| spun / (all - spun)).collect::<Vec<_>>())
}

/// What is told apart: cells that carry a spin, and those of a guest that does more.
const KINDS: [(&str, &[&str]); 3] =
    [("call and unwind, a spin", &["call/", "unwind/"]), ("execute, more work", &["execute/"]), ("all", &[""])];

/// The rates with their bounds: how often twins are told apart that are the same, and how often those that are not.
pub fn table(calibration: &Calibration) -> String {
    let runs = &calibration.runs;
    let mut shown = format!(
        "{}: twins of {}, {} runs of {:.0} s on {}\n",
        painted(BOLD, "calibration"),
        calibration.subject,
        runs.len(),
        calibration.budget_seconds,
        calibration.machine.cpu,
    );
    for (name, themes) in KINDS {
        let is_it = |found: &&InjectionResult| themes.iter().any(|theme| found.address.benchmark.starts_with(theme));
        let found: Vec<_> = runs.iter().flat_map(|run| &run.found).filter(is_it).collect();
        if !found.is_empty() {
            shown += &format!("\n{}", rates(name, &found));
        }
    }
    shown + "\n" + &resolved(calibration)
}

/// A row for each share that was carried.
fn rates(name: &str, found: &[&InjectionResult]) -> String {
    let mut carried: Vec<f64> = found.iter().map(|found| found.carried).collect();
    carried.sort_by(f64::total_cmp);
    carried.dedup();
    let mut table = table_of(name);
    for carried in carried {
        let cells: Vec<_> = found.iter().filter(|found| found.carried == carried).collect();
        let rate = |holds: &dyn Fn(&InjectionResult) -> bool| {
            let hits = cells.iter().filter(|found| holds(found)).count();
            bounded(hits, cells.len(), carried > 0.0)
        };
        let told = |verdict: TimeVerdict| {
            if carried > 0.0 {
                verdict == TimeVerdict::Slower
            } else {
                matches!(verdict, TimeVerdict::Slower | TimeVerdict::Faster)
            }
        };
        let wrong =
            |found: &InjectionResult| carried > 0.0 && [found.by_any, found.by_margin].contains(&TimeVerdict::Faster);
        table.add_row([
            if carried > 0.0 { format!("{:.0} %", 100.0 * carried) } else { "nothing".into() },
            realised_shown(&cells),
            cells.len().to_string(),
            rate(&|found| told(found.by_itself)),
            rate(&|found| told(found.by_any)),
            rate(&|found| told(found.by_margin)),
            cells.iter().filter(|found| wrong(found)).count().to_string(),
        ]);
    }
    written(&table)
}

fn table_of(name: &str) -> comfy_table::Table {
    terminal_table([name, "really", "cells", "at first sight", "confirmed", "beyond 2 %", "wrong sign"])
}

/// `93 % (≥91)`: a rate, and its one-sided 95 % bound on the side that matters.
fn bounded(hits: usize, of: usize, the_more_the_better: bool) -> String {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let Ok(proportion) = Proportion::new(count(hits), count(of)) else { return "-".into() };
    let percent = 100.0 * proportion.rate();
    let digits = if percent < 10.0 { 1 } else { 0 };
    let bound = if the_more_the_better {
        format!("≥{:.0}", 100.0 * proportion.at_least(Confidence::NINETY_FIVE))
    } else {
        format!("≤{:.1}", 100.0 * proportion.at_most(Confidence::NINETY_FIVE))
    };
    format!("{percent:.digits$} % ({bound})")
}

fn realised_shown(cells: &[&&InjectionResult]) -> String {
    let realised: Vec<f64> = cells.iter().filter_map(|found| found.realised).collect();
    median(&realised).map_or_else(|| "-".into(), |share| format!("{:.2} %", 100.0 * share))
}

/// What the typical cell resolves.
fn resolved(calibration: &Calibration) -> String {
    let found = || calibration.runs.iter().flat_map(|run| &run.found);
    let widths: Vec<f64> = found().filter_map(|found| found.half_width).collect();
    let resolvable: Vec<f64> = found().filter_map(|found| found.resolvable).collect();
    let loads: Vec<f64> = calibration.runs.iter().filter_map(|run| run.load).collect();
    let mut shown = String::new();
    if let (Some(width), Some(resolvable)) = (median(&widths), median(&resolvable)) {
        let _ = writeln!(
            shown,
            "the typical ratio is known to ±{:.2} % (95 %); by itself a difference of {:.1} % shows in nine runs of ten",
            100.0 * width.exp_m1(),
            100.0 * resolvable.exp_m1(),
        );
    }
    if let Some(load) = median(&loads) {
        let _ = writeln!(shown, "load after a run: {load:.1} (median)");
    }
    shown
}
