use std::fs;
use std::path::PathBuf;

use early_exit::catalog::benchmark::CellId;
use early_exit::results::{Comparison, Report};
use early_exit::statistics::TimeVerdict;

use crate::{EARLY_EXIT, early_exit, here, stdout};

/// A report that was really measured, and where it lies.
struct Measured {
    folder: tempfile::TempDir,
    report: Report,
}

impl Measured {
    fn now() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("measured.json");
        let filters = [
            "--filter",
            "floor/e*",
            "--filter",
            "floor/c*",
            "--filter",
            "floor/r*",
            "--budget",
            "20",
            "--launches",
            "8",
        ];
        let fixed = ["measure", "--backend", "native", "-o", file.to_str().unwrap()];
        early_exit(&[&fixed[..], &filters].concat()).assert().success();
        let mut report: Report = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        // What a busy machine does to eight launches is not what is tested: all take 100 ns, give or take a thousandth.
        for cell in &mut report.cells {
            for launch in &mut cell.launches {
                let time = 100.0 + 0.1 * f64::from(launch.launch * 7 % 5);
                launch.nanoseconds.iter_mut().for_each(|nanoseconds| *nanoseconds = time);
            }
        }
        Self { folder, report }
    }

    /// The same report with one cell's times multiplied.
    fn with(&self, benchmark: &str, factor: f64) -> PathBuf {
        let mut report = self.report.clone();
        for cell in report.cells.iter_mut().filter(|cell| cell.address.benchmark == benchmark) {
            cell.launches.iter_mut().flat_map(|launch| &mut launch.nanoseconds).for_each(|time| *time *= factor);
        }
        self.written(&format!("{}-{factor}.json", benchmark.replace('/', "-")), &report)
    }

    fn written(&self, name: &str, report: &Report) -> PathBuf {
        let file = self.folder.path().join(name);
        fs::write(&file, serde_json::to_string(report).unwrap()).unwrap();
        file
    }
}

fn compared(arguments: &[&str]) -> (Option<i32>, Comparison) {
    let output = early_exit(&[&["compare", "--format", "json"], arguments].concat()).output().unwrap();
    let comparison = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), comparison)
}

fn verdict(comparison: &Comparison, benchmark: &str) -> Option<TimeVerdict> {
    let address: CellId = benchmark.parse().unwrap();
    comparison.pairs.iter().find(|pair| pair.address == address)?.verdict
}

#[test]
fn two_files_are_advice_and_a_gate_only_where_that_is_asked_for() {
    let measured = Measured::now();
    let base = measured.with("floor/call", 1.0);
    let slower = measured.with("floor/call", 3.0);
    let (base, slower) = (base.to_str().unwrap(), slower.to_str().unwrap());

    let (status, same) = compared(&[base, base]);
    assert_eq!((status, same.live), (Some(0), false));
    assert!(
        same.pairs.iter().all(|pair| !matches!(pair.verdict, Some(TimeVerdict::Slower | TimeVerdict::Faster))),
        "{same:?}"
    );

    let (status, worse) = compared(&[base, slower]);
    assert_eq!((status, verdict(&worse, "floor/call")), (Some(0), Some(TimeVerdict::Slower)));
    assert_eq!(verdict(&worse, "floor/result"), verdict(&same, "floor/result"));
    assert_eq!(compared(&[slower, base, "--gate"]).0, Some(0), "what got faster fails nothing");
    let (status, gated) = compared(&[base, slower, "--gate"]);
    assert_eq!((status, gated.count(TimeVerdict::Slower)), (Some(1), 1));
    let huge = compared(&[base, slower, "--gate", "--margin", "100"]).1;
    assert_eq!(huge.margin, 1.0);
}

#[test]
fn what_no_longer_works_fails_whatever_its_time() {
    let measured = Measured::now();
    let base = measured.with("floor/call", 1.0);
    let mut broken = measured.report.clone();
    let cell = broken.cells.iter_mut().find(|cell| cell.address.benchmark == "floor/call").unwrap();
    cell.launches.clear();
    cell.trouble = Some(early_exit::results::SkipReason::Failed { why: "returned 6".into() });
    let broken = measured.written("broken.json", &broken);
    let (status, comparison) = compared(&[base.to_str().unwrap(), broken.to_str().unwrap()]);
    assert_eq!(status, Some(1));
    assert!(comparison.pairs.iter().any(|pair| pair.broke && pair.trouble.as_deref() == Some("FAILED: returned 6")));
    let shown = early_exit(&["compare", base.to_str().unwrap(), broken.to_str().unwrap()]).output().unwrap();
    assert!(String::from_utf8_lossy(&shown.stdout).contains("1 cells no longer work"));
}

