//! Tests of the mechanisms that can stop a guest: their options, and `measure --stoppable`.
use std::fs;
use std::path::Path;

use early_exit::analysis::stopping;
use early_exit::catalog::mechanism::WITH_OPTION;
use early_exit::engine;
use early_exit::results::Report;

use crate::{early_exit, here, rejected, stdout};

/// Each backend of this build with each mechanism that its options can enable.
fn variants() -> Vec<String> {
    let of = |backend: &'static engine::Backend| {
        let options: Vec<_> = backend.options().into_iter().map(|(key, _)| key).collect();
        let has = move |option: &&str| options.contains(option);
        let on = WITH_OPTION.iter().filter_map(|mechanism| mechanism.option).filter(has);
        on.map(|option| format!("{}:{option}=on", backend.name)).collect::<Vec<_>>()
    };
    engine::here().flat_map(of).collect()
}

#[test]
fn every_backend_has_a_mechanism_and_names_its_options_when_asked_for_another() {
    for backend in engine::here() {
        assert!(variants().iter().any(|variant| variant.starts_with(backend.name)), "{}", backend.name);
        let error = rejected(&["check", "--backend", &format!("{}:timeout=on", backend.name)]);
        let has = |(key, _): &engine::ListedOption| error.contains(key);
        assert!(error.contains("no option `timeout` here") && backend.options().iter().all(has), "{error}");
    }
}

/// An enabled mechanism does not stop a guest by itself, because the default budget and deadline suffice for every guest.
#[test]
fn guests_run_and_exit_with_every_mechanism_on() {
    for variant in variants() {
        let filters = ["--filter", "exit/typed", "--filter", "stop/*", "--filter", "interrupt/loop-of-arithmetic"];
        let output = early_exit(&[&["check", "--backend", &variant], &filters[..]].concat()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{variant}: {said}");
    }
}

#[test]
fn a_backend_is_measured_with_and_without_its_mechanisms() {
    let Some(backend) = here().pop() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stoppable.json");
    let file = file.to_str().unwrap();
    let filters = ["--filter", "execute/tight", "--filter", "stop/budget-loop", "--filter", "stop/deadline-loop"];
    let shown = stdout(
        &[
            &["measure", "--stoppable", "--backend", backend, "--budget", "10", "--launches", "3", "-o", file],
            &filters[..],
        ]
        .concat(),
    );
    let report = Report::read(Path::new(file)).unwrap();
    let backends = stopping::backends(&report);
    assert_eq!(backends.len(), 1, "{shown}");
    let on_a_budget = backends[0].rows.iter().find(|row| row.stops[0].is_some() && row.past.is_some());
    let row = on_a_budget.unwrap_or_else(|| panic!("no budget was timed: {shown}"));
    let stops = row.stops[0].unwrap();
    assert!(stops.median > 0.0 && stops.median <= stops.max && stops.count > 3, "{stops:?}");
    assert!(row.slowdowns[0].is_some(), "{shown}");
    assert!(shown.contains("loop: median") && shown.contains("deadline in an import"), "{shown}");
    let page = folder.path().join("page.html");
    stdout(&["report", file, "--format", "html", "-o", page.to_str().unwrap()]);
    assert!(fs::read_to_string(page).unwrap().contains("To stop a guest"));
    assert!(stdout(&["report", file, "--format", "markdown"]).contains("### To stop a guest"));
}
