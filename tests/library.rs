//! Tests of shared libraries with the C API: real ones from `scripts/fetch-libraries`, and broken ones that are built here.
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use early_exit::results::{CheckResult, Report, Verdict};
use early_exit::run_module::result::ModuleRun;

use crate::{early_exit, json, rejected, rejected_in_one_line, temporary, written};

/// The paths of the fetched libraries for tests. Prints the names of missing ones.
pub(crate) fn fetched() -> Vec<String> {
    let file = |name: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/libraries");
        folder.join(format!("lib{name}{}", std::env::consts::DLL_SUFFIX))
    };
    let names = ["wasmtime-1.0.1", "wasmtime-50.0.1", "wasmi-2.0.0", "wasmer-7.4.2"];
    let (there, absent): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| file(name).exists());
    if !absent.is_empty() {
        println!("not tested, since scripts/fetch-libraries has not fetched them: {}", absent.join(", "));
    }
    there.into_iter().map(|name| file(name).display().to_string()).collect()
}

/// The output of a command with the fetched libraries only; `None` without libraries.
fn with_libraries(arguments: &[&str]) -> Option<std::process::Output> {
    let libraries = fetched();
    let named: Vec<_> = libraries.iter().flat_map(|library| ["--library", library]).collect();
    (!libraries.is_empty()).then(|| {
        early_exit(&[arguments, &["--backend", "c-api"], &named].concat()).output().expect("it can be started")
    })
}

#[test]
fn every_scenario_passes_on_libraries_or_is_known() {
    let Some(output) = with_libraries(&["check", "--json"]) else { return };
    let checked: CheckResult = json(&output);
    assert_eq!(checked.variants.len(), fetched().len());
    let bad = checked.results.iter().filter(|played| played.verdict.is_bad());
    let bad: Vec<_> = bad.map(|bad| (&bad.scenario, &checked.variants[bad.variant].label, &bad.verdict)).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    let passed = |id: &str| {
        let of = checked.results.iter().filter(|played| played.scenario == id);
        of.filter(|played| played.verdict == Verdict::Passed).count()
    };
    assert!(passed("c-api/side-channel") == fetched().len() && passed("dynamic-exit") > 0);
}

#[test]
fn a_library_tells_its_engine_and_has_its_label() {
    let Some(library) = fetched().into_iter().find(|library| library.contains("wasmtime-50")) else { return };
    let arguments = ["check", "--filter", "dynamic-exit", "--json", "--backend", "c-api"];
    let named = format!("newest={library}");
    let output =
        early_exit(&[&arguments[..], &["--library", &named, "--library", &library]].concat()).output().unwrap();
    let checked: CheckResult = json(&output);
    let labels: Vec<_> = checked.variants.iter().map(|subject| subject.label.as_str()).collect();
    assert_eq!(labels, ["newest", "wasmtime-50.0.1"]);
    assert!(
        checked.variants.iter().all(|subject| subject.backend_info.engine.starts_with("wasmtime 50")),
        "{checked:?}"
    );
}

#[test]
fn a_module_runs_on_libraries() {
    let (_folder, file) = written("guest.wat", early_exit::guest::EARLY_EXIT);
    let Some(output) = with_libraries(&["run", &file, "--json", "--exit-at", "any", "--invoke", "run", "1", "7"])
    else {
        return;
    };
    let ran: ModuleRun = json(&output);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    for row in &ran.rows {
        assert_eq!(row.outcome.as_ref().unwrap().to_string(), "exited early with exit code: 1");
    }
}

