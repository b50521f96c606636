//! Recommends a backend for each kind of work.
use itertools::Itertools;

use super::estimates::{self, CellEstimate, EstimateRow, interval};
use crate::catalog::benchmark::{Benchmark, artifact, call, cold, execute, unwind};
use crate::results::{Report, SkipReason, Variant};
use crate::statistics::Margin;
use crate::units;

/// A kind of work and its criteria.
pub struct WorkKind {
    /// The name: `compile fast`.
    pub name: &'static str,
    /// A backend must not be slower by any of these.
    pub criteria: &'static [Criterion],
    /// Whether an interpreter does this work later, in the calls. Answers mark interpreters then.
    pub deferred_by_interpreters: bool,
}

/// Alternative ways for the same purpose. A backend is ranked by its cheapest way; the first is the plain way.
pub type Criterion = &'static [&'static Benchmark];

/// All kinds of work.
pub static KINDS: &[WorkKind] = &[
    // Includes the first result, because an engine can compile a function when it is first called.
    WorkKind {
        deferred_by_interpreters: true,
        ..kind("compile fast", &[&[&cold::BYTES_TO_EXIT], &[&cold::BYTES_TO_RESULT]])
    },
    kind("load fast", &[&[&artifact::DESERIALIZE]]),
    kind("run fast", &[&[&execute::FIB], &[&execute::SWEEP], &[&execute::HASH]]),
    kind("call cheaply", &[&[&call::TYPED], &[&call::HOST_TYPED]]),
    kind("exit cheaply", &[WAYS_TO_EXIT]),
    kind("trap cheaply", &[&[&unwind::UNREACHABLE], &[&unwind::DIVISION_BY_ZERO]]),
];

const fn kind(name: &'static str, criteria: &'static [Criterion]) -> WorkKind {
    WorkKind { name, criteria, deferred_by_interpreters: false }
}

/// The ways of a host function to end its guest.
static WAYS_TO_EXIT: Criterion = &[
    &unwind::TYPED.whole,
    &unwind::TYPED_ENV.whole,
    &unwind::DYNAMIC.whole,
    &unwind::DYNAMIC_ENV.whole,
    &unwind::RUNTIME_ERROR.whole,
    &unwind::TYPED_PREBUILT.whole,
    &unwind::DYNAMIC_PREBUILT.whole,
];

/// A typical stack depth of a host.
const REAL_DEPTH: u64 = 50;

/// The recommendation for one kind of work.
pub struct Recommendation<'a> {
    /// The kind of work.
    pub kind: &'static WorkKind,
    /// One row per criterion.
    pub rows: Vec<RankedRow<'a>>,
    /// The decision.
    pub decision: Decision,
    report: &'a Report,
}

/// The decision by all criteria.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// In each row, no other variant is certainly more than 2 % faster than this one.
    Best(usize),
    /// None of these variants is faster than another with certainty; they differ by this share at most, 0.03 for 3 %.
    Close(Vec<usize>, f64),
    /// None of these variants is faster than another, but with too few launches that agree.
    Unknown(Vec<usize>),
    /// Every variant is slower than another in some row.
    Depends,
}

/// The ranking by one criterion.
pub struct RankedRow<'a> {
    /// The row of the plain way.
    pub plain: &'a EstimateRow<'a>,
    /// The rows of all ways.
    ways: Vec<&'a EstimateRow<'a>>,
    /// Per variant of the report, the cell of its cheapest way; `None` without a time.
    pub cells: Vec<Option<&'a CellEstimate<'a>>>,
    /// The variants that are not certainly more than 2 % slower than the fastest, fastest first.
    pub best: Vec<usize>,
    /// For the other variants of `best`, the largest possible distance from the first, if there are enough launches.
    ties: Vec<(usize, Option<f64>)>,
    /// Whether every deciding ratio has enough launches that agree.
    sure: bool,
}

