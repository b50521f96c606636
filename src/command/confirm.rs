//! Measures twice: everything first, then the cells that [`analysis::comparison`](crate::analysis::comparison) chooses, on fresh
//! launches.
use std::time::{Duration, Instant};

use anyhow::{Error, Result};
use itertools::Itertools;

use super::unless_interrupted;
use super::watch::ProgressDisplay;
use crate::analysis::{comparison, report_pair};
use crate::catalog::benchmark::CellId;
use crate::results::journal::Journal;
use crate::results::{Report, SkipReason};
use crate::sampling::experiment::{BudgetTooSmall, Experiment};
use crate::sampling::instructions::CountExperiment;
use crate::sampling::variant::ExperimentVariant;
use crate::statistics::Margin;

/// The share of the budget for the first run.
const FIRST_RUN: f64 = 0.5;
/// The factor for a requested number of launches in the confirmation run. It has few cells, so launches are cheap, and each
/// launch places the cells anew in memory, which is a large part of the noise.
const CONFIRMATION_FACTOR: u32 = 3;

/// Measures, and adds a confirmation run of the [`candidates`](comparison::candidates), which are judged by it alone if it decides
/// them, and of the [`undecided`](comparison::undecided) cells, which are judged by all launches. If the confirmation run fails,
/// the first run remains.
///
/// # Errors
/// See [`experiment::measure`](crate::sampling::experiment::measure).
pub(crate) fn measured_twice(
    watch: &mut ProgressDisplay,
    experiment: &Experiment,
    journal: Option<&mut Journal>,
    margin: Margin,
) -> Result<Report> {
    let started_at = Instant::now();
    let first = Experiment { budget: experiment.budget.mul_f64(FIRST_RUN), ..experiment.clone() };
    let (mut report, pilot) = watch.measure(&first, None, journal).map_err(of_both_runs)?;
    for cell in &mut report.cells {
        if let Some(SkipReason::TooSlow { needs_seconds: Some(seconds) }) = &mut cell.skip_reason {
            *seconds /= FIRST_RUN;
        }
    }
    if !experiment.may_stretch {
        report.run.budget_seconds = experiment.budget.as_secs_f64();
    }
    let candidates = comparison::candidates(&report, margin);
    let undecided = comparison::undecided(&report, margin);
    if candidates.is_empty() && undecided.is_empty() || watch.is_over() {
        return Ok(report);
    }
    let budget = confirmation_budget(experiment, started_at.elapsed());
    let second = confirmation_run(experiment, &report, &candidates, &undecided, budget);
    let what = format!("confirming {} differences, {} inconclusive: ", candidates.len(), undecided.len());
    match unless_interrupted(watch.prefixed(&what, |watch| watch.measure(&second, Some(&pilot), None))) {
        Ok(confirmation) => report.confirmation = confirmation.map(|(confirmation, _)| Box::new(confirmation)),
        Err(error) => report.run.notes.push(format!(
            "the confirmation run failed ({error:#}); raise --budget or select fewer cells with --filter"
        )),
    }
    Ok(report)
}

/// The budget of the confirmation run: the rest. A first run that stretched its budget leaves the second its share.
fn confirmation_budget(experiment: &Experiment, spent: Duration) -> Duration {
    let share = if experiment.may_stretch { 1.0 - FIRST_RUN } else { 0.0 };
    experiment.budget.saturating_sub(spent).max(experiment.budget.mul_f64(share))
}

/// The confirmation run. The candidates have priority.
fn confirmation_run(
    experiment: &Experiment,
    report: &Report,
    candidates: &[(usize, CellId)],
    undecided: &[(usize, CellId)],
    budget: Duration,
) -> Experiment {
    let cells = [candidates, undecided].concat();
    Experiment {
        budget,
        seed: experiment.seed.wrapping_add(1),
        launches: experiment.launches.map(|launches| CONFIRMATION_FACTOR * launches),
        priority: candidates.iter().map(|(_, cell_id)| cell_id.clone()).collect(),
        ..only(experiment, &labels(report, &cells), &cells)
    }
}

/// The labels of the variants of some cells, and of their baselines.
fn labels(report: &Report, cells: &[(usize, CellId)]) -> Vec<String> {
    let pairs = report_pair::label_pairs(report);
    cells.iter().flat_map(|(pair, _)| [pairs[*pair].0.clone(), pairs[*pair].1.clone()]).collect()
}

/// Converts the budget that one run needs to the budget of both.
fn of_both_runs(error: Error) -> Error {
    match error.downcast::<BudgetTooSmall>() {
        Ok(BudgetTooSmall { for_one, for_all, known }) => {
            let [for_one, for_all] = [for_one, for_all].map(|time| time.div_f64(FIRST_RUN));
            BudgetTooSmall { for_one, for_all, known }.into()
        }
        Err(other) => other,
    }
}

/// The fewest launches of the confirmation run of counts: with six on each side, all counts of one side exceed all of the other
/// by chance in one of 924 cells whose counts vary.
const MIN_CONFIRMATION_LAUNCHES: u32 = 6;