#[test]
fn random_modules_come_to_the_same_on_libraries() {
    if fetched().len() < 2 {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let save = folder.path().display().to_string();
    let output = with_libraries(&["fuzz", "--count", "60", "--seed", "5", "--save", &save]).unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn libraries_are_measured_and_their_report_is_read_again() {
    let (_folder, file) = temporary("report.json");
    let arguments = ["measure", "--filter", "unwind/dynamic-env", "--filter", "unwind/typed", "--host-frames", "1"];
    let Some(output) = with_libraries(&[&arguments[..], &["--budget", "30", "--launches", "8", "-o", &file]].concat())
    else {
        return;
    };
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let report = Report::read(file.as_ref()).unwrap();
    let named = |id| report.cells.iter().filter(move |cell| cell.cell_id.benchmark == id);
    assert!(named("unwind/dynamic-env").all(|cell| cell.skip_reason.is_none() && !cell.launches.is_empty()));
    assert!(named("unwind/typed").all(|cell| cell.skip_reason.is_some() && cell.launches.is_empty()));
    early_exit(&["report", &file]).assert().success();
}

/// A shared library that is compiled from C source.
fn compiled(folder: &Path, name: &str, text: &str) -> PathBuf {
    let (source, library) = (folder.join(format!("{name}.c")), folder.join(format!("lib{name}.so")));
    fs::write(&source, text).unwrap();
    let built = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    library
}

/// C source with all functions that the program needs, each with the given body.
fn functions(body: impl Fn(&str) -> &'static str) -> String {
    let bindings = include_str!("../src/engine/c_api/bindings.rs");
    let required = bindings.rsplit_once("    required {\n").unwrap().1.split_once("    optional {").unwrap().0;
    let names = required.lines().filter_map(|line| line.trim().split_once('(')).map(|(name, _)| name);
    let names: Vec<_> = names.filter(|name| name.starts_with("wasm_")).collect();
    assert!(names.len() > 40, "{names:?}");
    let text: String = names.iter().map(|name| format!("void *{name}(void) {{ {} }}\n", body(name))).collect();
    format!("#include <stdlib.h>\n{text}")
}

/// The error of a command with this library.
fn refused(library: &str) -> String {
    rejected_in_one_line(&["check", "--library", library])
}

#[test]
#[cfg(target_os = "linux")]
fn files_without_the_c_api_are_rejected_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let file = folder.path().join(name);
        fs::write(&file, bytes).unwrap();
        file.display().to_string()
    };
    assert!(refused("/nowhere/libx.so").contains("no library /nowhere/libx.so"));
    assert!(refused(&folder.path().join("..").display().to_string()).contains("label"));
    assert!(refused(&format!("x={}", folder.path().display())).contains("is no file"));
    assert!(refused(&file("liba.so", b"\0asm\x01\0\0\0")).contains("no library for this machine"));
    assert!(refused(&file("libb.so", b"")).contains("no library for this machine"));
    // An ELF header for an unknown machine, and a header for this machine without content.
    let this = fs::read("/proc/self/exe").unwrap();
    let mut head = this[..64].to_vec();
    (head[16], head[18]) = (3, 250);
    assert!(refused(&file("libc.so", &head)).contains("its machine has the number"));
    head[18] = this[18];
    assert!(refused(&file("libd.so", &head)).contains("cannot use the library"));

    let library = |name: &str, text: &str| compiled(folder.path(), name, text).display().to_string();
    let lacks = functions(|_| "return 0;").replace("wasm_trap_new", "wasm_trap_newest");
    assert!(refused(&library("lacks", &lacks)).contains("no function `wasm_trap_new`"));
    assert!(refused(&library("empty", "int x;")).contains("lacks the C API"));
    assert!(refused(&library("nothing", &functions(|_| "return 0;"))).contains("the library makes no engine"));
    let loads = "#include <stdlib.h>\n__attribute__((constructor)) static void start(void) { abort(); }";
    assert!(refused(&library("aborts", loads)).contains("killed by signal 6"));
    let called = functions(|name| if name == "wasm_engine_new" { "abort();" } else { "return 0;" });
    assert!(refused(&library("called", &called)).contains("killed by signal 6"));
    // Two libraries with one label.
    rejected(&["check", "--library", "x=/proc/self/exe", "--library", "x=/proc/self/exe"]);
    assert!(refused("native=/lib/x.so").contains("no label for a library"));
}

#[test]
#[cfg(target_os = "linux")]
fn a_library_that_crashes_when_it_is_called_costs_verdicts_and_no_other_column() {
    let folder = tempfile::tempdir().unwrap();
    let text = functions(|name| match name {
        "wasm_engine_new" | "wasm_store_new" => "static int x; return &x;",
        "wasm_module_new" => "abort();",
        _ => "return 0;",
    });
    // The other functions return null or false, and deletions do nothing.
    let library = compiled(folder.path(), "crashes", &text).display().to_string();
    let mut arguments = vec!["check", "--json", "--filter", "trap/unreachable", "--library", &library];
    let others = fetched();
    others.iter().for_each(|other| arguments.extend(["--library", other]));
    let output = early_exit(&arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let checked: CheckResult = json(&output);
    for played in &checked.results {
        let crashes = checked.variants[played.variant].label == "crashes";
        assert_eq!(matches!(played.verdict, Verdict::Crashed { .. }), crashes, "{played:?}");
    }
    assert!(
        checked.variants.iter().any(|subject| subject.label == "crashes" && subject.backend_info.engine == "crashes")
    );
}