#[test]
fn another_machine_is_named() {
    let measured = Measured::now();
    let base = measured.with("floor/call", 1.0);
    let mut other = measured.report.clone();
    other.machine.cpu = "Another processor".into();
    let other = measured.written("other.json", &other);
    let (_, comparison) = compared(&[base.to_str().unwrap(), other.to_str().unwrap()]);
    assert!(comparison.notes.iter().any(|note| note.contains("Another processor now")), "{:?}", comparison.notes);
}

#[test]
fn github_is_told_in_its_own_words() {
    let measured = Measured::now();
    let (base, slower) = (measured.with("floor/call", 1.0), measured.with("floor/call", 3.0));
    let summary = measured.folder.path().join("summary.md");
    let output = early_exit(&["compare", "--format", "github", base.to_str().unwrap(), slower.to_str().unwrap()])
        .env("GITHUB_STEP_SUMMARY", &summary)
        .output()
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.starts_with("::warning title=native floor/call::slower: x"), "{told}");
    assert!(told.lines().all(|line| line.starts_with("::")), "{told}");
    let summary = fs::read_to_string(summary).unwrap();
    assert!(summary.starts_with("### early-exit: ") && summary.contains("| slower | `floor/call` |"), "{summary}");
}

#[test]
fn verdicts_of_two_checks_are_compared() {
    let Some(backend) = here().into_iter().next() else { return };
    let folder = tempfile::tempdir().unwrap();
    let checked = stdout(&["check", "--json", "--filter", "early-exit", "--backend", backend]);
    let (base, new) = (folder.path().join("base.json"), folder.path().join("new.json"));
    fs::write(&base, &checked).unwrap();
    fs::write(&new, checked.replace("\"verdict\": \"passed\"", "\"verdict\": \"failed\", \"why\": \"returned\""))
        .unwrap();
    let (base, new) = (base.to_str().unwrap(), new.to_str().unwrap());
    let (status, comparison) = compared(&[base, new]);
    assert_eq!(status, Some(1));
    assert_eq!((comparison.changed.len(), comparison.changed[0].worse), (1, true));
    let (status, comparison) = compared(&[new, base]);
    assert_eq!((status, comparison.changed[0].worse), (Some(0), false));
    assert!(compared(&[base, base]).1.changed.is_empty());
}

/// This build against itself, in the same rounds: nothing may be called different.
#[cfg(unix)]
#[test]
fn a_build_is_the_same_as_itself() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("compared.json");
    let (status, comparison) = compared(&[
        "--against",
        EARLY_EXIT,
        "--backend",
        "native",
        "--filter",
        "floor/e*",
        "--filter",
        "floor/c*",
        "--no-check",
        "--budget",
        "30",
        "--launches",
        "8",
        "--margin",
        "50",
        "-o",
        file.to_str().unwrap(),
    ]);
    assert!(comparison.live);
    assert_eq!((comparison.sides[0].label.as_str(), comparison.sides[0].base.as_str()), ("native", "native before"));
    assert_eq!((status, comparison.count(TimeVerdict::Slower)), (Some(0), 0), "{comparison:?}");
    assert!(comparison.pairs.len() >= 2 && comparison.pairs.iter().all(|pair| pair.ratio.is_some()), "{comparison:?}");
    let report: Report = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(report.subjects[1].held_against, Some(0));
}

/// A backend that takes longer to compile is found, and confirmed on launches of its own.
#[test]
fn what_is_slower_is_found_and_confirmed() {
    let [first, second, ..] = here()[..] else { return };
    let filter = ["--filter", "compile/functions/16", "--budget", "60", "--launches", "8", "--margin", "10"];
    let (status, comparison) = compared(&[&["--backend", first, "--backend", second], &filter[..]].concat());
    let pair = &comparison.pairs[0];
    assert_eq!((pair.verdict, pair.confirmed, status), (Some(TimeVerdict::Slower), true, Some(1)), "{comparison:?}");
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let refused = |arguments: &[&str]| {
        let output = early_exit(&[&["compare"], arguments].concat()).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refused(&["--backend", "native"]).contains("--against"));
    assert!(
        refused(&["--against", "/nowhere/early-exit", "--backend", "native"])
            .contains("/nowhere/early-exit is no program")
    );
    assert!(refused(&["/nowhere/a.json", "/nowhere/b.json"]).contains("/nowhere/a.json"));
    refused(&["only-one.json"]);
    refused(&["--margin", "-1"]);
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.json");
    fs::write(&empty, "").unwrap();
    assert!(refused(&[empty.to_str().unwrap(), empty.to_str().unwrap()]).contains("is empty"));
}
