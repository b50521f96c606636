//! Whether the benchmarks do what they say they time. What they take is no matter here.
use std::sync::Arc;
use std::time::Duration;

use early_exit::catalog::benchmark;
use early_exit::catalog::benchmark::{Benchmark, BenchmarkKind, CellId};
use early_exit::engine;
use early_exit::engine::embedding::{Import, Instance, Outcome, Value};
use early_exit::engine::{BackendError, BackendOptions, OpenBackend};
use early_exit::exit_code::ExitCode;
use early_exit::guest::generated;
use early_exit::sampling::bench_thread::BenchThread;
use early_exit::sampling::cell::BatchSpec;

fn subjects() -> impl Iterator<Item = (&'static str, Arc<dyn OpenBackend>)> {
    engine::here().map(|known| (known.name, known.open(&BackendOptions::default()).expect("it is here")))
}

/// The cell of a benchmark that takes the least.
fn smallest(benchmark: &'static Benchmark) -> CellId {
    benchmark.addresses(false).next().expect("a benchmark has a cell")
}

#[test]
fn every_benchmark_ends_as_it_must_on_every_backend() {
    for (backend, subject) in subjects() {
        for benchmark in benchmark::all() {
            let address = smallest(benchmark);
            let mut cell = match BenchThread::prepare(&subject, &address, None, None) {
                Ok(cell) => cell,
                Err(BackendError::Unsupported(why)) => {
                    assert_ne!(why, "not written for this engine", "{address} on {backend}");
                    assert!(!why.is_empty(), "{address} on {backend}");
                    continue;
                }
                Err(failed) => panic!("{address} on {backend}: {failed}"),
            };
            let mut batch = |iterations| match cell.batch(BatchSpec::of(iterations, false)) {
                Ok(batch) => batch.elapsed,
                Err(astray) => panic!("{address} on {backend}: {astray}"),
            };
            let once = batch(1);
            if once < Duration::from_millis(20) && !benchmark.fresh {
                batch(3);
            }
        }
    }
}

#[test]
fn every_theme_has_a_bench_target() {
    let targets: Vec<_> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/benches"))
        .expect("there are benches")
        .filter_map(|entry| std::fs::read_to_string(entry.expect("it can be listed").path()).ok())
        .collect();
    // What is prepared of a user's module has no place there: criterion is given none.
    for benchmark in benchmark::all().filter(|known| !matches!(known.prepared, BenchmarkKind::Module(_))) {
        let theme = benchmark.id.split('/').next().unwrap_or_default();
        let count = targets.iter().filter(|target| target.contains(&format!("\"{theme}\""))).count();
        assert_eq!(count, 1, "{theme}");
    }
}

#[test]
fn generated_modules_do_the_same_on_every_backend() {
    for (functions, seed) in [(1, 0), (2, 1), (16, 2), (16, 3)] {
        let wasm = generated::functions(functions, seed);
        let mut came: Vec<(&str, Outcome)> = Vec::new();
        for (backend, subject) in subjects() {
            let mut instance = instance(&*subject, &wasm);
            let returned = instance.call("run", &[Value::I32(0), Value::I32(7)]);
            assert!(matches!(returned, Outcome::Returned(_)), "seed {seed} on {backend}: {returned}");
            came.push((backend, returned));
            let left = instance.call("run", &[Value::I32(3), Value::I32(7)]);
            assert_eq!(left, Outcome::Exited(ExitCode(3)), "seed {seed} on {backend}");
        }
        assert!(came.windows(2).all(|pair| pair[0].1 == pair[1].1), "seed {seed}: {came:?}");
    }
}

fn instance(subject: &dyn OpenBackend, wasm: &[u8]) -> Box<dyn Instance> {
    let host = |_: &Import, arguments: &[Value]| match arguments {
        [Value::I32(0)] => Ok(Vec::new()),
        [Value::I32(code)] => Err(ExitCode(*code as u32)),
        other => panic!("called with {other:?}"),
    };
    let module = subject.compile(wasm).unwrap_or_else(|error| panic!("{error:#}"));
    module.instantiate(Arc::new(host)).unwrap_or_else(|error| panic!("{error:#}"))
}
