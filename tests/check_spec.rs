//! `check spec`: the specification's own scripts.
use early_exit::results::Verdict;
use early_exit::spec::result::SpecRun;
use early_exit::spec::runner;
use early_exit::spec::runner::Scripts;
use early_exit::spec::script::{Assertion, scripts};
use early_exit::worker::PROTOCOL;

use crate::supervisor::{hello, impostor};
use crate::{early_exit, here};

fn checked(filters: &[&str]) -> (SpecRun, Option<i32>) {
    let mut command = early_exit(&["check", "spec", "--json"]);
    for filter in filters {
        command.args(["--filter", filter]);
    }
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    (serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {told}")), output.status.code())
}

#[test]
fn traps_exhaustion_and_what_must_be_refused_hold_on_every_backend() {
    if here().is_empty() {
        return;
    }
    let filters = ["core/traps", "core/call", "core/binary", "core/linking", "core/elem", "core/table", "threads/*"];
    let (run, status) = checked(&filters);
    assert_eq!(run.subjects.iter().map(|subject| subject.subject.as_str()).collect::<Vec<_>>(), here());
    for subject in &run.subjects {
        let unexplained: Vec<_> = subject.unexplained().collect();
        assert!(unexplained.is_empty(), "{}: {unexplained:#?}", subject.subject);
        for assertion in [Assertion::Trap, Assertion::Exhaustion, Assertion::Invalid, Assertion::Malformed] {
            assert!(subject.held.get(&assertion).is_some_and(|held| *held > 0), "{}: {assertion:?}", subject.subject);
        }
        assert!(subject.held[&Assertion::Trap] > 50, "{:?}", subject.held);
    }
    assert_eq!(status, Some(0));
}

#[test]
fn a_table_says_what_held() {
    let Some(spec) = here().into_iter().next() else { return };
    let output = early_exit(&["check", "spec", "--filter", "core/unreachable", "--backend", spec]).output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.starts_with("one script of the specification"), "{shown}");
    assert!(shown.contains(&format!("{spec}: ")) && shown.contains("all of it held"), "{shown}");
    assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
}

#[test]
fn a_pattern_that_matches_no_script_says_what_they_are_called() {
    let output = early_exit(&["check", "spec", "--filter", "no/such"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(here().is_empty() || told.contains("core/traps"), "{told}");
}

/// A worker that dies over a line is replaced, that line is left out, and what it cost is told.
#[test]
fn a_directive_that_ends_the_process_costs_itself() {
    let Some(spec) = here().into_iter().next() else { return };
    let answers = r#"read ask
case "$ask" in
    *'"skip":[]'*) echo '{"answer":"said","line":"7"}'; kill -SEGV $$ ;;
    *'"skip":[7]'*) echo '{"answer":"scripted","played":{"held":{"trap":3},"broken":[],"not_asked":{}}}' ;;
esac
read end"#;
    let (_folder, launcher) = impostor(&hello(PROTOCOL), answers);
    let one: Vec<_> = scripts().into_iter().filter(|script| script.name == "core/traps").collect();
    let subject = runner::conformance(&launcher, spec, &Scripts { scripts: &one, all: false }, |_| ()).unwrap();
    let [lost] = subject.astray.as_slice() else { panic!("{subject:?}") };
    assert_eq!((lost.script.as_str(), lost.line), ("core/traps", Some(7)));
    assert!(matches!(&lost.verdict, Verdict::Crashed { how } if how.contains("signal 11")), "{lost:?}");
    assert_eq!(subject.held[&Assertion::Trap], 3);
}
