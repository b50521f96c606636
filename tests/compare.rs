//! Tests of `compare`.
use std::fs;
use std::path::PathBuf;

use early_exit::catalog::benchmark::CellId;
use early_exit::results::{Comparison, Report};
use early_exit::statistics::RatioVerdict;

use crate::{EARLY_EXIT, early_exit, here, json, reported, stdout, temporary, written};

/// A measured report and the folder for its variations.
struct Measured {
    folder: tempfile::TempDir,
    report: Report,
}

impl Measured {
    fn now() -> Self {
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
        let (mut report, _) = reported(&[&["measure", "--backend", "native"][..], &filters].concat());
        // Equal times make the test independent of the machine's load: 100 ns, plus up to 0.4 %.
        for cell in &mut report.cells {
            for launch in &mut cell.launches {
                let time = 100.0 + 0.1 * f64::from(launch.launch * 7 % 5);
                launch.nanoseconds.iter_mut().for_each(|nanoseconds| *nanoseconds = time);
            }
        }
        Self { folder: tempfile::tempdir().unwrap(), report }
    }

    /// Writes the report with one benchmark's times multiplied by `factor`.
    fn scaled(&self, benchmark: &str, factor: f64) -> PathBuf {
        let mut report = self.report.clone();
        for cell in report.cells.iter_mut().filter(|cell| cell.cell_id.benchmark == benchmark) {
            cell.launches.iter_mut().flat_map(|launch| &mut launch.nanoseconds).for_each(|time| *time *= factor);
        }
        self.write(&format!("{}-{factor}.json", benchmark.replace('/', "-")), &report)
    }

    fn write(&self, name: &str, report: &Report) -> PathBuf {
        let file = self.folder.path().join(name);
        fs::write(&file, serde_json::to_string(report).unwrap()).unwrap();
        file
    }
}

fn compare(arguments: &[&str]) -> (Option<i32>, Comparison) {
    let output = early_exit(&[&["compare", "--format", "json"], arguments].concat()).output().unwrap();
    (output.status.code(), json(&output))
}

fn verdict(comparison: &Comparison, benchmark: &str) -> Option<RatioVerdict> {
    let cell_id: CellId = benchmark.parse().unwrap();
    comparison.cells.iter().find(|pair| pair.cell_id == cell_id)?.verdict
}

#[test]
fn two_files_are_compared_and_only_a_gate_fails_on_a_regression() {
    let measured = Measured::now();
    let base = measured.scaled("floor/call", 1.0);
    let slower = measured.scaled("floor/call", 3.0);
    let (base, slower) = (base.to_str().unwrap(), slower.to_str().unwrap());

    let (status, same) = compare(&[base, base]);
    assert_eq!((status, same.live), (Some(0), false));
    assert!(
        same.cells.iter().all(|pair| !matches!(pair.verdict, Some(RatioVerdict::Slower | RatioVerdict::Faster))),
        "{same:?}"
    );

    let (status, worse) = compare(&[base, slower]);
    assert_eq!((status, verdict(&worse, "floor/call")), (Some(0), Some(RatioVerdict::Slower)));
    assert_eq!(verdict(&worse, "floor/result"), verdict(&same, "floor/result"));
    assert_eq!(compare(&[slower, base, "--gate"]).0, Some(0), "an improvement does not fail the gate");
    let (status, gated) = compare(&[base, slower, "--gate"]);
    assert_eq!((status, gated.count(RatioVerdict::Slower)), (Some(1), 1));
    let comparison = compare(&[base, slower, "--gate", "--margin", "100"]).1;
    assert_eq!(comparison.margin, 1.0);
}

#[test]
fn a_cell_that_no_longer_works_fails_the_comparison() {
    let measured = Measured::now();
    let base = measured.scaled("floor/call", 1.0);
    let mut broken = measured.report.clone();
    let cell = broken.cells.iter_mut().find(|cell| cell.cell_id.benchmark == "floor/call").unwrap();
    cell.launches.clear();
    cell.skip_reason = Some(early_exit::results::SkipReason::Failed { reason: "returned 6".into() });
    let broken = measured.write("broken.json", &broken);
    let (status, comparison) = compare(&[base.to_str().unwrap(), broken.to_str().unwrap()]);
    assert_eq!(status, Some(1));
    assert!(
        comparison
            .cells
            .iter()
            .any(|pair| pair.newly_failing && pair.skip_reason.as_deref() == Some("FAILED: returned 6"))
    );
    let output = early_exit(&["compare", base.to_str().unwrap(), broken.to_str().unwrap()]).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 cells newly fail"));
}

#[test]
fn a_different_machine_is_named_in_a_note() {
    let measured = Measured::now();
    let base = measured.scaled("floor/call", 1.0);
    let mut other = measured.report.clone();
    other.machine.cpu = "Another processor".into();
    let other = measured.write("other.json", &other);
    let (_, comparison) = compare(&[base.to_str().unwrap(), other.to_str().unwrap()]);
    assert!(comparison.notes.iter().any(|note| note.contains("Another processor now")), "{:?}", comparison.notes);
}

