//! The integration tests: one binary, a file a verb, and one for the supervisor.
mod bad_input;
mod benchmarks;
mod calibrate;
#[cfg(unix)]
mod cases;
mod check;
mod check_random;
mod check_soak;
#[cfg(unix)]
mod check_spec;
mod compare;
mod doors;
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
mod report;
mod run;
#[cfg(any(feature = "cranelift", feature = "llvm", feature = "singlepass", feature = "wasmi", feature = "wasmtime"))]
mod run_file;
#[cfg(unix)]
#[cfg(any(feature = "cranelift", feature = "llvm", feature = "singlepass", feature = "wasmi", feature = "wasmtime"))]
mod run_limits;
#[cfg(unix)]
mod supervisor;
mod verbs;

use assert_cmd::Command;
use early_exit::engine::known_issue;
use early_exit::engine::known_issue::CheckKind;

/// The program, as built for these tests.
const EARLY_EXIT: &str = env!("CARGO_BIN_EXE_early-exit");

/// The program with arguments, in an environment that lends it no terminal.
fn early_exit(arguments: &[&str]) -> Command {
    let mut command = Command::new(EARLY_EXIT);
    command.args(arguments).env_remove("CLICOLOR_FORCE").env_remove("RUST_BACKTRACE");
    command
}

/// What a run of the program printed to stdout.
fn stdout(arguments: &[&str]) -> String {
    let output = early_exit(arguments).output().expect("the program can be started");
    String::from_utf8(output.stdout).expect("it prints text")
}

/// The backends of this build that are no floor.
fn here() -> Vec<&'static str> {
    early_exit::engine::here().map(|backend| backend.name).collect()
}

/// The README's table of themes is that of the catalogue.
#[test]
fn the_readme_counts_the_scenarios_as_they_are() {
    let readme = include_str!("../README.md");
    let theme = |id: &'static str| id.split_once('/').map_or("", |(theme, _)| theme);
    let scenarios: Vec<_> = early_exit::catalog::scenario::all().filter(|scenario| !scenario.drill).collect();
    for scenario in &scenarios {
        let count = scenarios.iter().filter(|other| theme(other.id) == theme(scenario.id)).count();
        let named = if theme(scenario.id).is_empty() { String::new() } else { format!(" `{}/`", theme(scenario.id)) };
        let row = format!("|{named} | {count} | ");
        assert!(readme.contains(&row), "the README has no row that begins with `{row}`");
    }
    for excuse in known_issue::known_issues().flat_map(|issue| issue.excuses) {
        let told = excuse.check != CheckKind::Scenario || readme.contains(&format!("| `{}` |", excuse.subject));
        assert!(told, "{} is not in the README", excuse.subject);
    }
}
