//! Tests that every benchmark times its documented work. The times themselves are not tested.
use std::sync::Arc;
use std::time::Duration;

use early_exit::catalog::benchmark;
use early_exit::catalog::benchmark::{Benchmark, BenchmarkKind, CellId};
use early_exit::engine;
use early_exit::engine::embedding::{Import, ModuleInstance, Outcome, Unsupported, Value};
use early_exit::engine::{BackendOptions, OpenBackend};
use early_exit::exit_code::ExitCode;
use early_exit::guest::generated;
use early_exit::sampling::batch::BatchSpec;
use early_exit::sampling::bench_thread::BenchThread;

fn backends() -> impl Iterator<Item = (&'static str, Arc<dyn OpenBackend>)> {
    engine::here()
        .map(|backend| (backend.name, backend.open(&BackendOptions::default()).expect("the backend is present")))
}

/// The first cell of a benchmark, which has the smallest parameter.
fn first_cell(benchmark: &'static Benchmark) -> CellId {
    benchmark.cell_ids(false).next().expect("a benchmark has a cell")
}

#[test]
fn every_benchmark_runs_or_is_unsupported_with_a_reason_on_every_backend() {
    for (name, backend) in backends() {
        for benchmark in benchmark::all() {
            let cell_id = first_cell(benchmark);
            let mut cell = match BenchThread::prepare(&backend, &cell_id, None, None) {
                Ok(cell) => cell,
                Err(error) => match error.downcast() {
                    Ok(Unsupported(reason)) => {
                        assert_ne!(reason, "not written for this engine", "{cell_id} on {name}");
                        assert!(!reason.is_empty(), "{cell_id} on {name}");
                        continue;
                    }
                    Err(error) => panic!("{cell_id} on {name}: {error:#}"),
                },
            };
            let mut batch = |iterations| match cell.batch(BatchSpec::of(iterations, false)) {
                Ok(batch) => batch.elapsed,
                Err(error) => panic!("{cell_id} on {name}: {error}"),
            };
            let time = batch(1);
            if time < Duration::from_millis(20) && !benchmark.fresh {
                batch(3);
            }
        }
    }
}

#[test]
fn every_theme_has_exactly_one_bench_target() {
    let targets: Vec<_> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/benches"))
        .expect("the folder exists")
        .filter_map(|entry| std::fs::read_to_string(entry.expect("the entry is readable").path()).ok())
        .collect();
    // Criterion gets no user module, so the theme `module` has no target.
    for benchmark in benchmark::all().filter(|benchmark| !matches!(benchmark.prepared, BenchmarkKind::Module(_))) {
        let theme = benchmark.id.split('/').next().unwrap_or_default();
        let count = targets.iter().filter(|target| target.contains(&format!("\"{theme}\""))).count();
        assert_eq!(count, 1, "{theme}");
    }
}

#[test]
fn generated_modules_return_and_exit_equally_on_every_backend() {
    for (functions, seed) in [(1, 0), (2, 1), (16, 2), (16, 3)] {
        let wasm = generated::functions(functions, seed);
        let mut outcomes: Vec<(&str, Outcome)> = Vec::new();
        for (name, backend) in backends() {
            let mut instance = instance(&*backend, &wasm);
            let returned = instance.call("run", &[Value::I32(0), Value::I32(7)]);
            assert!(matches!(returned, Outcome::Returned(_)), "seed {seed} on {name}: {returned}");
            outcomes.push((name, returned));
            let exited = instance.call("run", &[Value::I32(3), Value::I32(7)]);
            assert_eq!(exited, Outcome::Exited(ExitCode(3)), "seed {seed} on {name}");
        }
        assert!(outcomes.windows(2).all(|pair| pair[0].1 == pair[1].1), "seed {seed}: {outcomes:?}");
    }
}

fn instance(backend: &dyn OpenBackend, wasm: &[u8]) -> Box<dyn ModuleInstance> {
    let host = |_: &Import, arguments: &[Value]| match arguments {
        [Value::I32(0)] => Ok(Vec::new()),
        [Value::I32(code)] => Err(ExitCode(*code as u32)),
        other => panic!("called with {other:?}"),
    };
    let module = backend.compile(wasm).unwrap_or_else(|error| panic!("{error:#}"));
    module.instantiate(Arc::new(host)).unwrap_or_else(|error| panic!("{error:#}"))
}
