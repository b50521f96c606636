//! Tests of the parsers of untrusted input: every parser accepts or rejects mutated input, and never panics.
//!
//! Each parser gets a few hundred inputs at most. `scripts/fuzz-parsers SECONDS` runs longer, and prints the number of inputs.
use std::cell::Cell;
use std::fs;
use std::time::{Duration, Instant};

use early_exit::analysis::break_even::Workload;
use early_exit::catalog::benchmark;
use early_exit::engine::embedding::{Interface, Invocation};
use early_exit::guest;
use early_exit::output::{csv, html, markdown, summary};
use early_exit::results::{Document, ReportSet};
use early_exit::run_module::{ExitAt, ModuleJob, Source};
use early_exit::sampling::batch::{Batch, BatchSpec};
use early_exit::sampling::cell::Counting;
use early_exit::worker::{Hello, ModuleTrial, Request, Response};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

/// Runs a parser on `usual` inputs, or on more until `EARLY_EXIT_FUZZ_SECONDS` have passed.
fn feed<S: Strategy>(parser: &str, usual: u32, inputs: S, take: impl Fn(S::Value)) {
    let until = std::env::var("EARLY_EXIT_FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let (until, started, count) = (Duration::from_secs(until.unwrap_or(0)), Instant::now(), Cell::new(0_u64));
    loop {
        let config = Config { failure_persistence: None, ..Config::default() };
        let cases = std::env::var_os("PROPTEST_CASES").map_or(usual, |_| config.cases);
        let config = Config { cases, ..config };
        let fed = TestRunner::new(config).run(&inputs, |input| {
            count.set(count.get() + 1);
            take(input);
            Ok(())
        });
        fed.unwrap_or_else(|found| panic!("{parser}: {found}"));
        if started.elapsed() >= until {
            break;
        }
    }
    eprintln!("{parser}: {} inputs in {:.1} s", count.get(), started.elapsed().as_secs_f64());
}

/// Valid bytes with up to five mutations.
fn mangled(good: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let mishap = (any::<Index>(), any::<Index>(), any::<u8>(), 0..6_u8);
    (prop::sample::select(good), prop::collection::vec(mishap, 0..6)).prop_map(|(mut bytes, mishaps)| {
        for (at, other, byte, kind) in mishaps {
            if bytes.is_empty() {
                break;
            }
            let (at, other) = (at.index(bytes.len()), other.index(bytes.len()));
            let (from, to) = (at.min(other), at.max(other));
            match kind {
                0 => bytes[at] = byte,
                1 => bytes[at] ^= 1 << (byte % 8),
                2 => bytes.truncate(at),
                3 => drop(bytes.drain(from..to.min(from + 16))),
                4 => bytes.insert(at, byte),
                _ => {
                    let again = bytes[from..to.min(from + 64)].to_vec();
                    bytes.splice(at..at, again);
                }
            }
        }
        bytes
    })
}

fn guests() -> Vec<Vec<u8>> {
    let texts = [guest::EARLY_EXIT, guest::TRAPS, guest::EXCEPTIONS, guest::SIMD, guest::WAYS_TO_CALL, guest::GROWING];
    texts.into_iter().map(guest::wasm).chain([guest::WASI_STYLE.to_vec(), guest::STACK_FRAMES.to_vec()]).collect()
}

#[test]
fn guests_of_any_bytes() {
    feed("guests' bytes", 400, mangled(guests()), |bytes| {
        if let Ok(interface) = Interface::read(&bytes) {
            for (name, _) in interface.functions() {
                let _ = Invocation::read(&interface, &[name.to_owned(), "1".into()]);
            }
        }
    });
}

#[test]
fn guests_of_any_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guest.wat");
    let texts = [guest::EARLY_EXIT, guest::TRAPS, guest::KERNELS, guest::EXCEPTIONS];
    feed("guests' text", 100, mangled(texts.map(|text| text.as_bytes().to_vec()).to_vec()), |text| {
        fs::write(&path, text).unwrap();
        if let Err(refused) = Source::open(path.to_str().unwrap()) {
            assert_eq!(format!("{refused:#}").lines().count(), 1, "{refused:#}");
        }
    });
}

#[test]
fn invocations_of_any_words() {
    let words = "[-+0-9a-fxn:_i.eE]{0,44}|null|nan:0x[0-9a-f]{1,20}|\\PC{0,12}";
    let word = proptest::string::string_regex(words).unwrap();
    let interface = Interface::read(&guest::wasm(
        "(module (func (export \"f\") (param i32)) (func (export \"g\") (param i64 f32)) \
         (func (export \"h\") (param f64 v128)) (func (export \"i\") (param externref funcref)))",
    ))
    .unwrap();
    let asked = (prop::sample::select(vec!["f", "g", "h", "i", "j"]), prop::collection::vec(word, 0..3));
    feed("invocations", 600, asked, |(name, mut words)| {
        words.iter().for_each(|word| drop(word.parse::<ExitAt>().map(|at| at.check(&interface))));
        words.insert(0, name.to_owned());
        if let Ok(Some(read)) = Invocation::read(&interface, &words) {
            // The options of the parsed invocation must parse to the same invocation.
            let typed = read.as_options().replace(" -- ", " ");
            let repeated: Vec<_> = typed.split(' ').skip(1).map(str::to_owned).collect();
            assert_eq!(Invocation::read(&interface, &repeated).unwrap().unwrap(), read);
        }
    });
}

