//! Tables of the mechanisms that can stop a guest: costs, stops and promises per backend.
use super::grid::Grid;
use super::measurements::ratio_text;
use crate::analysis::stopping::{self, BackendMechanisms, StopTimes};
use crate::catalog::benchmark::Benchmark;
use crate::catalog::mechanism::{BESIDES, KERNELS};
use crate::results::Report;
use crate::units;

/// The tables of one backend.
pub struct StoppingTables {
    /// The backend.
    pub backend: String,
    /// The slowdown by each mechanism while it stops nothing.
    pub costs: Grid,
    /// The time of a stop, and the steps of a guest beyond its budget.
    pub stops: Grid,
    /// Which guests each mechanism stops and does not stop, and the error in the caller.
    pub promises: Grid,
}

/// The tables of each backend that a report has with and without a mechanism.
pub fn tables(report: &Report) -> Vec<StoppingTables> {
    stopping::backends(report).iter().map(|backend| of_backend(report, backend)).collect()
}

/// For a terminal; empty without such a backend.
pub fn terminal(report: &Report) -> String {
    let shown = tables(report)
        .into_iter()
        .map(|tables| [&tables.costs, &tables.stops, &tables.promises].map(|grid| grid.blocks() + "\n").concat());
    shown.collect()
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
    let name = |benchmark: &Benchmark| benchmark.id.trim_start_matches("execute/").to_owned();
    let kernels = KERNELS.iter().map(|kernel| name(kernel)).chain(BESIDES.iter().map(|(benchmark, _)| name(benchmark)));
    let mut costs = Grid::new([label.clone()].into_iter().chain(kernels).chain(["code size".to_owned()]));
    let times = ["loop: median", "p99", "max", "recursion: median", "p99", "max", "host: median", "p99", "max"];
    let mut stops =
        Grid::new([label].into_iter().map(String::as_str).chain(times).chain(["number of stops", "past the budget"]));
    let mut promises = Grid::new([label, "what it stops", "what it does not stop", "what the caller sees"]);
    for row in &backend.rows {
        let slowdowns = row.slowdowns.iter().map(|ratio| ratio.as_ref().map_or_else(|| "-".into(), ratio_text));
        let code = row.code.map_or_else(|| "-".into(), |code| format!("x{code:.2}"));
        costs.row([row.name.clone()].into_iter().chain(slowdowns).chain([code]));
        let times = row.stops.iter().flat_map(times_text);
        let count: usize = row.stops.iter().flatten().map(|stops| stops.count).sum();
        let past = row.past.map_or_else(
            || "-".into(),
            |[straight, turns]| format!("{straight} steps without a branch, {turns} turns of a loop"),
        );
        let said = |of: fn(&crate::catalog::mechanism::Mechanism) -> &'static str| {
            row.mechanisms.iter().map(|mechanism| of(mechanism)).collect::<Vec<_>>().join("; ")
        };
        promises.row([row.name.clone(), said(|m| m.stops), said(|m| m.does_not_stop), said(|m| m.reason)]);
        stops.row([row.name.clone()].into_iter().chain(times).chain([count.to_string(), past]));
    }
    StoppingTables { backend: label.clone(), costs, stops, promises }
}

fn times_text(stops: &Option<StopTimes>) -> [String; 3] {
    let shown = |nanoseconds: Option<f64>| nanoseconds.map_or_else(|| "-".into(), |time| units::nanoseconds(time, 2));
    match stops {
        Some(stops) => [shown(Some(stops.median)), shown(stops.p99), shown(Some(stops.max))],
        None => [None; 3].map(shown),
    }
}
