//! `run FILE` on the modules of `tests/cases`, each with its expected outcome on every backend.
//!
//! With `EARLY_EXIT_LIBRARIES=PATH:PATH`, the modules run on these C API libraries, and unobserved known issues are accepted.
use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use early_exit::catalog::scenario::matches;
use early_exit::engine::known_issue::{CheckKind, excuses, explanation};
use early_exit::results::Verdict;
use early_exit::run_module::Step;
use early_exit::run_module::result::{BackendRun, ModuleRun};

use crate::{early_exit, here};

/// One `run FILE` with its expected outcomes.
#[derive(Debug, PartialEq)]
struct Play {
    file: PathBuf,
    arguments: String,
    /// The expected outcomes, separated by ` | `, and optionally the number of import calls: `; 1 call`.
    right: String,
}

/// The result of a play on one backend.
struct Played<'a> {
    play: &'a Play,
    backend: String,
    /// The observed outcome; `None` if the module needs a feature that the backend does not claim.
    observed: Option<String>,
}

impl Play {
    /// The name of the play in known issues.
    fn subject(&self) -> String {
        let stem = self.file.file_stem().unwrap_or_default().to_string_lossy();
        format!("{stem} {}", self.arguments).trim_end().to_owned()
    }

    /// Whether an observed outcome is expected.
    fn is_right(&self, observed: &str) -> bool {
        let (outcomes, calls) = match self.right.rsplit_once("; ") {
            Some((outcomes, calls)) => (outcomes, format!("; {calls}")),
            None => (self.right.as_str(), "; [..]".to_owned()),
        };
        outcomes.split(" | ").any(|outcome| matches(&format!("{outcome}{calls}"), observed))
    }

    /// Runs the module on all backends of this build, or on the chosen libraries.
    fn run(&self) -> Vec<Played<'_>> {
        let mut command = early_exit(&["run"]);
        command.arg(&self.file).arg("--json");
        if let Some(libraries) = env::var_os("EARLY_EXIT_LIBRARIES") {
            command.args(["--backend", "c-api"]);
            command.args(env::split_paths(&libraries).flat_map(|path| ["--library".into(), path.into_os_string()]));
        }
        let output = command.args(self.arguments.split_whitespace()).output().expect("the program can be started");
        let ran: ModuleRun = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{}: {error}: {}", self.subject(), String::from_utf8_lossy(&output.stderr)));
        let rows = ran.variants.into_iter().zip(&ran.rows);
        rows.map(|(variant, row)| Played { play: self, backend: variant.label, observed: observed(row) }).collect()
    }
}

/// The outcome or the failed step of a module on a backend, with the number of import calls. `None` if the module needs a
/// feature that the backend does not claim.
fn observed(row: &BackendRun) -> Option<String> {
    let never = |step: &Step| matches!(step, Step::Validate | Step::Compile);
    if row.steps.iter().any(|taken| never(&taken.step) && matches!(taken.verdict, Verdict::Unsupported { .. })) {
        return None;
    }
    let last = row.steps.last()?;
    let end = match &row.outcome {
        Some(outcome) => outcome.to_string(),
        None if last.verdict == Verdict::Passed => "instantiated".into(),
        None => return Some(format!("{}: {}", last.step, last.verdict)),
    };
    let made = row.calls.as_ref().map_or(0, |calls| calls.made);
    Some(format!("{end}; {made} {}", if made == 1 { "call" } else { "calls" }))
}

/// The plays in the comments of a module.
fn plays(file: &Path, text: &str) -> Vec<Play> {
    let (mut plays, mut open) = (Vec::new(), Vec::new());
    for line in text.lines() {
        if let Some(arguments) = line.strip_prefix(";;>") {
            open.push(arguments.trim().to_owned());
        } else if let Some(right) = line.strip_prefix(";;=") {
            assert!(!open.is_empty(), "{}: `{line}` follows no `;;>`", file.display());
            let play = |arguments| Play { file: file.to_owned(), arguments, right: right.trim().to_owned() };
            plays.extend(open.drain(..).map(play));
        }
    }
    assert!(open.is_empty() && !plays.is_empty(), "{}: each `;;>` needs a `;;=`", file.display());
    plays
}