/// Valid requests and responses of the worker protocol.
fn lines() -> Vec<Vec<u8>> {
    let job = ModuleJob { path: "guest.wasm".into(), invocation: None, exit_at: None, fuel: Some(7) };
    let cell_id = benchmark::CellId { benchmark: "unwind/typed".into(), at: Some(3), host_frames: 50 };
    let numbers = 3..28;
    let asks = [
        Request::RunScenario { scenario: "early-exit".into() },
        Request::LoadModule { job },
        Request::Prepare { cell_id, processor: None },
        Request::Sample { cell: 1, spec: BatchSpec { slices: 15, ..BatchSpec::of(100, true) } },
        Request::Fork,
        Request::Count { counting: Counting { warmup: 16, batches: vec![16, 32], injected_instructions: 5 } },
        Request::Join,
        Request::RunModules { seed: 9, numbers, features: Default::default() },
    ];
    let [elapsed, slice, delayed] = [77, 5, 1].map(Duration::from_nanos);
    let batch = Batch { elapsed, slice, delayed: Some(delayed), each: vec![slice] };
    let answers = [
        Response::Log { line: "Exited early with exit code: 1".into() },
        Response::Error { unsupported: true, reason: "no".into() },
        Response::Prepared { cell: 3, metrics: vec![("artifact bytes".into(), 7.5)] },
        Response::Sampled { batch },
        Response::Forked,
        Response::Counted,
        Response::ModulesDone { next: 28 },
    ];
    let trial = ModuleTrial { number: 3, digest: Some(u64::MAX), calls: [3, 1] };
    let mut lines: Vec<_> = asks.iter().map(|ask| serde_json::to_vec(ask).unwrap()).collect();
    lines.extend(answers.iter().map(|answer| serde_json::to_vec(answer).unwrap()));
    lines.push(serde_json::to_vec(&trial).unwrap());
    lines
}

#[test]
fn lines_of_any_worker() {
    feed("workers' lines", 600, mangled(lines()), |line| {
        let _ = serde_json::from_slice::<Hello>(&line);
        let _ = serde_json::from_slice::<ModuleTrial>(&line);
        // Accepted lines must survive a round trip.
        if let Ok(answer) = serde_json::from_slice::<Response>(&line) {
            let said = serde_json::to_string(&answer).unwrap();
            assert_eq!(serde_json::to_string(&serde_json::from_str::<Response>(&said).unwrap()).unwrap(), said);
        }
        if let Ok(ask) = serde_json::from_slice::<Request>(&line) {
            assert_eq!(serde_json::from_str::<Request>(&serde_json::to_string(&ask).unwrap()).unwrap(), ask);
        }
    });
}

/// The JSON pointers of all values in a document.
fn places(value: &Value, at: &str, places: &mut Vec<String>) {
    places.push(at.to_owned());
    match value {
        Value::Array(values) => {
            values.iter().enumerate().for_each(|(n, value)| self::places(value, &format!("{at}/{n}"), places));
        }
        Value::Object(values) => {
            let escaped = |key: &String| key.replace('~', "~0").replace('/', "~1");
            values.iter().for_each(|(key, value)| self::places(value, &format!("{at}/{}", escaped(key)), places));
        }
        _ => {}
    }
}

/// Unexpected values to insert into a document.
fn oddities() -> impl Strategy<Value = Value> {
    let words =
        ["", "native", "wasmer", "\u{202e}\u{7}<script>&", "../../..", "1e999"].map(|word| serde_json::json!(word));
    let numbers = [0.0, -1.0, 0.5, 1e-300, 1e300, 4_294_967_296.0].map(|number| serde_json::json!(number));
    let whole = [0_u64, 1, 255, u64::MAX].map(|number| serde_json::json!(number));
    let others =
        [Value::Null, serde_json::json!(true), serde_json::json!([]), serde_json::json!({}), serde_json::json!([0])];
    prop::sample::select([words.to_vec(), numbers.to_vec(), whole.to_vec(), others.to_vec()].concat())
}

#[test]
fn reports_with_anything_anywhere() {
    let fixtures = ["tests/fixtures/report.json", "tests/fixtures/check.json"];
    let documents: Vec<Value> =
        fixtures.iter().map(|path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()).collect();
    let all: Vec<Vec<String>> = documents
        .iter()
        .map(|document| {
            let mut all = Vec::new();
            places(document, "", &mut all);
            all
        })
        .collect();
    let job = Workload { kernel: benchmark::execute::FIB.id.into(), exits: 1, functions: None };
    let mishaps = prop::collection::vec((any::<Index>(), oddities()), 1..3);
    feed("report files", 24, (0..documents.len(), mishaps), |(which, mishaps)| {
        let mut document = documents[which].clone();
        for (place, oddity) in mishaps {
            let place = place.get(&all[which]);
            if let Some(value) = document.pointer_mut(place) {
                *value = oddity;
            }
        }
        let Ok(read) = Document::parse(&document.to_string()) else { return };
        // Every output format must render an accepted document.
        let mut report_set = ReportSet::default();
        report_set.add(read);
        let drawn =
            [summary::shown(&report_set, &job), markdown::page(&report_set, &job), html::page(&report_set, &job)];
        assert!(drawn.iter().all(|drawn| !drawn.is_empty()));
        csv::rows(&report_set);
    });
}

#[test]
fn report_files_of_any_bytes() {
    let good = fs::read("tests/fixtures/check.json").unwrap();
    feed("report files' bytes", 100, mangled(vec![good, b"{\"version\":1}".to_vec()]), |bytes| {
        if let Err(refused) = Document::parse(&String::from_utf8_lossy(&bytes)) {
            assert_eq!(format!("{refused:#}").lines().count(), 1, "{refused:#}");
        }
    });
}