/// The recommendations for which the rows have numbers; empty with fewer than two variants.
pub fn answers<'a>(report: &'a Report, rows: &'a [EstimateRow<'a>]) -> Vec<Recommendation<'a>> {
    let columns = estimates::columns(report);
    let answer = |kind: &'static WorkKind| {
        let judged: Vec<_> = kind.criteria.iter().filter_map(|by| judge(rows, by, &columns)).collect();
        let mut best = columns.clone();
        best.retain(|n| is_unbeaten(&judged, *n));
        let order = &judged.first()?.best;
        best.sort_by_key(|n| order.iter().position(|other| other == n));
        Some(Recommendation { kind, decision: decision(&judged, best), rows: judged, report })
    };
    if columns.len() < 2 { vec![] } else { KINDS.iter().filter_map(answer).collect() }
}

/// Whether no variant is certainly faster. A row without support is ignored; a failure is not.
fn is_unbeaten(rows: &[RankedRow], variant: usize) -> bool {
    let holds = |judged: &RankedRow| {
        !judged.has_failed(variant) && (judged.cells[variant].is_none() || judged.best.contains(&variant))
    };
    rows.iter().any(|judged| judged.cells[variant].is_some()) && rows.iter().all(holds)
}

fn decision(rows: &[RankedRow], best: Vec<usize>) -> Decision {
    let ties = rows.iter().flat_map(|judged| &judged.ties).filter(|(n, _)| best.contains(n));
    let differences: Option<Vec<f64>> = ties.map(|(_, difference)| *difference).collect();
    match (best.len(), differences) {
        (0, _) => Decision::Depends,
        (1, _) => Decision::Best(best[0]),
        (_, Some(differences)) => Decision::Close(best, differences.into_iter().fold(0.0, f64::max)),
        (_, None) => Decision::Unknown(best),
    }
}

/// The representative row of a benchmark: among the rows with the most times, at least two, the one with the largest
/// parameter, at a typical depth if possible.
pub(crate) fn chosen<'a>(rows: &'a [EstimateRow<'a>], benchmark: &Benchmark) -> Option<&'a EstimateRow<'a>> {
    let timed = |row: &EstimateRow| row.cells.iter().filter(|cell| cell.time.is_some()).count();
    rows.iter()
        .filter(|row| row.cell_id.benchmark == benchmark.id && timed(row) >= 2)
        .max_by_key(|row| (timed(row), row.cell_id.at, row.cell_id.host_frames == REAL_DEPTH))
}

