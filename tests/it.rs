//! The integration tests: one binary, one file per command or subject.
mod bad_input;
mod benchmarks;
mod calibrate;
#[cfg(unix)]
mod cases;
mod check;
mod check_soak;
#[cfg(unix)]
mod check_spec;
mod compare;
mod documented_commands;
mod fuzz;
mod guests;
mod hostile_names;
mod instructions;
#[cfg(target_os = "linux")]
mod interruption;
#[cfg(all(unix, feature = "c-api"))]
mod library;
mod list;
mod measure;
mod page;
mod parsers;
mod report;
mod run;
#[cfg(any(feature = "cranelift", feature = "llvm", feature = "singlepass", feature = "wasmi", feature = "wasmtime"))]
mod run_file;
#[cfg(unix)]
#[cfg(any(feature = "cranelift", feature = "llvm", feature = "singlepass", feature = "wasmi", feature = "wasmtime"))]
mod run_limits;
mod stoppable;
mod stopping_page;
#[cfg(unix)]
mod supervisor;
mod verbs;

use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use early_exit::engine::known_issue;
use early_exit::engine::known_issue::CheckKind;
use early_exit::results::Report;
use tempfile::TempDir;

/// The program, as built for these tests.
const EARLY_EXIT: &str = env!("CARGO_BIN_EXE_early-exit");

/// The program with arguments, without environment variables that change its output.
fn early_exit(arguments: &[&str]) -> Command {
    let mut command = Command::new(EARLY_EXIT);
    command.args(arguments).env_remove("CLICOLOR_FORCE").env_remove("RUST_BACKTRACE");
    command
}

/// The stdout of a run of the program.
fn stdout(arguments: &[&str]) -> String {
    let output = early_exit(arguments).output().expect("the program can be started");
    String::from_utf8(output.stdout).expect("it prints text")
}

/// The JSON that a command printed.
fn json<T: serde::de::DeserializeOwned>(output: &Output) -> T {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// The stderr of a command that must exit with 2, without a result or a panic.
fn rejected(arguments: &[&str]) -> String {
    let output = early_exit(arguments).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    assert!(error.starts_with("error: ") && !error.contains("panicked"), "{error}");
    error
}

/// The stderr of a command that must exit with 2 and an error of one line.
fn rejected_in_one_line(arguments: &[&str]) -> String {
    let error = rejected(arguments);
    assert_eq!(error.lines().count(), 1, "{error}");
    error
}

/// The path of a file in a new folder, which must outlive its use.
fn temporary(name: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name).to_str().unwrap().to_owned();
    (folder, path)
}

/// As [`temporary`], with content.
fn written(name: &str, content: impl AsRef<[u8]>) -> (TempDir, String) {
    let (folder, path) = temporary(name);
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

/// The report and the stdout of a measuring command, which must succeed.
fn reported(arguments: &[&str]) -> (Report, String) {
    let (_folder, file) = temporary("report.json");
    let output = early_exit(arguments).args(["-o", &file]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!Path::new(&format!("{file}.journal")).exists(), "the journal goes when the report is whole");
    (Report::read(file.as_ref()).unwrap(), String::from_utf8(output.stdout).unwrap())
}

/// The backends of this build, without the native baseline.
fn here() -> Vec<&'static str> {
    early_exit::engine::here().map(|backend| backend.name).collect()
}

/// Tests that `docs/scenarios.md` has the number of scenarios per theme, and every scenario with a known issue.
#[test]
fn the_page_of_scenarios_counts_them_as_they_are() {
    let page = include_str!("../docs/scenarios.md");
    let theme = |id: &'static str| id.split_once('/').map_or("", |(theme, _)| theme);
    let scenarios: Vec<_> = early_exit::catalog::scenario::all().filter(|scenario| !scenario.on_request).collect();
    for scenario in &scenarios {
        let count = scenarios.iter().filter(|other| theme(other.id) == theme(scenario.id)).count();
        let named = if theme(scenario.id).is_empty() { String::new() } else { format!(" `{}/`", theme(scenario.id)) };
        let row = format!("|{named} | {count} | ");
        assert!(page.contains(&row), "docs/scenarios.md has no row that begins with `{row}`");
    }
    for excuse in known_issue::known_issues().flat_map(|issue| issue.excuses) {
        let told = excuse.check != CheckKind::Scenario || page.contains(&format!("`{}`", excuse.subject));
        assert!(told, "{} is not in docs/scenarios.md", excuse.subject);
    }
}
