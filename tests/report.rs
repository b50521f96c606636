//! Tests of `report` with committed files, which come from a real run of a few benchmarks on three backends.
use std::fs;
use std::path::{Path, PathBuf};

use early_exit::analysis::estimates;
use early_exit::output::csv;
use early_exit::results::{Document, Report, ReportSet};

use crate::{early_exit, rejected_in_one_line, stdout, written};

pub(crate) fn fixture(name: &str) -> String {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "fixtures", name].iter().collect();
    path.to_str().expect("the path is text").to_owned()
}

pub(crate) fn report() -> Report {
    Report::read(Path::new(&fixture("report.json"))).unwrap()
}

/// A file with the same run as if on another machine, in a temporary folder.
fn elsewhere() -> (tempfile::TempDir, String) {
    let mut report = report();
    report.machine.cpu = "Another | <processor>".into();
    written("file.json", serde_json::to_string(&report).unwrap())
}

#[test]
fn on_a_terminal_it_is_all_there() {
    insta::assert_snapshot!(stdout(&["report", &fixture("report.json"), &fixture("check.json")]));
}

#[test]
fn the_answers_come_first_on_a_terminal_and_compare_the_best_ways() {
    let shown = stdout(&["report", &fixture("six-backends.json"), &fixture("check.json")]);
    let (answers, rest) = shown.split_once("break-even: ").expect("there is a break-even");
    assert!(rest.contains("scenario") && !answers.contains("scenario"));
    insta::assert_snapshot!(answers);
}

#[test]
fn in_markdown_it_is_all_there() {
    insta::assert_snapshot!(stdout(&[
        "report",
        &fixture("report.json"),
        &fixture("check.json"),
        "--format",
        "markdown"
    ]));
}

#[test]
fn each_row_has_a_cell_a_column_and_each_cell_of_each_machine_a_row() {
    let (_folder, other) = elsewhere();
    let text = stdout(&["report", &fixture("report.json"), &other, "--format", "csv"]);
    let rows: Vec<_> = text.lines().collect();
    assert_eq!(rows.len(), 1 + 2 * report().cells.len());
    assert_eq!(rows[0], csv::COLUMNS.join(","));
    let time = rows[1].split(',').position(|cell| cell == "ns").unwrap() + 1;
    let first = estimates::rows(&report())[0].cells[0].nanoseconds().unwrap();
    assert_eq!(rows[1].split(',').nth(time).unwrap().parse::<f64>().unwrap(), first);
    insta::assert_snapshot!(rows[..6].join("\n"));
}

#[test]
fn several_machines_become_one_document_which_can_be_read_again() {
    let (folder, other) = elsewhere();
    let merged = folder.path().join("merged.json");
    let merged = merged.to_str().unwrap();
    let files = [fixture("report.json"), other.clone(), fixture("check.json"), fixture("report.json")];
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    early_exit(&[&["report", "--format", "json", "-o", merged], &files[..]].concat()).assert().success().stdout("");

    let Document::Set(report_set) = Document::read(Path::new(merged)).unwrap() else { panic!("it is merged") };
    let ReportSet { reports, checks, .. } = &report_set;
    assert_eq!((reports.len(), checks.len()), (2, 1), "what is named twice is there once");
    assert_eq!(reports[0], report(), "and nothing was averaged");

    for format in ["terminal", "markdown", "html", "csv"] {
        let shown = stdout(&["report", merged, "--format", format]);
        assert_eq!(shown, stdout(&[&["report", "--format", format], &files[..]].concat()), "{format}");
        for name in report_set.names() {
            let escaped = [
                name.clone(),
                name.replace('<', "&lt;").replace('>', "&gt;"),
                name.replace('|', "\\|").replace('<', "\\<"),
            ];
            assert!(escaped.iter().any(|name| shown.contains(name)), "{format}: {name}");
        }
    }
}

#[test]
fn a_job_of_many_calls_is_weighed_as_it_was_asked_for() {
    let file = fixture("report.json");
    let shown = |more: &[&str]| stdout(&[&["report", &file], more].concat());
    assert!(
        shown(&[])
            .contains("break-even: compile/functions/128, then N calls of execute/fib and one exit (unwind/typed@50)")
    );
    let other = shown(&["--exits", "2000", "--functions", "16"]);
    assert!(
        other.contains("break-even: artifact/deserialize/16, then N calls of execute/fib and 2,000 exits"),
        "{other}"
    );
    assert!(shown(&["--kernel", "execute/hash"]).contains("no break-even: it needs times of"));
}