fn judge<'a>(rows: &'a [EstimateRow<'a>], ways: Criterion, columns: &[usize]) -> Option<RankedRow<'a>> {
    let plain = chosen(rows, ways.first()?)?;
    let is_a_way = |row: &&EstimateRow| {
        ways.iter().any(|way| way.id == row.cell_id.benchmark)
            && (row.cell_id.at, row.cell_id.host_frames) == (plain.cell_id.at, plain.cell_id.host_frames)
    };
    let ways: Vec<&EstimateRow> = rows.iter().filter(is_a_way).collect();
    let time = |cell: &&CellEstimate| cell.nanoseconds().unwrap_or(f64::INFINITY);
    let cheapest = |n: usize| {
        let timed = ways.iter().map(|row| &row.cells[n]).filter(|cell| cell.time.is_some());
        timed.min_by(|a, b| time(a).total_cmp(&time(b)))
    };
    let cells: Vec<_> = (0..plain.cells.len()).map(cheapest).collect();

    let mut timed: Vec<(usize, &CellEstimate)> = columns.iter().filter_map(|n| Some((*n, cells[*n]?))).collect();
    timed.sort_by(|(_, a), (_, b)| time(a).total_cmp(&time(b)));
    let (first, others) = timed.split_first().filter(|(_, others)| !others.is_empty())?;
    let (mut best, mut ties, mut sure) = (vec![first.0], Vec::new(), true);
    for (n, cell) in others {
        let ratio = estimates::ratio(first.1.record, cell.record);
        let is_sure = ratio.as_ref().is_some_and(|ratio| ratio.inconclusive().is_none());
        let range = ratio.as_ref().and_then(interval);
        sure &= is_sure;
        let is_clearly_slower = range.is_some_and(|range| range.high < -Margin::TWO_PERCENT.log());
        if !is_clearly_slower {
            best.push(*n);
            let difference = range.filter(|_| is_sure).map(|range| range.low.abs().max(range.high.abs()).exp_m1());
            ties.push((*n, difference));
        }
    }
    Some(RankedRow { plain, ways, cells, best, ties, sure })
}

impl RankedRow<'_> {
    /// Whether one of a variant's ways failed.
    fn has_failed(&self, variant: usize) -> bool {
        let mut reasons = self.ways.iter().filter_map(|row| row.cells[variant].skip_reason());
        reasons.any(|reason| matches!(reason, SkipReason::Failed { .. } | SkipReason::WorkerLost { .. }))
    }

    /// The criterion in a few words.
    pub fn title(&self) -> String {
        match (self.ways.len(), self.plain.cell_id.host_frames) {
            (1, _) => self.plain.cell_id.to_string(),
            (ways, 1) => format!("cheapest of {ways} ways"),
            (ways, host_frames) => format!("cheapest of {ways} ways @{host_frames}"),
        }
    }

    /// The plain way, if there are several.
    pub fn plain_title(&self) -> Option<String> {
        (self.ways.len() > 1).then(|| format!("plain way: {}", self.plain.cell_id))
    }

    /// The way by which a variant is ranked, if there are several: `typed-prebuilt`.
    pub fn way(&self, variant: usize) -> Option<&str> {
        let benchmark = &self.cells[variant].filter(|_| self.ways.len() > 1)?.record.cell_id.benchmark;
        Some(benchmark.split_once('/').map_or(benchmark, |(_, way)| way))
    }

    /// Whether a variant is ranked by the plain way.
    pub fn is_plain(&self, variant: usize) -> bool {
        self.cells[variant].is_some_and(|cell| cell.record.cell_id == *self.plain.cell_id)
    }

    /// The time of the plain way, or why there is none.
    pub fn plain_time_text(&self, variant: usize) -> String {
        shown(&self.plain.cells[variant])
    }

    /// The typical nanoseconds of the cheapest way.
    pub fn time(&self, variant: usize) -> Option<f64> {
        self.cells[variant]?.nanoseconds()
    }

    /// The time of the cheapest way, or why there is none.
    pub fn time_text(&self, variant: usize) -> String {
        shown(self.cells[variant].unwrap_or(&self.plain.cells[variant]))
    }
}

fn shown(cell: &CellEstimate) -> String {
    match cell.nanoseconds() {
        Some(time) => units::nanoseconds(time, 3),
        None => cell.skip_reason().map_or("-", |skip_reason| skip_reason.word()).into(),
    }
}

