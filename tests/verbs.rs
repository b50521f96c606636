//! Tests of every subcommand with all backends of this build, together and alone, since the largest build may behave
//! differently from a build with two backends.
use crate::{early_exit, here, stdout, temporary, written};

/// The backends of each run: each alone, then all together.
fn selections() -> Vec<Vec<&'static str>> {
    let all = here();
    let single = all.iter().map(|backend| vec![*backend]);
    let mut selections: Vec<_> = single.collect();
    if all.len() > 1 {
        selections.push(all);
    }
    selections
}

/// Runs a command with each selection of backends. The command exits with 0 and names each backend of several on
/// stdout.
fn succeeds(arguments: &[&str]) {
    for backends in selections() {
        let options: Vec<_> = backends.iter().flat_map(|backend| ["--backend", backend]).collect();
        let output = early_exit(arguments).args(&options).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?} {options:?}: {stderr}");
        let stdout = String::from_utf8_lossy(&output.stdout);
        for backend in backends.iter().filter(|_| backends.len() > 1) {
            assert!(stdout.contains(backend), "{arguments:?} {options:?}: {stdout}");
        }
    }
}

/// A file with a guest that calls an import; the folder must outlive its use.
fn guest() -> (tempfile::TempDir, String) {
    written("guest.wat", r#"(module (import "env" "stop" (func $stop)) (func (export "_start") call $stop))"#)
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
    let (_folder, guest) = guest();
    let (_folder, report) = temporary("report.json");
    let options: Vec<_> = all.iter().flat_map(|backend| ["--backend", backend]).collect();
    // A budget that suffices for three launches on a busy machine.
    let mut command = early_exit(&["measure", "--module", &guest, "--exit-at", "stop", "--launches", "3"]);
    let output = command.args(["--budget", "30", "-o", &report]).args(&options).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = stdout(&["report", &report]);
    assert!(all.iter().all(|backend| text.contains(backend)), "{text}");
}

#[test]
fn a_feature_that_a_backend_does_not_claim_is_unsupported_and_not_a_failure() {
    // The module runs on all backends, and is measured on the one that lacks the feature.
    let unsupported = |lacking: &str, text: &str| {
        let (_folder, path) = written("guest.wat", text);
        let mut commands = vec![vec!["run", &path]];
        if here().contains(&lacking) {
            let measure = ["measure", "--module", &path, "--launches", "1", "--filter", "module/compile"];
            commands.push([&measure[..], &["--backend", lacking]].concat());
        }
        for arguments in commands {
            let output = early_exit(&arguments).output().unwrap();
            let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(here().is_empty() || output.status.success(), "{arguments:?}: {stdout}");
            assert!(!stdout.contains("FAILED") && !stdout.contains("disagree"), "{arguments:?}: {stdout}");
            assert!(!here().contains(&lacking) || stdout.contains("n/a"), "{arguments:?}: {stdout}");
        }
    };
    unsupported("cranelift", "(module (memory i64 1) (func (export \"_start\")))");
    // Singlepass claims SIMD, but does not support it, which is a known issue.
    unsupported("singlepass", "(module (func (export \"_start\") (drop (i32x4.splat (i32.const 1)))))");
}

/// As in `run`, an exit or a trap in a start function is no failure; there is no instance to time.
#[test]
fn a_start_function_that_does_not_return_has_no_times() {
    let Some(backend) = here().into_iter().next() else { return };
    let exit = r#"(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (func $start (call $exit (i32.const 3))) (start $start) (func (export "_start"))"#;
    let trap = r#"(memory 0) (data (i32.const 0) "x") (func (export "_start"))"#;
    for (module, expected) in [(exit, "exit code: 3"), (trap, "out of bounds memory access")] {
        let (_folder, path) = written("guest.wat", format!("(module {module})"));
        let measure = ["measure", "--module", &path, "--launches", "1", "--backend", backend];
        let shown = stdout(&[&measure[..], &["--filter", "module/instantiate", "--filter", "module/call"]].concat());
        assert!(shown.contains("n/a") && shown.contains(expected) && !shown.contains("FAILED"), "{shown}");
    }
}

/// Wasmtime takes the instructions, but a host must enable shared memories.
#[test]
fn a_shared_memory_that_the_host_does_not_enable_is_unsupported() {
    for memory in ["(memory 1 1 shared)", "(import \"env\" \"m\" (memory 1 1 shared))"] {
        let (_folder, path) = written("guest.wat", format!("(module {memory} (func (export \"_start\")))"));
        for backend in here().into_iter().filter(|backend| backend.starts_with("wasmtime")) {
            let shown = stdout(&["run", &path, "--backend", backend]);
            assert!(shown.contains("n/a") && !shown.contains("FAILED"), "{memory}: {shown}");
        }
    }
}
