//! Tests of `measure`: reports, budgets, output files, interruption, user modules and builds.
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use early_exit::analysis::estimates;
use early_exit::results::{CellRecord, Report, SkipReason, journal};

use crate::{EARLY_EXIT, early_exit, here, rejected, rejected_in_one_line, reported, stdout, written};

/// The report and the output of `measure` on the first backend; `None` without a backend.
fn measured(more: &[&str]) -> Option<(Report, String)> {
    let backend = here().into_iter().next()?;
    let fixed = ["measure", "--backend", backend, "--budget", "20", "--launches", "3"];
    Some(reported(&[&fixed, more].concat()))
}

#[test]
fn every_cell_has_rounds_and_a_control() {
    let Some((report, shown)) = measured(&["--filter", "floor/e*", "--seed", "7"]) else { return };
    assert!(report.run.complete);
    assert_eq!((report.run.launches_completed, report.run.seed), (3, 7));
    assert_eq!(report.variants[1].control_of, Some(0));
    assert!(report.cells.iter().all(|cell| cell.skip_reason.is_none() && cell.launches.len() == 3));
    for pair in report.cells.chunks(2) {
        for (left, right) in pair[0].launches.iter().zip(&pair[1].launches) {
            assert_eq!(left.nanoseconds.len(), right.nanoseconds.len(), "rounds are paired");
            assert!(left.nanoseconds.iter().chain(&right.nanoseconds).all(|time| *time > 0.0));
        }
    }
    for row in estimates::rows(&report) {
        assert!(row.cells[1].ratio.is_some(), "the twin has a ratio");
        assert!(shown.contains(row.cell_id.benchmark.split('/').nth(1).unwrap()), "{shown}");
    }
    assert!(shown.contains("seed 7"), "{shown}");
}

#[test]
fn the_answers_come_first() {
    let [first, second, ..] = here()[..] else { return };
    let more = ["--backend", second, "--filter", "call/typed/2"];
    let Some((_, shown)) = measured(&more) else { return };
    let mut lines = shown.lines();
    assert!(lines.next().is_some_and(|line| line.starts_with("to ")), "{shown}");
    let answer = lines.next().unwrap_or_default();
    assert!(answer.starts_with("call cheaply") && (answer.contains(first) || answer.contains(second)), "{shown}");
    assert!(!shown.contains("too close to call"), "three launches are too few for that: {shown}");
    // The answer's lines end with the licences; the numbers begin with their theme.
    let begins = |with: &str| shown.lines().skip(2).position(|line| line.starts_with(with)).expect(with);
    assert!(begins("licence") < begins("call "), "{shown}");
}

#[test]
fn the_native_baselines_can_be_measured_where_there_is_no_backend() {
    let arguments = ["measure", "--backend", "native", "--filter", "floor/empty", "--budget", "10", "--launches", "3"];
    let shown = stdout(&arguments);
    assert!(shown.contains("native") && shown.contains(" ns"), "{shown}");
}

#[test]
fn sizes_and_depths_can_be_chosen() {
    let more = ["--filter", "unwind/typed@*", "--host-frames", "2,3"];
    let Some((report, _)) = measured(&more) else { return };
    let depths: Vec<_> = report.cells.iter().map(|cell| cell.cell_id.host_frames).collect();
    assert_eq!(depths, [2, 2, 3, 3]);
}

#[test]
fn cells_beyond_the_budget_have_no_number_and_name_the_budget() {
    let Some(backend) = here().into_iter().next() else { return };
    let output =
        early_exit(&["measure", "--backend", backend, "--filter", "compile/*", "--budget", "0.1"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("--budget"), "{told}");
}

#[test]
fn an_output_that_cannot_be_written_is_found_before_measuring() {
    let Some(backend) = here().into_iter().next() else { return };
    let other = here().get(1).copied().unwrap_or("native");
    // Not even root can write the last file.
    for file in ["/nowhere/report.json", ".", "/dev/full", "/proc/report.json"] {
        for verb in
            [&["measure"][..], &["measure", "--calibrate"], &["compare", "--backend", other], &["report", "x.json"]]
        {
            let more: &[&str] = if verb[0] == "report" { &[] } else { &["--backend", backend] };
            // Progress of a started measurement would come first.
            let error = rejected_in_one_line(&[verb, more, &["-o", file]].concat());
            assert!(error.contains(file), "{verb:?}: {error}");
            assert!(!Path::new(&format!("{file}.journal")).exists());
        }
    }
}

#[test]
fn an_older_report_stays_when_the_new_one_comes_to_nothing() {
    let Some(backend) = here().into_iter().next() else { return };
    let (folder, file) = written("report.json", "the older one");
    let arguments = ["measure", "--backend", backend, "--filter", "compile/*", "--budget", "0.1", "-o", &file];
    early_exit(&arguments).assert().code(2);
    assert_eq!(fs::read_to_string(&file).unwrap(), "the older one");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "and no journal stays");
}

#[test]
fn a_filter_that_matches_nothing_is_refused() {
    if here().is_empty() {
        return;
    }
    assert!(rejected(&["measure", "--filter", "nothing/*"]).contains("nothing/*"));
}

