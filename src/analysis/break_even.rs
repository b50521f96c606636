//! Which backend for a job of one compile (or one load of an artifact), so many calls and a few exits.
use super::best_backend::chosen;
use super::estimates;
use super::estimates::EstimateRow;
use crate::catalog::benchmark::{Benchmark, CellId, artifact, cold, compile, execute, module, unwind};
use crate::output::grid::Grid;
use crate::output::units;
use crate::results::Report;
use crate::statistics::{CostRange, Interval, cheapest};

/// What a job is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    /// The benchmark of the calls: one of `execute/`.
    pub kernel: String,
    /// How many calls end in an exit besides.
    pub exits: u64,
    /// Of how many functions the module is that is compiled or loaded; the greatest that was measured where nothing is said.
    pub functions: Option<u64>,
}

impl Default for Workload {
    fn default() -> Self {
        Self { kernel: execute::FIB.id.into(), exits: 1, functions: None }
    }
}

/// A job on several subjects.
pub struct WorkloadComparison {
    /// What is done once.
    pub setup: CellId,
    /// What is done for each call: the call, and what goes with it.
    pub each: Vec<CellId>,
    /// What is done besides, and how often; nothing where no exit was measured.
    pub exits: Option<(CellId, u64)>,
    /// The subjects, and what the job costs each in nanoseconds, as a function of the calls.
    pub costs: Vec<(usize, CostRange)>,
    /// Who is cheapest for how many calls.
    pub spans: Vec<CallRange>,
    /// The subjects that too few launches are known of to say that they are near each other.
    pub doubted: Vec<usize>,
}

/// A range of calls in which the answer is the same.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRange {
    /// From so many calls on.
    pub from: u64,
    /// To so many, included; nothing where it goes on.
    pub to: Option<u64>,
    /// The subjects that may be the cheapest; one alone is.
    pub least: Vec<usize>,
    /// After how many calls two that are too close to call are estimated to be even.
    pub even: Vec<f64>,
}

/// Beyond so many calls nobody asks.
const MOST_CALLS: f64 = 1e12;

/// The jobs that a report has the times for, compiled here and loaded from an artifact: the user's own module, where one
/// was measured, and one of those that come with the program.
pub fn jobs(report: &Report, rows: &[EstimateRow], asked: &Workload) -> Vec<WorkloadComparison> {
    let of = |benchmark: &Benchmark| rows.iter().find(|row| row.cell_id.benchmark == benchmark.id);
    let generated = |setup: &Benchmark| match asked.functions {
        Some(_) => rows.iter().find(|row| row.cell_id.benchmark == setup.id && row.cell_id.at == asked.functions),
        None => chosen(rows, setup),
    };
    let exit = chosen(rows, &unwind::TYPED.whole).map(|row| (row, asked.exits));
    let kernel = || Some(vec![rows.iter().find(|row| row.cell_id.benchmark == asked.kernel)?]);
    // Each call was timed on an instance of its own, which it needs again.
    let call = || Some(vec![of(&module::INSTANTIATE)?, of(&module::CALL)?]);
    let own = |setup| job(report, of(setup)?, &call()?, exit);
    let ours = |setup| job(report, generated(setup)?, &kernel()?, Some(exit?));
    let own = [&module::COMPILE, &module::DESERIALIZE].into_iter().filter_map(own);
    // To the first result where that was measured: only there an interpreter has paid for what it puts off.
    let compiled = ours(&cold::BYTES_TO_RESULT).or_else(|| ours(&compile::GENERATED));
    own.chain(compiled).chain(ours(&artifact::DESERIALIZE)).collect()
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
            let exit = known(exit)?;
            start = (start.0 + exits as f64 * exit.0, added(start.1, exit.1, exits as f64));
        }
        let parts = each.iter().map(|row| known(row)).collect::<Option<Vec<_>>>()?;
        let step = parts.into_iter().reduce(|one, other| (one.0 + other.0, added(one.1, other.1, 1.0)))?;
        Some((n, CostRange::new(start, step).ok()?))
    };
    let costs: Vec<_> = estimates::columns(report).into_iter().filter_map(cost).collect();
    let all = || [setup].into_iter().chain(each.iter().copied()).chain(exit.map(|(row, _)| row));
    let is_doubted = |n: usize| all().any(|row| row.cells[n].time.as_ref().is_some_and(|time| time.doubt().is_some()));
    (costs.len() > 1).then(|| WorkloadComparison {
        doubted: costs.iter().map(|(n, _)| *n).filter(|n| is_doubted(*n)).collect(),
        setup: setup.cell_id.clone(),
        each: each.iter().map(|row| row.cell_id.clone()).collect(),
        exits: exit.map(|(row, exits)| (row.cell_id.clone(), exits)),
        spans: spans(&costs),
        costs,
    })
}

