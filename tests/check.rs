//! Tests of `check`: the full matrix, and every verdict by fault injection.
use std::collections::HashSet;

use early_exit::catalog::scenario;
use early_exit::engine;
use early_exit::engine::known_issue::{CheckKind, excuses};
use early_exit::results::{CheckResult, Verdict};

use crate::{early_exit, here, json};

fn check(arguments: &[&str]) -> (CheckResult, i32) {
    let output = early_exit(&[&["check", "--json"], arguments].concat()).output().unwrap();
    (json(&output), output.status.code().expect("it was not killed"))
}

/// Tests the full matrix of scenarios and backends.
#[test]
fn everything_holds_or_is_a_documented_divergence() {
    if here().is_empty() {
        return;
    }
    let (check_result, status) = check(&[]);
    let bad: Vec<_> = check_result.results.iter().filter(|played| played.verdict.is_bad()).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    assert_eq!(status, 0);

    let labels: Vec<_> = check_result.variants.iter().map(|variant| variant.label.as_str()).collect();
    assert_eq!(labels, here());
    assert_eq!(check_result.absent.len(), engine::ALL.iter().filter(|backend| !backend.is_here()).count());
    let cells: HashSet<_> =
        check_result.results.iter().map(|played| (played.scenario.as_str(), played.variant)).collect();
    let scenarios: Vec<_> = scenario::all().filter(|scenario| !scenario.on_request).collect();
    assert_eq!(cells.len(), scenarios.len() * labels.len(), "every scenario on every backend");
    for played in &check_result.results {
        if played.verdict == Verdict::Passed {
            let scenario = scenario::find(&played.scenario).unwrap();
            assert_eq!(scenario.deviation(&played.transcript), None, "{} passed by its transcript", scenario.id);
        }
    }
}

/// Tests that each line of an expected transcript can fail: a transcript in which one line is removed or changed must deviate
/// from the expected transcript.
#[test]
fn every_expected_line_matters() {
    let Some(backend) = here().into_iter().next() else { return };
    let (check_result, _) = check(&["--backend", backend]);
    for played in check_result.results.iter().filter(|played| played.verdict == Verdict::Passed) {
        let scenario = scenario::find(&played.scenario).unwrap();
        assert!(!scenario.expect.is_empty(), "{} expects nothing", scenario.id);
        for line in 0..played.transcript.len() {
            let mut missing = played.transcript.clone();
            missing.remove(line);
            assert!(scenario.deviation(&missing).is_some(), "{} does not miss its line {}", scenario.id, line + 1);
            let mut other = played.transcript.clone();
            other[line] = "something else came".into();
            assert!(scenario.deviation(&other).is_some(), "{} takes anything for line {}", scenario.id, line + 1);
        }
    }
}

#[test]
fn each_fault_costs_its_own_verdict() {
    for backend in here() {
        let (check_result, status) = check(&["--backend", backend, "--filter", "fault/*", "--filter", "early-exit"]);
        assert_eq!(status, 1);
        let word = |id: &str| {
            let played = check_result.results.iter().find(|played| played.scenario == id);
            played.unwrap_or_else(|| panic!("{id} was not played")).verdict.clone()
        };
        assert!(matches!(word("fault/abort"), Verdict::Crashed { reason } if reason.contains("signal 6")));
        // A panic that cannot propagate through an engine ends the process. This is a known issue, and still a crash.
        let ends_the_process = excuses(backend, CheckKind::Scenario).any(|(_, known)| known.subject == "panic/payload");
        let so = if ends_the_process { "signal 6" } else { "panicked: " };
        assert!(
            matches!(word("fault/panic"), Verdict::Crashed { reason } if reason.contains(so) && reason.contains("the host function panicked with"))
        );
        assert!(matches!(word("fault/hang"), Verdict::TimedOut { limit } if limit.starts_with("no answer within")));
        assert!(matches!(word("fault/memory"), Verdict::OverMemory { limit } if limit.contains("MiB")));
        assert!(matches!(word("fault/wrong-code"), Verdict::Failed { .. }));
        assert_eq!(word("fault/print"), Verdict::Passed, "what a host function prints does not garble the protocol");
        assert_eq!(word("early-exit"), Verdict::Passed);
    }
}

#[test]
fn faults_are_injected_on_request_only() {
    for backend in here().into_iter().take(1) {
        let (check_result, _) = check(&["--backend", backend, "--filter", "*exit"]);
        assert!(!check_result.results.is_empty());
        assert!(check_result.results.iter().all(|played| !played.scenario.starts_with("fault/")));
    }
}

/// An option of a backend with one of its values.
fn setting(backend: &str) -> String {
    let backend = early_exit::engine::ALL.iter().find(|known| known.name == backend).unwrap();
    let (key, values) = backend.options().swap_remove(0);
    format!("{key}={}", values[0])
}

#[test]
fn options_make_a_variant() {
    for backend in here() {
        let spec = format!("{backend}:{}", setting(backend));
        let (check_result, status) = check(&["--backend", &spec, "--backend", backend, "--filter", "early-exit"]);
        assert_eq!(status, 0);
        let labels: Vec<_> = check_result.variants.iter().map(|variant| variant.label.clone()).collect();
        assert_eq!(labels, [spec, backend.to_owned()]);
    }
}

#[test]
fn the_table_names_every_scenario_and_counts_the_cells() {
    for backend in here().into_iter().take(1) {
        let output = early_exit(&["check", "--backend", backend, "--filter", "early-exit"]).assert().success();
        let shown = String::from_utf8_lossy(&output.get_output().stdout).into_owned();
        assert!(shown.starts_with(&format!("scenario    {backend}")), "{shown}");
        assert!(shown.contains("\nearly-exit  passed"), "{shown}");
        assert!(shown.contains("\n1 cells: 1 passed\n"), "{shown}");
    }
}

/// Wasmtime's backtrace option determines the number of frames in an error. Exits do not depend on it.
#[test]
fn exits_do_not_depend_on_the_backtrace() {
    let backtraces = ["off", "all"];
    let wasmtime = here().into_iter().filter(|backend| backend.starts_with("wasmtime-"));
    let specs: Vec<_> =
        wasmtime.flat_map(|backend| backtraces.map(|value| format!("{backend}:backtrace={value}"))).collect();
    if specs.is_empty() {
        return;
    }
    let themes = ["exit/*", "catch/*", "nesting/*", "depth/*", "trap/*"];
    let specs = specs.iter().flat_map(|spec| ["--backend", spec]);
    let filters = themes.iter().flat_map(|theme| ["--filter", theme]);
    let (check_result, status) = check(&specs.chain(filters).collect::<Vec<_>>());
    let fine = |verdict: &Verdict| matches!(verdict, Verdict::Passed | Verdict::Unsupported { .. });
    let bad: Vec<_> = check_result.results.iter().filter(|played| !fine(&played.verdict)).collect();
    assert!(bad.is_empty() && status == 0, "{bad:#?}");
    for theme in themes {
        let played =
            |played: &&early_exit::results::ScenarioResult| played.scenario.starts_with(&theme[..theme.len() - 1]);
        let passed =
            check_result.results.iter().filter(played).filter(|played| played.verdict == Verdict::Passed).count();
        assert!(passed >= 2 * backtraces.len(), "{theme}: {passed}");
    }
}
