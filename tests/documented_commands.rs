//! Tests that the program accepts the commands in the README and the documentation, and runs those that do not measure.
use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser;
use early_exit::cli::{Cli, Command};
use early_exit::engine::BackendSpec;

use crate::{EARLY_EXIT, early_exit, here};

/// A command of this program in a page, as the words after the program's name.
struct DocumentedCommand {
    place: String,
    words: Vec<String>,
}

/// All commands of this program in the pages, without those of other programs.
fn commands() -> Vec<DocumentedCommand> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let pages = docs.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let mut commands = Vec::new();
    for page in pages.chain(["README.md", "CONTRIBUTING.md"].map(|name| root.join(name))) {
        let text = fs::read_to_string(&page).unwrap();
        for (n, line) in text.lines().enumerate() {
            let Some(line) = line.strip_prefix("$ ") else { continue };
            let mut words = shlex::split(line).unwrap_or_else(|| panic!("{}:{}: {line}", page.display(), n + 1));
            // Redirections and pipes are not arguments.
            if let Some(end) = words.iter().position(|word| matches!(word.as_str(), ">" | "|")) {
                words.truncate(end);
            }
            let arguments = match words.first().map(String::as_str) {
                Some("early-exit") => words.split_off(1),
                Some("cargo") if words[1] == "run" => match words.iter().position(|word| word == "--") {
                    Some(end) => words.split_off(end + 1),
                    None => continue,
                },
                _ => continue,
            };
            commands.push(DocumentedCommand { place: format!("{}:{}", page.display(), n + 1), words: arguments });
        }
    }
    assert!(commands.len() > 20, "only {} commands were found", commands.len());
    commands
}

#[test]
fn every_documented_command_is_accepted() {
    for DocumentedCommand { place, words } in commands() {
        let parsed = Cli::try_parse_from(["early-exit"].into_iter().chain(words.iter().map(String::as_str)));
        // Clap also returns `--help` and `--version` as errors.
        let refused = parsed.err().filter(|error| error.use_stderr());
        assert!(refused.is_none(), "{place}: {}", refused.unwrap());
    }
}

/// A folder in which the relative paths of the pages exist: files of the checkout, and reports.
#[cfg(unix)]
fn workplace() -> tempfile::TempDir {
    let (root, folder) = (Path::new(env!("CARGO_MANIFEST_DIR")), tempfile::tempdir().unwrap());
    let link = |to: PathBuf, name: &str| std::os::unix::fs::symlink(to, folder.path().join(name)).unwrap();
    for name in ["docs", "tests", "guests"] {
        link(root.join(name), name);
    }
    for report in ["results.json", "old.json", "new.json", "linux.json", "mac.json", "times.json"] {
        link(root.join("tests/fixtures/report.json"), report);
    }
    link(root.join("tests/fixtures/check.json"), "verdicts.json");
    folder
}

/// Whether a command can be run here: it takes seconds, names files that exist, and backends of this build.
#[cfg(unix)]
fn runs_here(words: &[String], folder: &Path) -> bool {
    let cli = Cli::try_parse_from(["early-exit"].into_iter().chain(words.iter().map(String::as_str))).unwrap();
    let backends = match &cli.command {
        Some(Command::Run(run)) if run.what.to_string_lossy().contains('.') => {
            if !folder.join(&run.what).exists() {
                return false;
            }
            run.choice.backends.as_slice()
        }
        Some(Command::Run(run)) => run.choice.backends.as_slice(),
        Some(Command::Compare(compare)) if !compare.files.is_empty() => &[],
        Some(Command::Report(_) | Command::List(_)) => return true,
        _ => return false,
    };
    let has = |spec: &BackendSpec| here().contains(&spec.name());
    !here().is_empty() && backends.iter().all(has)
}

#[cfg(unix)]
#[test]
fn documented_commands_run() {
    let folder = workplace();
    let mut ran = 0;
    for DocumentedCommand { place, words } in commands() {
        if !runs_here(&words, folder.path()) {
            continue;
        }
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        let output = early_exit(&words).current_dir(folder.path()).output().expect("the program can be started");
        let status = output.status.code();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            matches!(status, Some(0 | 1)),
            "{place}: `early-exit {}` ended with {status:?}: {said}",
            words.join(" ")
        );
        ran += 1;
    }
    assert!(ran >= 3, "only {ran} commands were run by {EARLY_EXIT}");
}
