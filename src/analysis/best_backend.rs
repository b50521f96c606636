//! The answer first: which backend for which kind of work.
use super::estimates;
use super::estimates::{EstimateRow, interval};
use crate::catalog::benchmark::{Benchmark, artifact, call, compile, execute, unwind};
use crate::output::grid::Grid;
use crate::output::units;
use crate::results::Report;
use crate::statistics::Margin;

/// A kind of work that a backend may be good at, and what it is judged by.
pub struct WorkKind {
    /// What is wanted.
    pub wanted: &'static str,
    /// The benchmarks: each at its greatest parameter, and as deep in the host as in real life where it was.
    pub by: &'static [&'static Benchmark],
}

/// The kinds.
pub static KINDS: &[WorkKind] = &[
    WorkKind { wanted: "compile fast", by: &[&compile::EARLY_EXIT, &compile::GENERATED] },
    WorkKind { wanted: "load fast", by: &[&artifact::DESERIALIZE] },
    WorkKind { wanted: "run fast", by: &[&execute::FIB, &execute::SWEEP, &execute::HASH] },
    WorkKind { wanted: "call cheaply", by: &[&call::TYPED, &call::HOST_TYPED] },
    WorkKind { wanted: "exit cheaply", by: &[&unwind::TYPED.whole, &unwind::TYPED_PREBUILT.whole, &unwind::MODULES] },
    WorkKind { wanted: "trap cheaply", by: &[&unwind::UNREACHABLE, &unwind::DIVISION_BY_ZERO] },
];

/// As deep as a real host calls a guest.
const REAL_DEPTH: u64 = 50;

/// What the numbers say of a kind of work.
pub struct Recommendation<'a> {
    /// The kind.
    pub kind: &'static WorkKind,
    /// What it was judged by.
    pub rows: Vec<RankedRow<'a>>,
    /// The subjects that nothing beats in any of the rows: one is the answer, several are too close to call, and where
    /// there is none it depends on the work.
    pub best: Vec<usize>,
    /// Whether the answer rests on enough launches.
    pub sure: bool,
}

/// A row, and which subjects may be the fastest.
pub struct RankedRow<'a> {
    /// The row.
    pub row: &'a EstimateRow<'a>,
    /// The subjects that are not beaten by more than the margin of 2 %, the one that is estimated to be fastest first.
    pub best: Vec<usize>,
    /// Whether each ratio that decided rests on enough launches that agree.
    pub sure: bool,
}

/// The answers that the rows have the numbers for. None where there is nothing to choose from.
pub fn answers<'a>(report: &Report, rows: &'a [EstimateRow<'a>]) -> Vec<Recommendation<'a>> {
    let columns = estimates::columns(report);
    let answer = |kind: &'static WorkKind| {
        let rows: Vec<_> = kind.by.iter().filter_map(|by| judge(chosen(rows, by)?, &columns)).collect();
        let unbeaten = |n: &usize| rows.iter().all(|judged| judged.best.contains(n));
        let best: Vec<usize> = rows.first()?.best.iter().copied().filter(unbeaten).collect();
        let sure = rows.iter().all(|judged| judged.sure);
        Some(Recommendation { kind, rows, best, sure })
    };
    if columns.len() < 2 { vec![] } else { KINDS.iter().filter_map(answer).collect() }
}

/// The row of a benchmark that speaks for it: the greatest parameter that at least two subjects have a time for, at a
/// real host's depth where there is that.
pub(crate) fn chosen<'a>(rows: &'a [EstimateRow<'a>], benchmark: &Benchmark) -> Option<&'a EstimateRow<'a>> {
    let timed = |row: &&EstimateRow| row.cells.iter().filter(|cell| cell.time.is_some()).count() >= 2;
    rows.iter()
        .filter(|row| row.address.benchmark == benchmark.id)
        .filter(timed)
        .max_by_key(|row| (row.address.at, row.address.host_frames == REAL_DEPTH))
}