/// The text with its repeats expanded.
fn expanded(text: &str) -> String {
    let (mut expanded, mut rest) = (String::new(), text);
    while let Some((before, from)) = rest.split_once("(;repeat ") {
        let (count, from) = from.split_once(";)").expect("a count ends in `;)`");
        let (copy, after) = from.split_once("(;end;)").expect("a repeat has an end");
        expanded += before;
        let count: usize = count.parse().expect("a count is a number");
        (0..count).for_each(|n| expanded += &copy.replace('#', &n.to_string()));
        rest = after;
    }
    expanded + rest
}

/// All plays of `tests/cases`. The expanded modules are written to a folder that is kept.
fn all_plays() -> Vec<Play> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cases");
    fs::create_dir_all(&folder).unwrap();
    let files = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")).unwrap();
    let mut files: Vec<_> = files.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "wat"));
    files.sort();
    let written_out = |file: &PathBuf| {
        let text = fs::read_to_string(file).unwrap();
        let file = folder.join(file.file_name().unwrap());
        fs::write(&file, expanded(&text)).unwrap();
        plays(&file, &text)
    };
    files.iter().flat_map(written_out).collect()
}

/// Runs all plays, with one thread per processor.
fn run_all(plays: &[Play]) -> Vec<Played<'_>> {
    let (next, played) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(play) = plays.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let rows = play.run();
                    played.lock().unwrap().extend(rows);
                }
            });
        }
    });
    played.into_inner().unwrap()
}

#[test]
fn each_case_ends_as_it_must_but_for_known_issues() {
    if here().is_empty() {
        return;
    }
    let plays = all_plays();
    let (mut wrong, mut shown, mut tried) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for Played { play, backend, observed } in run_all(&plays) {
        let (subject, Some(observed)) = (play.subject(), observed) else { continue };
        tried.insert(subject.clone());
        let command = format!("early-exit run {} {} --backend {backend}", play.file.display(), play.arguments);
        let known =
            || excuses(&backend, CheckKind::Case).filter(|(_, known)| known.concerns(CheckKind::Case, &subject));
        if play.is_right(&observed) {
            let stale = known().filter(|(_, excuse)| !excuse.sometimes);
            wrong.extend(stale.map(|(issue, _)| format!("{command}\n  ends as it must: remove `{}`", issue.reason)));
        } else if let Some((_, excuse)) = explanation(&backend, CheckKind::Case, &subject, &observed) {
            shown.insert((backend, excuse.subject, excuse.observed));
        } else {
            wrong.push(format!("{command}\n  must give {}\n  gave      {observed}", play.right));
        }
    }
    let backends = if env::var_os("EARLY_EXIT_LIBRARIES").is_some() { vec![] } else { here() };
    for backend in &backends {
        for (issue, excuse) in excuses(backend, CheckKind::Case) {
            if !excuse.sometimes && !shown.contains(&((*backend).to_owned(), excuse.subject, excuse.observed)) {
                wrong.push(format!(
                    "no case shows `{}` on {backend}: {} ({})",
                    excuse.observed, excuse.subject, issue.reason
                ));
            }
        }
    }
    if backends.len() == 6 {
        let untried = plays.iter().map(Play::subject).filter(|subject| !tried.contains(subject));
        wrong.extend(untried.map(|subject| format!("no backend takes {subject}")));
    }
    assert!(wrong.is_empty(), "{} of {} plays deviate:\n{}", wrong.len(), plays.len(), wrong.join("\n"));
}

#[test]
fn a_case_is_read_with_its_repeats() {
    let text = ";; About.\n;;> --invoke f 1\n;;> --invoke f 2\n;;= returned 1 | trapped: [..]; 0 calls\n;;>\n;;= instantiated\n";
    let plays = plays(Path::new("some/case.wat"), text);
    let subjects: Vec<_> = plays.iter().map(Play::subject).collect();
    assert_eq!(subjects, ["case --invoke f 1", "case --invoke f 2", "case"]);
    assert!(plays[1].is_right("returned 1; 0 calls") && plays[1].is_right("trapped: unreachable; 0 calls"));
    assert!(!plays[1].is_right("returned 1; 2 calls") && !plays[1].is_right("returned 2; 0 calls"));
    assert!(plays[2].is_right("instantiated; 7 calls"));
    assert_eq!(expanded("a (;repeat 3;)$l# (;end;)b"), "a $l0 $l1 $l2 b");
}