fn refused(arguments: &[&str]) -> String {
    rejected_in_one_line(&[&["report"], arguments].concat())
}

#[test]
fn an_invalid_report_is_rejected_in_one_line() {
    let text = fs::read_to_string(fixture("report.json")).unwrap();
    let spoilt = [
        (String::new(), "is empty"),
        (text[..text.len() / 2].to_owned(), "truncated"),
        ("GIF89a".into(), "is not JSON"),
        ("{\"benches\": []}".into(), "is not a document of this program"),
        (text.replacen("\"version\":1", "\"version\":3", 1), "use a newer build"),
        (text.replacen("\"subject\":2", "\"subject\":99", 1), "cells[2] (compile/early-exit) has variant 99"),
        (
            text.replacen("\"nanoseconds\":[", "\"nanoseconds\":[-1,", 1),
            "cells[0] (compile/early-exit) has a time of -1 ns in launch 1",
        ),
        (text.replacen("\"label\":\"llvm\"", "\"label\":\"llwm\"", 1), "backend `llwm`"),
        (text.replacen("unwind/typed", "unwind/tyqed", 1), "is an unknown benchmark"),
        (text.replace("\"label\":\"llvm\"", "\"label\":\"../<b>\""), "has unknown backend"),
    ];
    for (text, said) in spoilt {
        let (_folder, path) = written("file.json", &text);
        let told = refused(&[&path]);
        assert!(told.contains(said) && told.contains(&path), "{told}");
    }
    let folder = tempfile::tempdir().unwrap();
    assert!(refused(&[folder.path().to_str().unwrap()]).contains("directory") || cfg!(windows));
    assert!(refused(&["/nowhere/report.json"]).contains("/nowhere/report.json"));
}

#[test]
fn invalid_requests_are_rejected_before_any_work() {
    let file = fixture("report.json");
    assert!(refused(&[&file, "-o", "/nowhere/page.html"]).contains("/nowhere/page.html"));
    assert!(refused(&[&file, "-o", "."]).contains("is a directory"));
    assert!(refused(&[&file, "-o", &file]).contains("name another output file"));
    assert!(refused(&[&file, "--kernel", "fib"]).contains("execute/fib, execute/sweep"));
    assert!(refused(&[&fixture("check.json"), "--format", "csv"]).contains("no measurements"));
    assert_eq!(report(), Report::read(Path::new(&file)).unwrap(), "the report is as it was");
}

#[test]
fn an_older_file_stays_until_the_new_one_is_whole() {
    let (folder, page) = written("file.json", "the older one");
    refused(&["/nowhere/report.json", "-o", &page]);
    assert_eq!(fs::read_to_string(&page).unwrap(), "the older one");
    early_exit(&["report", &fixture("report.json"), "-o", &page, "--format", "html"]).assert().success();
    assert!(fs::read_to_string(&page).unwrap().starts_with("<!DOCTYPE html>"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "and nothing else stays");
}

#[test]
fn a_journal_can_be_drawn() {
    let mut report = report();
    let launch = report.cells.iter().cloned().map(|mut cell| {
        cell.launches.truncate(1);
        cell
    });
    let launch = serde_json::to_string(&launch.collect::<Vec<_>>()).unwrap();
    report.cells.iter_mut().for_each(|cell| cell.launches.clear());
    report.run.launches_completed = 0;
    let (_folder, path) = written("file.json", format!("{}\n{launch}\n", serde_json::to_string(&report).unwrap()));
    let shown = stdout(&["report", &path]);
    assert!(shown.contains("read from a journal: 1 of 7 launches completed"), "{shown}");
}

#[test]
fn a_report_is_read_from_standard_input() {
    let report = include_str!("fixtures/report.json");
    let of_stdin = early_exit(&["report", "-"]).write_stdin(report).output().unwrap();
    let of_file = early_exit(&["report", "tests/fixtures/report.json"]).output().unwrap();
    assert_eq!(of_stdin.status.code(), Some(0), "{}", String::from_utf8_lossy(&of_stdin.stderr));
    assert_eq!(of_stdin.stdout, of_file.stdout);
}