/// After Ctrl-C the report has the complete launches, and is marked as incomplete.
#[test]
#[cfg(unix)]
fn an_interrupted_report_has_its_launches() {
    use std::io::{BufRead, BufReader};

    let Some(backend) = here().into_iter().next() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.json");
    let journal = folder.path().join("report.json.journal");
    let mut child = Command::new(EARLY_EXIT)
        .args(["measure", "--backend", backend, "--filter", "floor/e*", "--budget", "600", "--launches", "1000", "-o"])
        .arg(&file)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The first line of stderr shows that the measurement has begun. Then the journal grows with each launch.
    let mut said = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut said).unwrap();
    // Counts complete lines only, because the last may not be fully written yet.
    let launches = || fs::read_to_string(&journal).map_or(0, |text| text.matches('\n').count());
    while launches() < 3 && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    let recovered = journal::recover(&fs::read_to_string(&journal).unwrap()).unwrap();
    assert!(recovered.run.launches_completed >= 2 && !recovered.run.complete, "a killed run could be read like this");

    let pid = rustix::process::Pid::from_raw(child.id() as i32).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let report = Report::read(&file).unwrap();
    assert!(!report.run.complete && report.run.launches_completed >= 2);
    assert!(report.cells.iter().all(|cell| cell.launches.len() == report.run.launches_completed as usize));
    assert!(report.run.notes.iter().any(|note| note.starts_with("incomplete")), "{:?}", report.run.notes);
}

#[test]
fn a_truncated_journal_gives_its_complete_launches() {
    let Some((mut report, _)) = measured(&["--filter", "floor/empty"]) else { return };
    let mut cells = report.cells.clone();
    // Metrics of counted cells are known after a launch only.
    cells[0].metrics = vec![("artifact bytes".into(), 7.0)];
    report.cells.iter_mut().for_each(|cell| cell.launches.clear());
    report.run.launches_completed = 0;
    let launch = serde_json::to_string(&cells).unwrap();
    let text = format!("{}\n{launch}\n{}", serde_json::to_string(&report).unwrap(), &launch[..launch.len() / 2]);
    let recovered = journal::recover(&text).unwrap();
    assert_eq!(recovered.run.launches_completed, 1);
    assert_eq!(recovered.cells, cells);
    assert!(journal::recover("").is_err() && journal::recover("{}").is_err());
}

#[test]
fn the_schema_that_is_committed_is_that_of_the_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/report.schema.json");
    let schema = serde_json::to_string_pretty(&schemars::schema_for!(Report)).unwrap() + "\n";
    if std::env::var_os("EARLY_EXIT_UPDATE").is_some() {
        fs::write(&path, &schema).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default().replace('\r', "");
    assert!(committed == schema, "the report's types changed: run the tests once with EARLY_EXIT_UPDATE=1");
}

#[test]
fn errors_say_what_to_do() {
    assert!(SkipReason::TooSlow { needs_seconds: Some(3.0) }.reason().contains("--budget"));
    assert!(SkipReason::TooSlow { needs_seconds: None }.reason().contains("--budget"));
}

/// A user's module has cells for compilation, instantiation, the call and the exit, in the tables and in the break-even.
#[test]
fn a_module_is_measured_in_its_own_cells() {
    let backends = here();
    let Some(one) = backends.first() else { return };
    let other = backends.get(1).unwrap_or(one);
    let folder = tempfile::tempdir().unwrap();
    let (guest, file) = (folder.path().join("guest.wat"), folder.path().join("report.json"));
    let text = r#"(module (import "host" "tell" (func $tell (param i32)))
        (func (export "f") (param i32) (result i32) (call $tell (local.get 0)) (i32.add (local.get 0) (i32.const 1))))"#;
    fs::write(&guest, text).unwrap();
    let (guest, file) = (guest.to_str().unwrap(), file.to_str().unwrap());
    let mut arguments = vec!["measure", "--module", guest, "--backend", one];
    if one != other {
        arguments.extend(["--backend", other]);
    }
    arguments.extend(["--budget", "20", "--launches", "6", "-o", file, "--invoke", "f", "7"]);
    let times = |more: &[&str]| {
        early_exit(&arguments).args(more).assert().success();
        let report = Report::read(file.as_ref()).unwrap();
        assert!(report.cells.iter().all(|cell| cell.cell_id.benchmark.starts_with("module/")));
        let times = |cell: &CellRecord| (cell.cell_id.benchmark.clone(), !cell.launches.is_empty());
        report.cells.iter().filter(|cell| cell.variant == 0).map(times).collect::<BTreeMap<_, _>>()
    };
    let returning = times(&[]);
    assert!(returning["module/compile"] && returning["module/instantiate"] && returning["module/call"]);
    assert!(!returning["module/exit"], "a call that returns has no exit");
    let drawn = stdout(&["report", file]);
    let job = "break-even: module/compile, then N times module/instantiate and module/call";
    assert_eq!(drawn.contains(job), one != other, "{drawn}");
    let exiting = times(&["--exit-at", "host.tell"]);
    assert!(exiting["module/exit"] && !exiting["module/call"]);
}

#[test]
fn other_builds_are_columns() {
    let Some(backend) = here().into_iter().next() else { return };
    let build = format!("same={}", EARLY_EXIT);
    let arguments =
        ["measure", "--backend", backend, "--build", &build, "--filter", "unwind/typed", "--host-frames", "1"];
    let (report, _) = reported(&[&arguments[..], &["--budget", "30", "--launches", "3"]].concat());
    let labels: Vec<_> = report.variants.iter().map(|variant| variant.label.clone()).collect();
    assert_eq!(labels, [backend.to_owned(), format!("{backend} same"), format!("{backend} control")]);
    assert!(report.cells.iter().all(|cell| !cell.launches.is_empty()));
}

#[test]
fn an_invalid_build_is_rejected_in_one_line() {
    for (build, reason) in [
        ("x=/nowhere/early-exit", "is not a program"),
        ("x=/bin/true", "is no build of this program"),
        ("a b=/bin/true", "is no label for a build"),
    ] {
        let error = rejected_in_one_line(&["measure", "--build", build]);
        assert!(error.contains(reason), "{error}");
    }
}
