//! Runs the catalogue's benchmarks under criterion, with one group per benchmark and one line per backend. The timer includes
//! the same work as in `early-exit measure`; `early-exit list` describes that work.
use std::sync::Arc;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode};
use early_exit::catalog::benchmark;
use early_exit::catalog::benchmark::{Benchmark, BenchmarkKind, CellId};
use early_exit::engine;
use early_exit::engine::{BackendOptions, OpenBackend};
use early_exit::sampling::batch::BatchSpec;
use early_exit::sampling::bench_thread::BenchThread;

/// Runs the benchmarks of some themes, with the options of `cargo bench` or `cargo test --benches`.
pub(crate) fn run(themes: &[&str]) {
    let choice = Choice::made();
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(1200))
        .nresamples(20_000)
        .sample_size(30)
        .configure_from_args();
    let engines: Vec<_> = engine::here().map(Line::of).collect();
    let native: Vec<_> = engine::ALL.iter().filter(|known| known.is_here() && known.native).map(Line::of).collect();
    for benchmark in benchmark::all().filter(|known| themes.contains(&theme(known)) && choice.takes(known)) {
        // A native baseline has no engine, so it needs one line only.
        let lines = if matches!(benchmark.prepared, BenchmarkKind::NativeBaseline(_)) { &native } else { &engines };
        for group in groups(benchmark, choice) {
            draw(&mut criterion, benchmark, &group, lines);
        }
    }
    criterion.final_summary();
}

/// A backend of this build.
struct Line {
    backend: &'static str,
    variant: Arc<dyn OpenBackend>,
}

impl Line {
    fn of(known: &'static engine::Backend) -> Self {
        let variant = known.open(&BackendOptions::default()).unwrap_or_else(|error| panic!("{error:#}"));
        Self { backend: known.name, variant }
    }
}

/// The selected cells.
#[derive(Clone, Copy, PartialEq)]
enum Choice {
    /// The cells of the quick set.
    QuickSet,
    /// All cells of a default run.
    All,
    /// The first cell of each benchmark, to test that it runs.
    FirstOfEach,
}

impl Choice {
    fn made() -> Self {
        // Cargo passes `--bench` if the benchmarks are to be timed. Criterion uses the same rule.
        let asked = |flag| std::env::args().any(|argument| argument == flag);
        if asked("--test") || !asked("--bench") {
            return Self::FirstOfEach;
        }
        match std::env::var("EARLY_EXIT_BENCH").as_deref() {
            Err(_) | Ok("") => Self::QuickSet,
            Ok("all") => Self::All,
            Ok(other) => panic!("EARLY_EXIT_BENCH is `{other}`; it takes `all`, or is not set"),
        }
    }

    fn takes(self, benchmark: &Benchmark) -> bool {
        // Fresh benchmarks need one process per sample, which only `measure` has.
        !benchmark.fresh && (self != Self::QuickSet || benchmark.in_quick_set)
    }
}

/// The cells of a criterion group.
struct Group {
    name: String,
    cells: Vec<BenchCell>,
}

/// A cell with its value on the chart's axis: the parameter if there is one, otherwise the number of host frames if there are
/// several.
struct BenchCell {
    over: Option<u64>,
    cell_id: CellId,
}

fn groups(benchmark: &'static Benchmark, choice: Choice) -> Vec<Group> {
    let mut cell_ids: Vec<_> = benchmark.cell_ids(false).collect();
    if choice == Choice::FirstOfEach {
        cell_ids.truncate(1);
    }
    let mut groups: Vec<Group> = Vec::new();
    for cell_id in cell_ids {
        let (name, over) = match cell_id.at {
            Some(at) if cell_id.host_frames == 1 => (benchmark.id.to_owned(), Some(at)),
            Some(at) => (format!("{}@{}", benchmark.id, cell_id.host_frames), Some(at)),
            None => (benchmark.id.to_owned(), (benchmark.host_frames.len() > 1).then_some(cell_id.host_frames)),
        };
        let cell = BenchCell { over, cell_id };
        match groups.iter_mut().find(|known| known.name == name) {
            Some(known) => known.cells.push(cell),
            None => groups.push(Group { name, cells: vec![cell] }),
        }
    }
    groups
}

fn draw(criterion: &mut Criterion, benchmark: &Benchmark, Group { name, cells }: &Group, lines: &[Line]) {
    let mut group = criterion.benchmark_group(name);
    if theme(benchmark) == "compile" {
        // An iteration can take over a second.
        group.sample_size(10).sampling_mode(SamplingMode::Flat);
    }
    for Line { backend, variant } in lines {
        if let Some(reason) = variant.lacks(benchmark) {
            eprintln!("{name} on {backend} is left out: {reason}");
            continue;
        }
        for BenchCell { over, cell_id } in cells {
            let id = match over {
                Some(value) => BenchmarkId::new(*backend, value),
                None => BenchmarkId::from_parameter(backend),
            };
            // Prepared at its first batch, because criterion's filter may exclude the cell.
            let mut thread = None;
            group.bench_function(id, |bencher| {
                let thread = thread.get_or_insert_with(|| {
                    BenchThread::prepare(variant, cell_id, None, None)
                        .unwrap_or_else(|unable| panic!("{cell_id} on {backend}: {unable:#}"))
                });
                bencher.iter_custom(|iterations| match thread.batch(BatchSpec::of(iterations, false)) {
                    Ok(batch) => batch.elapsed,
                    Err(astray) => panic!("{cell_id} on {backend}: {astray}"),
                });
            });
        }
    }
    group.finish();
}

fn theme(benchmark: &Benchmark) -> &'static str {
    benchmark.id.split('/').next().unwrap_or(benchmark.id)
}
