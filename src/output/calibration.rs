//! Renders a calibration: how reliably `compare` detects injected slowdowns on a machine.
use super::grid::Grid;
use super::terminal::{BOLD, painted};
use crate::analysis::comparison;
use crate::analysis::estimates::{interval, ratio};
use crate::results::{Calibration, CalibrationRun, Comparison, InjectionResult, Report};
use crate::statistics::{Confidence, Margin, Proportion, RatioVerdict, judge, median, smallest_resolvable};

/// The results of one calibration run, with the verdicts of `compare`.
pub(crate) fn run(report: &Report, load: Option<f64>) -> CalibrationRun {
    let (by_margin, by_any) = (comparison::live(report, Margin::TWO_PERCENT), comparison::live(report, Margin::ZERO));
    let width = report.variants.len().max(1);
    let controls = report.cells.chunks(width).flat_map(|row| row[1..].iter().map(move |cell| (cell, &row[0])));
    let found = controls.filter_map(|(cell, reference)| {
        let estimate = ratio(cell, reference)?;
        let label = &report.variants[cell.variant].label;
        let judged = |comparison: &Comparison| {
            let variant = comparison.variants.iter().position(|variant| variant.label == *label)?;
            comparison.cells.iter().find(|pair| pair.variant == variant && pair.cell_id == cell.cell_id)?.verdict
        };
        Some(InjectionResult {
            cell_id: cell.cell_id.clone(),
            injected_slowdown: cell.injected_slowdown,
            log_ratio: estimate.value(),
            half_width: interval(&estimate).map(|interval| interval.half_width()),
            resolvable: smallest_resolvable(&estimate, 1, Margin::ZERO, Confidence::NINETY_FIVE, Confidence::NINETY),
            verdict_with_margin: judged(&by_margin)?,
            verdict_without_margin: judged(&by_any)?,
            uncorrected_verdict: judge(std::slice::from_ref(&estimate), Margin::ZERO, Confidence::NINETY_FIVE)[0],
        })
    });
    CalibrationRun {
        seed: report.run.seed,
        elapsed_seconds: report.run.elapsed_seconds
            + report.confirmation.as_ref().map_or(0.0, |again| again.run.elapsed_seconds),
        launches_completed: report.run.launches_completed,
        load,
        injections: found.collect(),
    }
}

/// The groups of benchmarks: exits and calls, and guests that do more work.
const KINDS: [(&str, &[&str]); 3] =
    [("call and unwind", &["call/", "unwind/"]), ("execute", &["execute/"]), ("all", &[""])];

/// The rates of detected and false differences, with their bounds.
pub(crate) fn table(calibration: &Calibration) -> String {
    let Calibration { runs, variant, budget_seconds, machine, .. } = calibration;
    let mut shown = format!(
        "{}: A/A controls of {variant}, {} runs of {budget_seconds:.0} s on {}\n",
        painted(BOLD, "calibration"),
        runs.len(),
        machine.cpu,
    );
    for (name, themes) in KINDS {
        let is_it = |found: &&InjectionResult| themes.iter().any(|theme| found.cell_id.benchmark.starts_with(theme));
        let runs: Vec<Vec<_>> = runs.iter().map(|run| run.injections.iter().filter(is_it).collect()).collect();
        if runs.iter().any(|run| !run.is_empty()) {
            shown += &format!("\n{}", rates(name, &runs));
        }
    }
    shown + "\n" + &alarms(calibration) + &resolved(calibration)
}

/// One row per injected slowdown.
fn rates(name: &str, runs: &[Vec<&InjectionResult>]) -> String {
    let mut injected_slowdown: Vec<f64> = runs.iter().flatten().map(|found| found.injected_slowdown).collect();
    injected_slowdown.sort_by(f64::total_cmp);
    injected_slowdown.dedup();
    let rates = ["first look", "confirmed", "beyond 2 %", "same", "inconclusive", "false same", "wrong sign"];
    let mut grid = Grid::new(name, ["median", "cells"].into_iter().chain(rates));
    for injected_slowdown in injected_slowdown {
        let is_it = |found: &&&InjectionResult| found.injected_slowdown == injected_slowdown;
        let cells: Vec<Vec<_>> = runs.iter().map(|run| run.iter().filter(is_it).copied().collect()).collect();
        let carries = injected_slowdown > 0.0;
        let judged = |verdict| verdict == RatioVerdict::Slower || !carries && verdict == RatioVerdict::Faster;
        let wrong = |found: &&&InjectionResult| {
            carries && [found.verdict_without_margin, found.verdict_with_margin].contains(&RatioVerdict::Faster)
        };
        let same = |found: &InjectionResult| found.verdict_with_margin == RatioVerdict::Same;
        let is_beyond = injected_slowdown > Margin::TWO_PERCENT.value();
        let all: Vec<&InjectionResult> = cells.iter().flatten().copied().collect();
        let differences: Vec<_> = all.iter().map(|found| found.log_ratio.exp_m1()).collect();
        let title = if carries { format!("{:.0} %", 100.0 * injected_slowdown) } else { "nothing".into() };
        let cells = [
            median(&differences).map_or_else(|| "-".into(), |share| format!("{:+.2} %", 100.0 * share)),
            all.len().to_string(),
            rate(&cells, carries, |found| judged(found.uncorrected_verdict)),
            rate(&cells, carries, |found| judged(found.verdict_without_margin)),
            rate(&cells, is_beyond, |found| judged(found.verdict_with_margin)),
            if is_beyond { "-".into() } else { rate(&cells, true, same) },
            rate(&cells, false, |found| found.verdict_with_margin == RatioVerdict::Inconclusive),
            if is_beyond { rate(&cells, false, same) } else { "-".into() },
            all.iter().filter(wrong).count().to_string(),
        ];
        grid.row(title, cells);
    }
    grid.terminal()
}

