//! Tests of invalid arguments: one clear line, the documented exit status, never a panic.
use std::io::Read;
use std::process::{Command, Stdio};

use crate::{EARLY_EXIT, early_exit, here, rejected, rejected_in_one_line};

#[test]
fn unknown_words_list_the_known_ones() {
    rejected(&["chekc"]);
    rejected(&["check", "--fliter", "x"]);
    assert!(rejected(&["run", "early"]).contains("no scenario or file `early`") || here().is_empty());
    let told = rejected(&["run", "--backend", "cranlift"]);
    assert!(told.contains("no backend `cranlift`; did you mean `cranelift`?"), "{told}");
}

#[test]
fn without_a_backend_run_and_check_say_which_feature_brings_one() {
    if here().is_empty() {
        for verb in ["run", "check"] {
            let told = rejected(&[verb]);
            assert!(told.contains("--features everything") && told.matches("wasmtime").count() == 1, "{told}");
        }
        early_exit(&["list"]).assert().success();
    }
}

#[test]
fn a_missing_backend_names_its_feature() {
    for backend in early_exit::engine::ALL.iter().filter(|backend| !backend.is_here()) {
        let told = rejected(&["run", "--backend", backend.name]);
        assert!(told.contains("--features") || told.contains("cannot be had here"), "{told}");
    }
    assert!(rejected(&["run", "--backend", "native"]).contains("the native baseline"));
}

#[test]
fn wrong_settings_are_refused_before_a_worker_dies_of_them() {
    for backend in here() {
        let options = early_exit::engine::ALL.iter().find(|known| known.name == backend).unwrap().options();
        rejected_in_one_line(&["run", "--backend", &format!("{backend}:opt=warp")]);
        assert!(rejected(&["run", "--backend", &format!("{backend}:colour=red")]).contains("there is: "));
        assert!(rejected(&["run", "--backend", &format!("{backend}:{}x=1", options[0].0)]).contains("did you mean"));
    }
}

#[test]
fn a_filter_that_matches_nothing_is_refused() {
    if !here().is_empty() {
        assert!(rejected(&["check", "--filter", "nothing/*"]).contains("nothing/*"));
    }
}

#[test]
fn a_stdout_that_is_closed_early_is_no_error() {
    for arguments in [["list"].as_slice(), &["list", "--json"], &["--help"]] {
        let mut child =
            Command::new(EARLY_EXIT).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut told = String::new();
        child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{told}");
        assert!(!told.contains("panicked"), "{told}");
    }
}

#[test]
fn no_jobs_at_all_are_refused() {
    assert!(rejected(&["check", "--jobs", "0"]).contains("a number from 1 on"));
}

/// A failed write of notes to stderr is ignored; a failed write of results to stdout is an error.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error_for_results_and_none_for_notes() {
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();
    let status = |arguments: &[&str], stdout: Stdio, stderr: Stdio| {
        Command::new(EARLY_EXIT).args(arguments).stdout(stdout).stderr(stderr).status().unwrap().code()
    };
    assert_eq!(status(&["run", "nothing"], Stdio::null(), full().into()), Some(2));
    assert_eq!(status(&["list"], full().into(), Stdio::null()), Some(2));
    if !here().is_empty() {
        assert_eq!(status(&["run"], Stdio::null(), full().into()), Some(0));
        assert_eq!(status(&["check", "--filter", "early-exit"], full().into(), Stdio::null()), Some(2));
    }
}

#[test]
fn the_options_of_each_backend_are_in_the_list_and_in_the_help() {
    let listed = crate::stdout(&["list"]);
    let helps = ["run", "check", "measure", "compare"].map(|verb| crate::stdout(&[verb, "--help"]));
    for backend in early_exit::engine::here() {
        for (key, values) in backend.options() {
            let row =
                |line: &str| line.starts_with(backend.name) && line.contains(key) && line.contains(&values.join(", "));
            assert!(listed.lines().any(row), "{listed}");
            for help in &helps {
                assert!(help.contains(&format!("{key}={}", values.join("|"))), "{help}");
            }
        }
    }
}

#[test]
fn help_is_the_manual_and_its_short_form_one_line() {
    for (long, command) in
        [("write `./NAME`", &["run"][..]), ("minimized", &["fuzz"]), ("open files", &["check", "soak"])]
    {
        let help = |option| crate::stdout(&[command, &[option]].concat()).split_once("Usage").unwrap().0.to_owned();
        assert!(help("--help").contains(long), "{command:?}");
        assert_eq!(help("-h").trim().lines().count(), 1, "{command:?}");
    }
}

#[test]
fn output_has_no_colour_without_a_terminal() {
    let output = early_exit(&["list"]).output().unwrap();
    assert!(!output.stdout.contains(&0x1b));
}

/// If a reader closes a pipe early, a shell with `pipefail` ends with 141, depending on the timing. Such a script fails at
/// random.
#[test]
fn no_script_pipes_into_a_reader_that_stops_early() {
    let mut scripts: Vec<_> = std::fs::read_dir("scripts").unwrap().map(|entry| entry.unwrap().path()).collect();
    scripts.push(".ci/run".into());
    for script in scripts {
        let text = std::fs::read_to_string(&script).unwrap();
        for (n, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#')) {
            let stops = ["| grep -q", "| grep -m", "| head", "| sed -n 1q"].iter().any(|reader| line.contains(reader));
            assert!(!stops, "{}:{}: {line}", script.display(), n + 1);
        }
    }
}
