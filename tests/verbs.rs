//! Every verb with all backends of this build, together and each alone: what holds for two need not hold for the widest
//! build.
use std::fs;

use crate::{early_exit, here, stdout};

/// The backends of each run: all together, then each alone.
fn choices() -> Vec<Vec<&'static str>> {
    let all = here();
    let alone = all.iter().map(|backend| vec![*backend]);
    let mut choices: Vec<_> = alone.collect();
    if all.len() > 1 {
        choices.push(all);
    }
    choices
}

/// Runs a verb with each choice of backends; it ends with 0, and its stdout names each of them where there are several.
fn succeeds(arguments: &[&str]) {
    for backends in choices() {
        let chosen: Vec<_> = backends.iter().flat_map(|backend| ["--backend", backend]).collect();
        let output = early_exit(arguments).args(&chosen).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?} {chosen:?}: {told}");
        let shown = String::from_utf8_lossy(&output.stdout);
        for backend in backends.iter().filter(|_| backends.len() > 1) {
            assert!(shown.contains(backend), "{arguments:?} {chosen:?}: {shown}");
        }
    }
}

/// A guest that calls an import, and a folder for it.
fn guest() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guest.wat");
    let text = r#"(module (import "env" "stop" (func $stop)) (func (export "_start") call $stop))"#;
    fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

#[test]
fn run_succeeds_with_all_backends_and_with_each_alone() {
    succeeds(&["run"]);
}

#[test]
fn run_of_a_module_succeeds_with_all_backends_and_with_each_alone() {
    let (_folder, guest) = guest();
    succeeds(&["run", &guest]);
    succeeds(&["run", &guest, "--exit-at", "stop"]);
}

#[test]
fn check_succeeds_with_all_backends_and_with_each_alone() {
    succeeds(&["check", "--filter", "exit/*"]);
}

#[test]
fn measure_of_a_module_succeeds_and_is_reported_with_all_backends() {
    let all = here();
    if all.is_empty() {
        return;
    }
    let (folder, guest) = guest();
    let report = folder.path().join("report.json");
    let report = report.to_str().unwrap();
    let chosen: Vec<_> = all.iter().flat_map(|backend| ["--backend", backend]).collect();
    // Three launches, and a budget that is enough for them on a busy machine.
    let mut command = early_exit(&["measure", "--module", &guest, "--exit-at", "stop", "--launches", "3"]);
    let output = command.args(["--budget", "30", "-o", report]).args(&chosen).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let shown = stdout(&["report", report]);
    assert!(all.iter().all(|backend| shown.contains(backend)), "{shown}");
}

#[test]
fn a_feature_that_a_backend_never_claimed_is_unsupported_and_fails_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("memory64.wat");
    fs::write(&path, "(module (memory i64 1) (func (export \"_start\")))").unwrap();
    let output = early_exit(&["run", path.to_str().unwrap()]).output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    if !here().is_empty() {
        assert_eq!(output.status.code(), Some(0), "{shown}");
    }
    assert!(!shown.contains("FAILED") && !shown.contains("disagree"), "{shown}");
    if here().contains(&"cranelift") {
        assert!(shown.contains("n/a"), "Wasmer has no 64-bit memories: {shown}");
    }
}
