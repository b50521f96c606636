//! Tests of `check spec` with the specification's scripts.
use early_exit::engine::BackendSpec;
use early_exit::results::Verdict;
use early_exit::spec::result::SpecRun;
use early_exit::spec::runner;
use early_exit::spec::runner::Scripts;
use early_exit::spec::script::{Assertion, scripts};
use early_exit::worker::PROTOCOL;

use crate::supervisor::{fake_worker, hello};
use crate::{early_exit, here, json, rejected, stdout};

fn check_spec(filters: &[&str]) -> (SpecRun, Option<i32>) {
    let filters = filters.iter().flat_map(|filter| ["--filter", filter]);
    let output = early_exit(&["check", "spec", "--json"]).args(filters).output().unwrap();
    (json(&output), output.status.code())
}

#[test]
fn selected_scripts_have_no_unexplained_failures_on_every_backend() {
    if here().is_empty() {
        return;
    }
    let filters = ["core/traps", "core/call", "core/binary", "core/linking", "core/elem", "core/table", "threads/*"];
    let (run, status) = check_spec(&filters);
    assert_eq!(run.variants.iter().map(|variant| variant.variant.as_str()).collect::<Vec<_>>(), here());
    for variant in &run.variants {
        let unexplained: Vec<_> = variant.unexplained().collect();
        assert!(unexplained.is_empty(), "{}: {unexplained:#?}", variant.variant);
        for assertion in [Assertion::Trap, Assertion::Exhaustion, Assertion::Invalid, Assertion::Malformed] {
            assert!(
                variant.passed.get(&assertion).is_some_and(|passed| *passed > 0),
                "{}: {assertion:?}",
                variant.variant
            );
        }
        assert!(variant.passed[&Assertion::Trap] > 50, "{:?}", variant.passed);
    }
    assert_eq!(status, Some(0));
}

#[test]
fn the_table_names_the_backend_and_its_result() {
    let Some(spec) = here().into_iter().next() else { return };
    let stdout = stdout(&["check", "spec", "--filter", "core/unreachable", "--backend", spec]);
    assert!(stdout.starts_with("one script of the specification"), "{stdout}");
    assert!(stdout.contains(&format!("{spec}: ")) && stdout.contains("all passed"), "{stdout}");
    assert!(stdout.lines().all(|line| line.chars().count() <= 80), "{stdout}");
}

#[test]
fn an_unmatched_pattern_is_rejected_with_script_names() {
    let error = rejected(&["check", "spec", "--filter", "no/such"]);
    assert!(here().is_empty() || error.contains("core/traps"), "{error}");
}

/// The worker is replaced, the script runs again without the line, and the line counts as crashed.
#[test]
fn a_directive_that_crashes_the_worker_fails_alone() {
    let Some(spec) = here().into_iter().next() else { return };
    let answers = r#"read ask
case "$ask" in
    *'"skip":[]'*) echo '{"response":"log","line":"7"}'; kill -SEGV $$ ;;
    *'"skip":[7]'*) echo '{"response":"script-done","outcome":{"passed":{"trap":3},"failed":[],"skipped":{}}}' ;;
esac
read end"#;
    let (_folder, launcher) = fake_worker(&hello(PROTOCOL), answers);
    let script: Vec<_> = scripts().into_iter().filter(|script| script.name == "core/traps").collect();
    let variant =
        runner::conformance(&launcher, &BackendSpec::new(spec), &Scripts { scripts: &script, all: false }, |_| ())
            .unwrap();
    let [failure] = variant.failures.as_slice() else { panic!("{variant:?}") };
    assert_eq!((failure.script.as_str(), failure.line), ("core/traps", Some(7)));
    assert!(matches!(&failure.verdict, Verdict::Crashed { reason } if reason.contains("signal 11")), "{failure:?}");
    assert_eq!(variant.passed[&Assertion::Trap], 3);
}
