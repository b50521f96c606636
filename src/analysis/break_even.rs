//! The cheapest backend for a job: one compilation (or one load of an artifact), N calls, and a few exits.
use itertools::Itertools;

use super::best_backend::chosen;
use super::estimates::{self, EstimateRow};
use crate::catalog::benchmark::{Benchmark, CellId, artifact, cold, compile, execute, module, unwind};
use crate::results::Report;
use crate::statistics::{CostRange, Interval, cheapest};
use crate::units;

/// The parameters of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    /// The benchmark of the calls, one of `execute/`.
    pub kernel: String,
    /// The number of calls that end in an exit.
    pub exits: u64,
    /// The number of functions of the module; by default the largest for which most backends have a time.
    pub functions: Option<u64>,
}

impl Default for Workload {
    fn default() -> Self {
        Self { kernel: execute::FIB.id.into(), exits: 1, functions: None }
    }
}

/// A job on several variants.
pub struct WorkloadComparison {
    /// The cell of the setup.
    pub setup: CellId,
    /// The cells per call.
    pub each: Vec<CellId>,
    /// The cell of an exit and the number of exits; `None` if no exit was measured.
    pub exits: Option<(CellId, u64)>,
    /// Per variant, the cost in nanoseconds as a function of the calls.
    pub costs: Vec<(usize, CostRange)>,
    /// The cheapest variants per range of calls.
    pub ranges: Vec<CallRange>,
    /// The variants with too few launches to call them close.
    pub inconclusive: Vec<usize>,
}

/// A range of calls with the same cheapest variants.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRange {
    /// The first number of calls.
    pub from: u64,
    /// The last number of calls; `None` without a limit.
    pub to: Option<u64>,
    /// The variants that can be the cheapest.
    pub least: Vec<usize>,
    /// The numbers of calls at which two close variants are estimated to be equal.
    pub even: Vec<f64>,
}

/// The limit of calls.
const MOST_CALLS: f64 = 1e12;

/// The jobs for which the report has times, with compilation and with an artifact: for the user's module, if measured, and
/// for a built-in module.
pub fn jobs(report: &Report, rows: &[EstimateRow], workload: &Workload) -> Vec<WorkloadComparison> {
    let of = |benchmark: &str| rows.iter().find(|row| row.cell_id.benchmark == benchmark);
    let generated = |setup: &Benchmark| match workload.functions {
        Some(_) => rows.iter().find(|row| row.cell_id.benchmark == setup.id && row.cell_id.at == workload.functions),
        None => chosen(rows, setup),
    };
    let exit = chosen(rows, &unwind::TYPED.whole).map(|row| (row, workload.exits));
    // Each call was timed on a fresh instance.
    let of_user =
        |setup: &Benchmark| job(report, of(setup.id)?, &[of(module::INSTANTIATE.id)?, of(module::CALL.id)?], exit);
    let built_in = |setup| job(report, generated(setup)?, &[of(&workload.kernel)?], Some(exit?));
    // Up to the first result if measured, because interpreters defer compilation.
    let compiled = built_in(&cold::BYTES_TO_RESULT).or_else(|| built_in(&compile::GENERATED));
    let jobs = [of_user(&module::COMPILE), of_user(&module::DESERIALIZE), compiled, built_in(&artifact::DESERIALIZE)];
    jobs.into_iter().flatten().collect()
}

fn job(
    report: &Report,
    setup: &EstimateRow,
    each: &[&EstimateRow],
    exit: Option<(&EstimateRow, u64)>,
) -> Option<WorkloadComparison> {
    let cost = |n: usize| {
        let known = |row: &EstimateRow| row.cells[n].known();
        let mut start = known(setup)?;
        if let Some((exit, exits)) = exit {
            start = added(start, known(exit)?, exits as f64);
        }
        let step = each.iter().map(|row| known(row)).reduce(|one, other| Some(added(one?, other?, 1.0)))??;
        Some((n, CostRange::new(start, step)?))
    };
    let costs: Vec<_> = estimates::columns(report).into_iter().filter_map(cost).collect();
    let all = || [setup].into_iter().chain(each.iter().copied()).chain(exit.map(|(row, _)| row));
    let is_inconclusive =
        |n: usize| all().any(|row| row.cells[n].time.as_ref().is_some_and(|time| time.inconclusive().is_some()));
    (costs.len() > 1).then(|| WorkloadComparison {
        inconclusive: costs.iter().map(|(n, _)| *n).filter(|n| is_inconclusive(*n)).collect(),
        setup: setup.cell_id.clone(),
        each: each.iter().map(|row| row.cell_id.clone()).collect(),
        exits: exit.map(|(row, exits)| (row.cell_id.clone(), exits)),
        ranges: ranges(&costs),
        costs,
    })
}

/// A time plus a multiple of another, each with its interval.
fn added(one: (f64, Interval), many: (f64, Interval), times: f64) -> (f64, Interval) {
    let interval = Interval { low: one.1.low + times * many.1.low, high: one.1.high + times * many.1.high };
    (one.0 + times * many.0, interval)
}

/// Ranges in whole calls, at least 1. Adjacent ranges with the same variants are merged.
fn ranges(costs: &[(usize, CostRange)]) -> Vec<CallRange> {
    let (variants, lines): (Vec<usize>, Vec<CostRange>) = costs.iter().copied().unzip();
    let mut ranges: Vec<CallRange> = Vec::new();
    for range in cheapest(&lines).into_iter().filter(|range| range.from < MOST_CALLS) {
        let ahead = lines[range.least[0]];
        let mut least: Vec<usize> = range.least.iter().map(|n| variants[*n]).collect();
        least.sort_unstable();
        let to = range.to.filter(|to| *to < MOST_CALLS).map(|to| to.ceil() as u64 - 1);
        let from = (range.from.ceil() as u64).max(1);
        if to.is_some_and(|to| to < from) {
            continue;
        }
        match ranges.last_mut() {
            Some(last) if last.least == least => {
                last.to = to;
                let cost = |line: &CostRange| line.typical.at(range.from);
                let is_even = |line: &CostRange| *line != ahead && (cost(line) / cost(&ahead) - 1.0).abs() < 1e-9;
                last.even.extend(lines.iter().any(is_even).then_some(range.from));
            }
            _ => ranges.push(CallRange { from, to, least, even: vec![] }),
        }
    }
    ranges
}

impl WorkloadComparison {
    /// A one-line description.
    pub fn said(&self) -> String {
        let exits = match &self.exits {
            None => String::new(),
            Some((exit, 1)) => format!(" and one exit ({exit})"),
            Some((exit, exits)) => format!(" and {} exits ({exit})", units::count(*exits)),
        };
        let often = match &self.each[..] {
            [call] => format!("N calls of {call}"),
            parts => format!("N times {}", parts.iter().join(" and ")),
        };
        format!("{}, then {often}{exits}", self.setup)
    }
}

/// The message if the report has no such job.
pub fn none(workload: &Workload) -> String {
    let functions = workload.functions.map_or_else(String::new, |functions| format!("/{functions}"));
    format!(
        "no break-even: it needs times of {}{functions} or {}{functions}, of {} and of {} on two backends",
        cold::BYTES_TO_RESULT.id,
        artifact::DESERIALIZE.id,
        workload.kernel,
        unwind::TYPED.whole.id
    )
}