/// Counts instructions, and adds a confirmation run of the cells that are not the same.
///
/// # Errors
/// See [`instructions::count`](crate::sampling::instructions::count).
pub(crate) fn counted_twice(
    watch: &mut ProgressDisplay,
    experiment: &CountExperiment,
    journal: Option<&mut Journal>,
    margin: Margin,
) -> Result<Report> {
    let mut report = watch.count(experiment, journal)?;
    let candidates = comparison::candidates(&report, margin);
    if !candidates.is_empty() && !watch.is_over() {
        let (kept, variants) = kept(&experiment.variants, &labels(&report, &candidates));
        let second = CountExperiment {
            variants,
            cell_ids: experiment.cell_ids.iter().filter(|cell_id| contains(&candidates, cell_id)).cloned().collect(),
            launches: experiment.launches.max(MIN_CONFIRMATION_LAUNCHES),
            injected_slowdowns: kept.iter().filter_map(|n| experiment.injected_slowdowns.get(*n).copied()).collect(),
        };
        let what = format!("confirming {} differences: ", candidates.len());
        let confirmation = watch.prefixed(&what, |watch| watch.count(&second, None));
        report.confirmation = unless_interrupted(confirmation)?.map(Box::new);
    }
    Ok(report)
}

/// The part of an experiment with some of its variants and cells.
fn only(experiment: &Experiment, labels: &[String], cells: &[(usize, CellId)]) -> Experiment {
    let (kept, variants) = kept(&experiment.variants, labels);
    let rows: Vec<usize> = experiment.cell_ids.iter().positions(|cell_id| contains(cells, cell_id)).collect();
    let slowdowns =
        |at: &usize| kept.iter().map(|n| experiment.injected_slowdowns.get(*at)?.get(*n).copied()).collect();
    Experiment {
        variants,
        cell_ids: rows.iter().map(|at| experiment.cell_ids[*at].clone()).collect(),
        injected_slowdowns: rows.iter().filter_map(slowdowns).collect(),
        ..experiment.clone()
    }
}

fn contains(cells: &[(usize, CellId)], cell_id: &CellId) -> bool {
    cells.iter().any(|(_, other)| other == cell_id)
}

/// The indices of the variants with some labels, and these variants, which refer to each other by their new indices.
fn kept(variants: &[ExperimentVariant], labels: &[String]) -> (Vec<usize>, Vec<ExperimentVariant>) {
    let kept: Vec<usize> = variants.iter().positions(|variant| labels.contains(&variant.label)).collect();
    let place = |before: usize| kept.iter().position(|n| *n == before);
    let renumbered = |n: &usize| {
        let variant = variants[*n].clone();
        let (control_of, baseline) = (variant.control_of.and_then(place), variant.baseline.and_then(place));
        ExperimentVariant { control_of, baseline, ..variant }
    };
    let variants = kept.iter().map(renumbered).collect();
    (kept, variants)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::BackendSpec;
    use crate::sampling::injected_slowdown::InjectedSlowdown;
    use crate::worker::Launcher;

    #[test]
    fn a_part_of_an_experiment_keeps_baselines_and_slowdowns() {
        let launcher = Launcher::new("early-exit");
        let named = |label: &str, baseline| ExperimentVariant {
            label: label.into(),
            baseline,
            ..ExperimentVariant::new(&BackendSpec::new("native"), &launcher)
        };
        let none = InjectedSlowdown::None;
        let share = |share| vec![none, none, none, InjectedSlowdown::Work(share)];
        let experiment = Experiment {
            variants: vec![named("a", None), named("b", Some(0)), named("c", None), named("d", Some(2))],
            cell_ids: vec!["x/a".parse().unwrap(), "x/b".parse().unwrap()],
            priority: Vec::new(),
            injected_slowdowns: vec![share(0.1), share(0.2)],
            budget: Duration::from_secs(1),
            may_stretch: false,
            launches: Some(3),
            seed: 1,
        };
        let cells = [(3, experiment.cell_ids[1].clone())];
        let part = only(&experiment, &["c", "d"].map(String::from), &cells);
        assert_eq!(part.variants[1].baseline, Some(0));
        assert_eq!(part.cell_ids, [experiment.cell_ids[1].clone()]);
        assert_eq!(part.injected_slowdowns, [[none, InjectedSlowdown::Work(0.2)]]);
        let without_slowdowns = Experiment { injected_slowdowns: vec![], ..experiment };
        let part = only(&without_slowdowns, &["a", "b", "c", "d"].map(String::from), &cells);
        assert!(part.injected_slowdowns.is_empty());
    }

    #[test]
    fn the_recommended_budget_is_for_both_runs() {
        let [for_one, for_all] = [8, 30].map(Duration::from_secs);
        let told = of_both_runs(BudgetTooSmall { for_one, for_all, known: true }.into()).to_string();
        assert!(told.contains("--budget 16") && told.contains("--budget 60"), "{told}");
        assert_eq!(of_both_runs(anyhow::anyhow!("no worker")).to_string(), "no worker");
    }
}