impl Recommendation<'_> {
    /// The display name of a variant: interpreters are marked if they defer the work.
    pub fn name(&self, variant: usize) -> String {
        let Variant { label, backend_info, .. } = &self.report.variants[variant];
        if self.kind.deferred_by_interpreters && backend_info.is_interpreter() {
            format!("{label} (interpreter)")
        } else {
            label.clone()
        }
    }

    fn names(&self, variants: &[usize]) -> String {
        variants.iter().map(|n| self.name(*n)).join(", ")
    }

    /// The recommended variants, or the fastest of each row if it depends.
    pub fn named(&self) -> Vec<usize> {
        match &self.decision {
            Decision::Best(one) => vec![*one],
            Decision::Close(all, _) | Decision::Unknown(all) => all.clone(),
            Decision::Depends => self.rows.iter().flat_map(|judged| &judged.best).copied().unique().collect(),
        }
    }

    /// Why no single backend is recommended.
    pub fn indecision(&self) -> Option<&'static str> {
        match self.decision {
            Decision::Best(_) => None,
            Decision::Close(..) => Some("too close to call"),
            Decision::Unknown(_) => Some("too few launches to say"),
            Decision::Depends => Some("it depends"),
        }
    }

    /// The recommended backend, or why there is none: `too close to call: cranelift, llvm`.
    pub fn text(&self) -> String {
        let named = if self.decision == Decision::Depends { self.each() } else { self.names(&self.named()) };
        match self.indecision() {
            Some(verdict) => format!("{verdict}: {named}"),
            None => named,
        }
    }

    /// How large the lead is, and how certain.
    pub fn remark(&self) -> String {
        let mut remarks = vec![match &self.decision {
            Decision::Best(best) => self.lead(*best).unwrap_or_default(),
            Decision::Close(_, difference) => format!("at most {} apart", difference_text(*difference)),
            Decision::Unknown(_) => "raise --budget".into(),
            Decision::Depends => self.each(),
        }];
        if let (Decision::Best(one), [judged]) = (&self.decision, &self.rows[..])
            && let Some(way) = judged.way(*one)
        {
            remarks.push(match judged.is_plain(*one) {
                true => "with the plain way".into(),
                false => format!("with {way}; its plain way takes {}", judged.plain_time_text(*one)),
            });
        }
        if !self.rows.iter().all(|judged| judged.sure) && !matches!(self.decision, Decision::Unknown(_)) {
            remarks.push("few launches: likely, not certain".into());
        }
        for n in self.named() {
            let lacks = self.rows.iter().filter(|judged| judged.cells[n].is_none()).map(RankedRow::title).join(", ");
            if !lacks.is_empty() {
                remarks.push(format!("{} has no time for {lacks}", self.report.variants[n].label));
            }
        }
        remarks.retain(|remark| !remark.is_empty());
        remarks.join("; ")
    }

    /// The fastest variants of each row.
    fn each(&self) -> String {
        self.rows.iter().map(|row| format!("{} for {}", self.names(&row.best), row.title())).join("; ")
    }

    /// The lead of the best variant: `1.2 to 3.4 times as fast as cranelift`.
    fn lead(&self, best: usize) -> Option<String> {
        let others: Vec<usize> = estimates::columns(self.report).into_iter().filter(|n| *n != best).collect();
        let ahead = |judged: &RankedRow| {
            let timed = others.iter().filter_map(|n| Some((*n, judged.time(*n)?)));
            let (next, time) = timed.min_by(|(_, a), (_, b)| a.total_cmp(b))?;
            Some((next, time / judged.time(best)?))
        };
        let leads: Vec<(usize, f64)> = self.rows.iter().filter_map(ahead).collect();
        let least = leads.iter().map(|lead| lead.1).reduce(f64::min)?;
        let most = leads.iter().map(|lead| lead.1).reduce(f64::max)?;
        let next = leads.iter().map(|(next, _)| *next).all_equal_value();
        let next = next.map_or_else(|_| "the next".into(), |next| self.name(next));
        Some(format!("{} times as fast as {next}", times(least, most)))
    }
}

/// A range of ratios with just enough digits to differ from 1.
fn times(least: f64, most: f64) -> String {
    let digits = |ratio: f64| match ratio {
        ..1.095 => format!("{ratio:.2}"),
        ..9.95 => format!("{ratio:.1}"),
        _ => format!("{ratio:.0}"),
    };
    let (low, high) = (digits(least), digits(most));
    if low == high { low } else { format!("{low} to {high}") }
}