fn judge<'a>(row: &'a EstimateRow<'a>, columns: &[usize]) -> Option<RankedRow<'a>> {
    let mut timed: Vec<usize> = columns.iter().copied().filter(|n| row.cells[*n].time.is_some()).collect();
    let time = |n: &usize| row.cells[*n].nanoseconds().unwrap_or(f64::INFINITY);
    timed.sort_by(|a, b| time(a).total_cmp(&time(b)));
    let first = *timed.first().filter(|_| timed.len() > 1)?;
    let mut sure = true;
    timed.retain(|n| {
        let ratio = (*n != first).then(|| estimates::ratio(row.cells[first].record, row.cells[*n].record)).flatten();
        let beaten = |ratio| interval(ratio).is_some_and(|interval| interval.high < -Margin::TWO_PERCENT.log());
        let is_beaten = ratio.as_ref().is_some_and(beaten);
        sure &= ratio.is_none_or(|ratio| ratio.doubt().is_none());
        !is_beaten
    });
    Some(RankedRow { row, best: timed, sure })
}

impl Recommendation<'_> {
    /// In a few words: a backend, or why none can be named.
    pub fn said(&self, report: &Report) -> String {
        let label = |n: &usize| report.subjects[*n].label.as_str();
        let labels = |best: &[usize]| best.iter().map(label).collect::<Vec<_>>().join(", ");
        let doubt = if self.sure { "" } else { " (few launches)" };
        match &self.best[..] {
            [one] => format!("{}{doubt}", label(one)),
            [] => {
                let each =
                    self.rows.iter().map(|judged| format!("{} for {}", labels(&judged.best), judged.row.address));
                format!("depends: {}{doubt}", each.collect::<Vec<_>>().join("; "))
            }
            all => format!("too close to call: {}{doubt}", labels(all)),
        }
    }

    /// How far ahead the only answer is of the next in each row: the least and the most, as ratios.
    pub fn lead(&self, report: &Report) -> Option<(f64, f64)> {
        let [best] = self.best[..] else { return None };
        let others: Vec<usize> = estimates::columns(report).into_iter().filter(|n| *n != best).collect();
        let ahead = |judged: &RankedRow| {
            let time = |n: usize| judged.row.cells[n].nanoseconds();
            let next = others.iter().filter_map(|n| time(*n)).reduce(f64::min)?;
            Some(next / time(best)?)
        };
        let leads: Vec<f64> = self.rows.iter().filter_map(ahead).collect();
        let least = leads.iter().copied().reduce(f64::min)?;
        Some((least, leads.iter().copied().fold(least, f64::max)))
    }
}

/// The answers as a table: the kind of work, the answer, and the times that it rests on; at last the licences, since they
/// decide too.
pub fn grid(report: &Report, answers: &[Recommendation]) -> Grid {
    let columns = estimates::columns(report);
    let labels = columns.iter().map(|n| report.subjects[*n].label.clone());
    let mut grid = Grid::new(["to".to_owned(), "take".into(), "by".into()].into_iter().chain(labels));
    for answer in answers {
        for (n, judged) in answer.rows.iter().enumerate() {
            let once = |text: String| if n == 0 { text } else { String::new() };
            let times = columns.iter().map(|n| {
                judged.row.cells[*n].nanoseconds().map_or_else(|| "-".into(), |time| units::nanoseconds(time, 3))
            });
            let first = [once(answer.kind.wanted.into()), once(answer.short(report)), judged.row.address.to_string()];
            grid.row(first.into_iter().chain(times));
        }
    }
    let licences = columns.iter().map(|n| report.subjects[*n].licence.clone());
    grid.row([String::new(), String::new(), "licence".into()].into_iter().chain(licences));
    grid
}

impl Recommendation<'_> {
    /// In fewer words, for a table that has the rows beside it.
    fn short(&self, report: &Report) -> String {
        if self.best.is_empty() { "it depends".into() } else { self.said(report) }
    }
}