/// `93 % (≥91)`: a rate over all runs and its one-sided 95 % bound on the pessimistic side, with the design effect of the runs.
fn rate(runs: &[Vec<&InjectionResult>], more_is_better: bool, holds: impl Fn(&InjectionResult) -> bool) -> String {
    let runs: Vec<_> = runs.iter().map(|run| counted(run.iter().copied(), &holds)).collect();
    let Some((worth, _)) = Proportion::of_groups(&runs) else { return "-".into() };
    let (hits, trials) = runs.iter().fold((0, 0), |sum, run| (sum.0 + run.0, sum.1 + run.1));
    let percent = 100.0 * f64::from(hits) / f64::from(trials);
    let digits = if percent < 10.0 { 1 } else { 0 };
    let bound = match more_is_better {
        true => format!("≥{:.0}", 100.0 * worth.at_least(Confidence::NINETY_FIVE)),
        false => format!("≤{:.1}", 100.0 * worth.at_most(Confidence::NINETY_FIVE)),
    };
    format!("{percent:.digits$} % ({bound})")
}

/// The number for which something holds, and the number of all.
fn counted<'a, T: 'a>(all: impl Iterator<Item = &'a T>, holds: impl Fn(&T) -> bool) -> (u32, u32) {
    all.fold((0, 0), |(hits, trials), one| (hits + u32::from(holds(one)), trials + 1))
}

/// The number of runs with a false alarm, and the correlation of the cells of a run.
fn alarms(calibration: &Calibration) -> String {
    fn without_slowdown(run: &CalibrationRun) -> impl Iterator<Item = &InjectionResult> {
        run.injections.iter().filter(|found| found.injected_slowdown == 0.0)
    }
    let runs = &calibration.runs;
    let any = |verdict: fn(&InjectionResult) -> RatioVerdict| {
        let is_alarm = |found: &InjectionResult| matches!(verdict(found), RatioVerdict::Slower | RatioVerdict::Faster);
        let (with, all) = counted(runs.iter(), |run| without_slowdown(run).any(is_alarm));
        let bound = Proportion::new(with, all).map_or(1.0, |alarms| alarms.at_most(Confidence::NINETY_FIVE));
        format!("{with} of {all} runs (at most {:.0} %)", 100.0 * bound)
    };
    let is_outside = |found: &InjectionResult| found.uncorrected_verdict != RatioVerdict::Inconclusive;
    let outside: Vec<_> = runs.iter().map(|run| counted(without_slowdown(run), is_outside)).collect();
    let effect = Proportion::of_groups(&outside).map_or(1.0, |(_, effect)| effect);
    format!(
        "false alarms: with a margin of 2 % in {}, without a margin in {};\n\
         cells of a run are correlated: bounds without an injected slowdown are for cells / {effect:.2}\n",
        any(|found| found.verdict_with_margin),
        any(|found| found.verdict_without_margin),
    )
}

/// The difference that the typical cell resolves.
fn resolved(calibration: &Calibration) -> String {
    let found = || calibration.runs.iter().flat_map(|run| &run.injections);
    let widths: Vec<f64> = found().filter_map(|found| found.half_width).collect();
    let resolvable: Vec<f64> = found().filter_map(|found| found.resolvable).collect();
    let loads: Vec<f64> = calibration.runs.iter().filter_map(|run| run.load).collect();
    let resolution = median(&widths).zip(median(&resolvable)).map(|(width, resolvable)| {
        format!(
            "the typical ratio has an interval of ±{:.2} % (95 %); a single comparison detects {:.1} % in nine of ten runs\n",
            100.0 * width.exp_m1(),
            100.0 * resolvable.exp_m1(),
        )
    });
    let load = median(&loads).map(|load| format!("load after a run: {load:.1} (median)\n"));
    resolution.into_iter().chain(load).collect()
}