#[test]
fn the_github_format_consists_of_workflow_commands_and_a_summary() {
    let measured = Measured::now();
    let (base, slower) = (measured.scaled("floor/call", 1.0), measured.scaled("floor/call", 3.0));
    let summary = measured.folder.path().join("summary.md");
    let output = early_exit(&["compare", "--format", "github", base.to_str().unwrap(), slower.to_str().unwrap()])
        .env("GITHUB_STEP_SUMMARY", &summary)
        .output()
        .unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.starts_with("::warning title=native floor/call::slower: x"), "{stdout}");
    assert!(stdout.lines().all(|line| line.starts_with("::")), "{stdout}");
    let summary = fs::read_to_string(summary).unwrap();
    assert!(summary.starts_with("### early-exit: ") && summary.contains("| slower | `floor/call` |"), "{summary}");
}

#[test]
fn verdicts_of_two_check_results_are_compared() {
    let Some(backend) = here().into_iter().next() else { return };
    let folder = tempfile::tempdir().unwrap();
    let checked = stdout(&["check", "--json", "--filter", "early-exit", "--backend", backend]);
    let (base, new) = (folder.path().join("base.json"), folder.path().join("new.json"));
    fs::write(&base, &checked).unwrap();
    fs::write(&new, checked.replace("\"verdict\": \"passed\"", "\"verdict\": \"failed\", \"reason\": \"returned\""))
        .unwrap();
    let (base, new) = (base.to_str().unwrap(), new.to_str().unwrap());
    let (status, comparison) = compare(&[base, new]);
    assert_eq!(status, Some(1));
    assert_eq!((comparison.changed_verdicts.len(), comparison.changed_verdicts[0].worse), (1, true));
    let (status, comparison) = compare(&[new, base]);
    assert_eq!((status, comparison.changed_verdicts[0].worse), (Some(0), false));
    assert!(compare(&[base, base]).1.changed_verdicts.is_empty());
}

/// Compares this build with itself in paired rounds.
#[cfg(unix)]
#[test]
fn a_build_has_no_regression_against_itself() {
    let (_folder, file) = temporary("compared.json");
    let (status, comparison) = compare(&[
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
        &file,
    ]);
    assert!(comparison.live);
    assert_eq!(
        (comparison.variants[0].label.as_str(), comparison.variants[0].baseline.as_str()),
        ("native", "native before")
    );
    assert_eq!((status, comparison.count(RatioVerdict::Slower)), (Some(0), 0), "{comparison:?}");
    assert!(comparison.cells.len() >= 2 && comparison.cells.iter().all(|pair| pair.ratio.is_some()), "{comparison:?}");
    let report = Report::read(file.as_ref()).unwrap();
    assert_eq!(report.variants[1].baseline, Some(0));
}

/// The baseline has fewer backends: a note names the others, which are left out.
#[cfg(unix)]
#[test]
fn backends_that_the_baseline_lacks_are_left_out() {
    use std::os::unix::fs::PermissionsExt;

    let [first, second, ..] = here()[..] else { return };
    let listed = format!(r#"{{"backends":[{{"name":"{first}","availability":"here","floor":false}}]}}"#);
    let script = format!("#!/bin/sh\nif [ \"$1\" = list ]; then echo '{listed}'; else exec {EARLY_EXIT} \"$@\"; fi\n");
    let (_folder, other) = written("other", script);
    fs::set_permissions(&other, fs::Permissions::from_mode(0o755)).unwrap();
    let arguments = ["compare", "--no-check", "--filter", "floor/empty", "--launches", "1", "--format", "json"];
    let output = early_exit(&arguments).arg("--baseline").arg(&other).output().unwrap();
    let comparison: Comparison = json(&output);
    let labels: Vec<_> = comparison.variants.iter().map(|variant| variant.label.as_str()).collect();
    assert_eq!(labels, [first]);
    let notes = String::from_utf8(output.stderr).unwrap();
    assert!(notes.contains("the baseline lacks") && notes.contains(second), "{notes}");
}

/// The second backend takes longer to compile; a confirmation run on new launches must agree.
#[test]
fn a_slower_backend_is_found_and_confirmed() {
    let [first, second, ..] = here()[..] else { return };
    let filter = ["--filter", "compile/functions/16", "--budget", "60", "--launches", "8", "--margin", "10"];
    let (status, comparison) = compare(&[&["--backend", first, "--backend", second], &filter[..]].concat());
    let pair = &comparison.cells[0];
    assert_eq!((pair.verdict, status), (Some(RatioVerdict::Slower), Some(1)), "{comparison:?}");
    // On a busy machine the confirmation run can be inconclusive; then all launches decide.
    let is_busy = comparison.notes.iter().any(|note| note.contains("were disturbed by other processes"));
    assert!(pair.confirmed || is_busy, "{comparison:?}");
}

#[test]
fn incomparable_inputs_are_rejected() {
    let rejected = |arguments: &[&str]| crate::rejected(&[&["compare"], arguments].concat());
    assert!(rejected(&["--backend", "native"]).contains("--baseline"));
    assert!(
        rejected(&["--baseline", "/nowhere/early-exit", "--backend", "native"])
            .contains("/nowhere/early-exit is not a program")
    );
    assert!(rejected(&["/nowhere/a.json", "/nowhere/b.json"]).contains("/nowhere/a.json"));
    rejected(&["only-one.json"]);
    rejected(&["--margin", "-1"]);
    let (_folder, empty) = written("empty.json", "");
    assert!(rejected(&[&empty, &empty]).contains("is empty"));
}
