//! What each mechanism that can stop a guest costs while it stops nothing, and how fast it stops.
use crate::analysis::estimates::{self, columns};
use crate::catalog::benchmark::{Benchmark, CellId, call, compile, stop};
use crate::catalog::mechanism::{
    BESIDES, COMPILED_FUNCTIONS, DEADLINE_IN_IMPORT, INTERRUPT_OF_THE_BUILD, KERNELS, Mechanism, WITH_OPTION,
};
use crate::results::{CellRecord, Report};
use crate::statistics::Estimate;

/// The mechanisms of one backend.
pub struct BackendMechanisms {
    /// The backend as it is by itself, by its index among the report's variants.
    pub plain: usize,
    /// A row per mechanism.
    pub rows: Vec<MechanismRow>,
}

/// What is known of one mechanism on a backend, or of several together.
pub struct MechanismRow {
    /// What it is called: the options that switch it on, or what the host does.
    pub name: String,
    /// The mechanisms.
    pub mechanisms: Vec<&'static Mechanism>,
    /// How many times as long each kernel takes as without it, in the order of [`KERNELS`], and what else it may slow down, in
    /// that of [`BESIDES`]; nothing where it is not measured or cannot slow that.
    pub slowdowns: Vec<Option<Estimate>>,
    /// How many times as large its code is.
    pub code: Option<f64>,
    /// How long a stop takes: of a guest in a tight loop, in a deep recursion, and inside a host function.
    pub stops: [Option<StopTimes>; 3],
    /// How many steps ran past a budget: without a branch, and in a loop.
    pub past: Option<[f64; 2]>,
}

/// How long single stops took, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StopTimes {
    /// How many there were.
    pub count: usize,
    /// Half of them took at most this.
    pub median: f64,
    /// All but one of a hundred took at most this; nothing where there were fewer.
    pub p99: Option<f64>,
    /// None took more.
    pub max: f64,
}

impl StopTimes {
    /// Of single stops, in any order; nothing where there are none.
    pub fn of(mut nanoseconds: Vec<u64>) -> Option<Self> {
        nanoseconds.sort_unstable();
        let count = nanoseconds.len();
        // The least that is not exceeded by more than the rest.
        let rank = |share: f64| nanoseconds[((share * count as f64).ceil() as usize).clamp(1, count) - 1] as f64;
        let max = *nanoseconds.last()? as f64;
        Some(Self { count, median: rank(0.5), p99: (count >= 100).then(|| rank(0.99)), max })
    }

    /// Of a cell's single stops, over all launches.
    pub fn of_cell(record: &CellRecord) -> Option<Self> {
        Self::of(record.launches.iter().flat_map(|launch| &launch.each).copied().collect())
    }
}

/// The mechanisms of each backend that a report has with and without one, in its order.
pub fn backends(report: &Report) -> Vec<BackendMechanisms> {
    let columns = columns(report);
    let label = |variant: usize| report.variants[variant].label.as_str();
    let plain = columns.iter().copied().filter(|variant| !label(*variant).contains(':'));
    let of_backend = |plain: usize| {
        let options = |variant: usize| label(variant).strip_prefix(label(plain))?.strip_prefix(':');
        let with_options = |variant: &usize| Some(row(report, plain, *variant, options(*variant)?));
        let mut rows: Vec<_> = columns.iter().filter_map(with_options).collect();
        // An option replaces the interrupt of the build.
        if rows.iter().all(|row| row.stops[2].is_none()) {
            rows.extend(without_option(report, plain, &INTERRUPT_OF_THE_BUILD));
        }
        rows.extend(without_option(report, plain, &DEADLINE_IN_IMPORT));
        BackendMechanisms { plain, rows }
    };
    plain.map(of_backend).filter(|backend| !backend.rows.is_empty()).collect()
}

fn row(report: &Report, plain: usize, variant: usize, options: &str) -> MechanismRow {
    let on: Vec<_> = options.split(',').map(|option| option.strip_suffix("=on")).collect();
    let is_on = |mechanism: &&Mechanism| mechanism.option.is_some() && on.contains(&mechanism.option);
    let mechanisms: Vec<_> = WITH_OPTION.iter().filter(is_on).collect();
    let slowdown = |benchmark: &Benchmark, at| {
        let [with, without] = [variant, plain].map(|variant| cell(report, variant, benchmark, at));
        estimates::ratio(with?, without?)
    };
    let kernels = KERNELS.iter().map(|kernel| (*kernel, kernel.parameter.as_ref().map(|over| over.values[0])));
    let besides = BESIDES.iter().map(|(benchmark, at)| (*benchmark, *at));
    let code =
        |variant| metric(cell(report, variant, &compile::GENERATED, Some(COMPILED_FUNCTIONS))?, "artifact bytes");
    let timed_by = |place: usize| mechanisms.iter().find_map(|mechanism| mechanism.timed_by[place]);
    MechanismRow {
        name: options.to_owned(),
        slowdowns: kernels.chain(besides).map(|(benchmark, at)| slowdown(benchmark, at)).collect(),
        code: code(variant).zip(code(plain)).map(|(with, without)| with / without),
        stops: [0, 1, 2].map(|place| StopTimes::of_cell(cell(report, variant, timed_by(place)?, None)?)),
        past: timed_by(0).and_then(|benchmark| {
            let record = cell(report, variant, benchmark, None)?;
            Some([metric(record, stop::STRAIGHT_PAST)?, metric(record, stop::TURNS_PAST)?])
        }),
        mechanisms,
    }
}

/// A mechanism that needs no option: it slows nothing down but, where it is the host's, calls of the host.
fn without_option(report: &Report, plain: usize, mechanism: &'static Mechanism) -> Option<MechanismRow> {
    let timed = |place: usize| StopTimes::of_cell(cell(report, plain, mechanism.timed_by[place]?, None)?);
    let stops = [0, 1, 2].map(timed);
    let slowdown = |benchmark: &Benchmark| {
        if mechanism.name != DEADLINE_IN_IMPORT.name || benchmark.id != call::HOST_TYPED.id {
            return None;
        }
        let [with, without] = [&call::HOST_DEADLINE, benchmark].map(|call| cell(report, plain, call, None));
        estimates::ratio(with?, without?)
    };
    let benchmarks = KERNELS.iter().chain(BESIDES.iter().map(|(benchmark, _)| benchmark));
    stops[0].is_some().then(|| MechanismRow {
        name: mechanism.name.into(),
        mechanisms: vec![mechanism],
        slowdowns: benchmarks.map(|benchmark| slowdown(benchmark)).collect(),
        code: None,
        stops,
        past: None,
    })
}

fn cell<'a>(report: &'a Report, variant: usize, benchmark: &Benchmark, at: Option<u64>) -> Option<&'a CellRecord> {
    let cell_id = CellId { benchmark: benchmark.id.into(), at, host_frames: 1 };
    report.cells.iter().find(|cell| cell.variant == variant && cell.cell_id == cell_id)
}

fn metric(record: &CellRecord, name: &str) -> Option<f64> {
    record.metrics.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_stops_that_happened() {
        let of = |count: u64| StopTimes::of((1..=count).rev().collect());
        assert_eq!(of(0), None);
        assert_eq!(of(1), Some(StopTimes { count: 1, median: 1.0, p99: None, max: 1.0 }));
        assert_eq!(of(200), Some(StopTimes { count: 200, median: 100.0, p99: Some(198.0), max: 200.0 }));
    }
}