fn added(one: Interval, many: Interval, times: f64) -> Interval {
    Interval { low: one.low + times * many.low, high: one.high + times * many.high }
}

/// In whole calls, one at least. Stretches that differ only in which of their subjects is estimated to be ahead are one.
fn spans(costs: &[(usize, CostRange)]) -> Vec<CallRange> {
    let (variants, lines): (Vec<usize>, Vec<CostRange>) = costs.iter().copied().unzip();
    let mut spans: Vec<CallRange> = Vec::new();
    for stretch in cheapest(&lines).into_iter().filter(|stretch| stretch.from < MOST_CALLS) {
        let ahead = stretch.least[0];
        let mut least: Vec<usize> = stretch.least.iter().map(|n| variants[*n]).collect();
        least.sort_unstable();
        let to = stretch.to.filter(|to| *to < MOST_CALLS).map(|to| to.ceil() as u64 - 1);
        let from = (stretch.from.ceil() as u64).max(1);
        if to.is_some_and(|to| to < from) {
            continue;
        }
        match spans.last_mut() {
            Some(last) if last.least == least => {
                last.to = to;
                let even = lines.iter().any(|line| {
                    let gap = line.typical.at(stretch.from) / lines[ahead].typical.at(stretch.from) - 1.0;
                    *line != lines[ahead] && gap.abs() < 1e-9
                });
                last.even.extend(even.then_some(stretch.from));
            }
            _ => spans.push(CallRange { from, to, least, even: vec![] }),
        }
    }
    spans
}

impl WorkloadComparison {
    /// What it is, in a line.
    pub fn said(&self) -> String {
        let exits = match &self.exits {
            None => String::new(),
            Some((exit, 1)) => format!(" and one exit ({exit})"),
            Some((exit, exits)) => format!(" and {} exits ({exit})", units::count(*exits)),
        };
        let each: Vec<_> = self.each.iter().map(CellId::to_string).collect();
        let often = match &each[..] {
            [call] => format!("N calls of {call}"),
            parts => format!("N times {}", parts.join(" and ")),
        };
        format!("{}, then {often}{exits}", self.setup)
    }

    /// Who is cheapest for how many calls, as a table.
    pub fn grid(&self, report: &Report) -> Grid {
        let mut grid = Grid::new(["calls from", "to", "cheapest", "even at"]);
        for span in &self.spans {
            let labels: Vec<_> = span.least.iter().map(|n| report.variants[*n].label.as_str()).collect();
            let doubted = span.least.iter().any(|n| self.doubted.contains(n));
            let said = match labels[..] {
                [one] => one.to_owned(),
                _ if doubted => format!("too few launches to say: {}", labels.join(", ")),
                _ => format!("too close to call: {}", labels.join(", ")),
            };
            let even: Vec<_> = span.even.iter().map(|calls| units::count(calls.round() as u64)).collect();
            grid.row([
                units::count(span.from),
                span.to.map_or_else(|| "any".into(), units::count),
                said,
                even.join(", "),
            ]);
        }
        grid
    }
}

/// What is said where a report has no such job.
pub fn none(asked: &Workload) -> String {
    let functions = asked.functions.map_or_else(String::new, |functions| format!("/{functions}"));
    format!(
        "no break-even: it takes times of {}{functions} or {}{functions}, of {} and of {} on two backends",
        cold::BYTES_TO_RESULT.id,
        artifact::DESERIALIZE.id,
        asked.kernel,
        unwind::TYPED.whole.id
    )
}
