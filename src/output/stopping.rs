//! Tables of the mechanisms that can stop a guest: costs, stops and promises per backend.
use super::grid::Grid;
use super::measurements::ratio_text;
use crate::analysis::stopping::{self, BackendMechanisms, StopTimes};
use crate::catalog::benchmark::Benchmark;
use crate::catalog::mechanism::{BESIDES, KERNELS, Mechanism};
use crate::results::Report;
use crate::units;

/// The tables of one backend.
pub(crate) struct StoppingTables {
    pub(crate) backend: String,
    /// The slowdown by each mechanism while it stops nothing.
    pub(crate) costs: Grid,
    /// The time of a stop, and the steps of a guest beyond its budget.
    pub(crate) stops: Grid,
    /// Which guests each mechanism stops and does not stop, and the error in the caller.
    pub(crate) promises: Grid,
}

/// The tables of each backend that a report has with and without a mechanism.
pub(crate) fn tables(report: &Report) -> Vec<StoppingTables> {
    stopping::backends(report).iter().map(|backend| of_backend(report, backend)).collect()
}

/// For a terminal; empty without such a backend.
pub(crate) fn terminal(report: &Report) -> String {
    let grids = tables(report).into_iter().flat_map(|tables| [tables.costs, tables.stops, tables.promises]);
    grids.map(|grid| grid.blocks() + "\n").collect()
}

/// In Markdown, without the table of promises, with one heading per backend; empty without such a backend.
pub fn markdown(report: &Report, heading: &str) -> String {
    let shown = tables(report).into_iter().map(|tables| {
        format!("\n{heading} {}\n\n{}\n{}", tables.backend, tables.costs.markdown(), tables.stops.markdown())
    });
    shown.collect()
}

fn of_backend(report: &Report, backend: &BackendMechanisms) -> StoppingTables {
    let label = &report.variants[backend.plain].label;
    let benchmarks = KERNELS.iter().copied().chain(BESIDES.iter().map(|(benchmark, _)| *benchmark));
    let names = benchmarks.map(|benchmark: &Benchmark| benchmark.id.trim_start_matches("execute/"));
    let mut costs = Grid::new(label, names.chain(["code size"]));
    let times = ["loop: median", "p99", "max", "recursion: median", "p99", "max", "host: median", "p99", "max"];
    let mut stops = Grid::new(label, times.into_iter().chain(["number of stops", "past the budget"]));
    let mut promises = Grid::new(label, ["what it stops", "what it does not stop", "what the caller sees"]);
    for row in &backend.rows {
        let slowdowns = row.slowdowns.iter().map(|ratio| ratio.as_ref().map_or_else(|| "-".into(), ratio_text));
        let code = row.code.map_or_else(|| "-".into(), |code| format!("x{code:.2}"));
        costs.row(&row.name, slowdowns.chain([code]));
        let times = row.stops.iter().flat_map(times_text);
        let count: usize = row.stops.iter().flatten().map(|stops| stops.count).sum();
        let past = row.past.map_or_else(
            || "-".into(),
            |[straight, turns]| format!("{straight} steps without a branch, {turns} turns of a loop"),
        );
        stops.row(&row.name, times.chain([count.to_string(), past]));
        let said = |of: fn(&Mechanism) -> &'static str| {
            row.mechanisms.iter().map(|mechanism| of(mechanism)).collect::<Vec<_>>().join("; ")
        };
        promises.row(&row.name, [said(|m| m.stops), said(|m| m.does_not_stop), said(|m| m.reason)]);
    }
    StoppingTables { backend: label.clone(), costs, stops, promises }
}

fn times_text(stops: &Option<StopTimes>) -> [String; 3] {
    let times = stops.map_or([None; 3], |stops| [Some(stops.median), stops.p99, Some(stops.max)]);
    times.map(|time| time.map_or_else(|| "-".into(), |time| units::nanoseconds(time, 2)))
}
