//! The integration tests: one binary, a file a verb, and one for the supervisor.
mod bad_input;
mod benchmarks;
mod check;
mod guests;
mod list;
mod measure;
mod run;
#[cfg(unix)]
mod supervisor;

use assert_cmd::Command;

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
    early_exit::backend::here().map(|backend| backend.name).collect()
}