/// A difference with at most one decimal: `0.1 %`, `9.9 %`, `10 %`.
fn difference_text(share: f64) -> String {
    match 100.0 * share {
        percent if percent < 9.95 => format!("{percent:.1} %"),
        percent => format!("{percent:.0} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::BackendInfo;
    use crate::results::validate::tests::{any_report, report};
    use crate::results::{CellRecord, Launch};
    use proptest::prelude::*;

    /// The time of a variant in a row, in nanoseconds, or why there is none.
    enum Has {
        Time(f64),
        Nothing,
        Failure,
    }
    use Has::{Failure, Nothing, Time};

    /// Two compilers and an interpreter in ten launches. Times vary by 0.1 % between launches.
    fn measured(rows: &[(&str, [Has; 3])]) -> Report {
        measured_in(10, rows)
    }

    fn measured_in(launches: u32, rows: &[(&str, [Has; 3])]) -> Report {
        let mut report = report();
        report.variants[2].control_of = None;
        for (variant, label) in report.variants.iter_mut().zip(["singlepass", "wasmtime-cranelift", "wasmi"]) {
            variant.label = label.into();
        }
        report.variants[2].backend_info.compiler = BackendInfo::NO_COMPILER.into();
        let cell = |cell_id: &str, variant: usize, has: &Has| {
            let launch = |n: u32, time: f64| {
                let time = time * (1.0 + 0.001 * f64::from((n + variant as u32) % 3));
                Launch { nanoseconds: vec![time; 3], ..Launch::empty(n, 10, 1) }
            };
            CellRecord {
                variant,
                cell_id: cell_id.parse().unwrap(),
                launches: match has {
                    Time(time) => (1..=launches).map(|n| launch(n, *time)).collect(),
                    Nothing | Failure => Vec::new(),
                },
                skip_reason: match has {
                    Time(_) => None,
                    Nothing => Some(SkipReason::Unsupported { reason: "never".into() }),
                    Failure => Some(SkipReason::Failed { reason: "returned 7".into() }),
                },
                ..report.cells[0].clone()
            }
        };
        let row = |(cell_id, has): &(&str, [Has; 3])| [0, 1, 2].map(|n| cell(cell_id, n, &has[n]));
        report.cells = rows.iter().flat_map(row).collect();
        report
    }

    /// The ranking, its text, the remark, and the criteria.
    fn ranked(report: &Report, wanted: &str) -> (Decision, String, String, Vec<String>) {
        let rows = estimates::rows(report);
        let answers = answers(report, &rows);
        let answer = answers.iter().find(|answer| answer.kind.name == wanted).expect("the rows exist");
        let titles = answer.rows.iter().map(RankedRow::title).collect();
        (answer.decision.clone(), answer.text(), answer.remark(), titles)
    }

    #[test]
    fn exits_are_compared_by_the_cheapest_way_of_each_backend() {
        let exits = |prebuilt: f64| {
            measured(&[
                ("unwind/typed@1", [Time(6000.0), Time(360.0), Time(124.0)]),
                ("unwind/typed@50", [Time(13_000.0), Time(360.0), Time(124.0)]),
                ("unwind/dynamic@50", [Time(12_000.0), Time(400.0), Time(160.0)]),
                // Not at the depth of the plain way, so not among the ways.
                ("unwind/dynamic-prebuilt@1", [Time(1.0), Nothing, Nothing]),
                ("unwind/typed-prebuilt@50", [Time(prebuilt), Nothing, Nothing]),
            ])
        };
        let (decision, _, remark, titles) = ranked(&exits(137.0), "exit cheaply");
        assert_eq!((decision, titles), (Decision::Best(2), vec!["cheapest of 3 ways @50".to_owned()]));
        assert_eq!(remark, "1.1 times as fast as singlepass; with the plain way");
        let (decision, _, remark, _) = ranked(&exits(62.0), "exit cheaply");
        assert_eq!(decision, Decision::Best(0));
        assert_eq!(remark, "2.0 times as fast as wasmi; with typed-prebuilt; its plain way takes 13.0 us");
        let report = exits(137.0);
        let rows = estimates::rows(&report);
        let grid = crate::output::tables::answer_times(&report, &answers(&report, &rows));
        let cells: Vec<_> = grid.rows.iter().map(|row| row[1..].join("|")).collect();
        assert_eq!(cells[..3], ["137 ns|360 ns|124 ns", "typed-prebuilt|typed|typed", "13.0 us|360 ns|124 ns"]);
        assert_eq!(grid.rows.last().unwrap()[0], "licence");
    }

    #[test]
    fn a_failure_disqualifies_and_missing_support_does_not() {
        let calls = |has| {
            measured(&[
                ("call/typed/2", [Time(70.0), Time(60.0), Time(30.0)]),
                ("call/host-typed", [Time(20.0), Time(10.0), has]),
            ])
        };
        let (decision, _, remark, _) = ranked(&calls(Nothing), "call cheaply");
        assert_eq!(decision, Decision::Best(2));
        assert!(remark.ends_with("wasmi has no time for call/host-typed"), "{remark}");
        assert_eq!(ranked(&calls(Failure), "call cheaply").0, Decision::Depends);
        assert_eq!(ranked(&calls(Time(5.0)), "call cheaply").0, Decision::Best(2));
        // Also if another way works.
        let exits = |plain| {
            let prebuilt = ("unwind/typed-prebuilt@50", [Time(400.0), Time(450.0), Time(60.0)]);
            measured(&[("unwind/typed@50", [Time(500.0), Time(600.0), plain]), prebuilt])
        };
        assert_eq!(ranked(&exits(Nothing), "exit cheaply").0, Decision::Best(2));
        assert_ne!(ranked(&exits(Failure), "exit cheaply").0, Decision::Best(2));
    }

    #[test]
    fn the_ranked_row_has_a_time_on_every_backend() {
        let report = measured(&[
            ("call/typed/0", [Time(60.0), Time(20.0), Time(40.0)]),
            ("call/typed/2", [Time(70.0), Time(30.0), Time(60.0)]),
            ("call/typed/20", [Time(90.0), Time(95.0), Nothing]),
        ]);
        assert_eq!(ranked(&report, "call cheaply").3, ["call/typed/2"]);
    }

    #[test]
    fn few_launches_do_not_rank_close_backends() {
        let loads =
            |launches| measured_in(launches, &[("artifact/deserialize/128", [Time(50.0), Time(50.2), Time(90.0)])]);
        for launches in 1..5 {
            let (decision, text, ..) = ranked(&loads(launches), "load fast");
            assert!(matches!(decision, Decision::Unknown(_)), "{launches}: {decision:?}");
            assert!(text.starts_with("too few launches to say: singlepass, wasmtime-cranelift"), "{text}");
        }
        let (decision, text, remark, _) = ranked(&loads(12), "load fast");
        let is_close = matches!(&decision, Decision::Close(both, difference) if *both == [0, 1] && *difference < 0.01);
        assert!(is_close, "{decision:?}");
        assert_eq!(text, "too close to call: singlepass, wasmtime-cranelift");
        assert!(remark.starts_with("at most 0."), "{remark}");
    }

    #[test]
    fn few_launches_suffice_for_a_large_lead() {
        let report = measured_in(4, &[("artifact/deserialize/128", [Time(50.0), Time(500.0), Time(900.0)])]);
        let (decision, _, remark, _) = ranked(&report, "load fast");
        assert_eq!(decision, Decision::Best(0));
        assert_eq!(remark, "10 times as fast as wasmtime-cranelift; few launches: likely, not certain");
    }

    #[test]
    fn compile_fast_includes_the_first_result_and_marks_interpreters() {
        let compiled = |result| {
            measured(&[
                // Compiling without a call decides nothing.
                ("compile/functions/128", [Time(4e6), Time(30e6), Time(1e3)]),
                ("cold/bytes-to-result/128", [Time(4e6), Time(30e6), Time(result)]),
            ])
        };
        let (decision, text, _, titles) = ranked(&compiled(5e5), "compile fast");
        assert_eq!((decision, text.as_str()), (Decision::Best(2), "wasmi (interpreter)"));
        assert_eq!(titles, ["cold/bytes-to-result/128"]);
        assert_eq!(ranked(&compiled(5e6), "compile fast").0, Decision::Best(0));
    }

    #[test]
    fn different_winners_per_row_are_all_named() {
        let report = measured(&[
            ("execute/fib", [Time(90.0), Time(60.0), Time(900.0)]),
            ("execute/sweep", [Time(50.0), Time(60.0), Time(900.0)]),
        ]);
        let (decision, text, remark, _) = ranked(&report, "run fast");
        assert_eq!(decision, Decision::Depends);
        assert_eq!(text, format!("it depends: {remark}"));
        assert_eq!(remark, "wasmtime-cranelift for execute/fib; singlepass for execute/sweep");
    }

    proptest! {
        #[test]
        fn every_answer_names_a_backend(report in any_report()) {
            let rows = estimates::rows(&report);
            for answer in answers(&report, &rows) {
                prop_assert!(!answer.named().is_empty() && !answer.text().is_empty());
                prop_assert!(!answer.text().contains("NaN") && !answer.remark().contains("NaN"), "{}", answer.remark());
            }
        }
    }
}
