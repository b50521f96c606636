//! Hostile guests and broken workers: each costs a verdict within its limits, and nobody else anything.
use early_exit::run_module::runner;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use early_exit::guest::generated;
use early_exit::results::Verdict;
use early_exit::run_module::result::{BackendRun, ModuleRun, StepTaken};
use early_exit::run_module::{ModuleJob, Step};
use early_exit::worker;
use early_exit::worker::{Launcher, Limits};
use rustix::process::{Pid, Signal, kill_process};
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ExportKind, ExportSection, Function, FunctionSection, MemorySection,
    MemoryType, Module, TypeSection, ValType,
};

use crate::run_file::Guest;
use crate::supervisor::{hello, impostor, is_gone, wait_until};
use crate::{EARLY_EXIT, here};

/// Every backend has a verdict on every step that it came to, and came to an end or says why not.
fn whole(ran: &ModuleRun) {
    assert_eq!(ran.rows.len(), here().len());
    for row in &ran.rows {
        // Where there is nothing to call, the instance is the end.
        assert!(row.steps.len() >= 4 || row.is_bad(), "{row:?}");
    }
}

/// The verdict on the last step that was taken.
fn last(row: &BackendRun) -> &Verdict {
    &row.steps.last().expect("a step was taken").verdict
}

/// A module of so many functions that do nothing, with so many locals each, and so many bytes of data.
fn large(functions: u32, locals: u32, data: usize) -> Vec<u8> {
    let mut module = Module::new();
    let mut types = TypeSection::new();
    types.ty().function([], []);
    module.section(&types);
    let mut declared = FunctionSection::new();
    for _ in 0..functions {
        declared.function(0);
    }
    module.section(&declared);
    let mut memories = MemorySection::new();
    let minimum = data.div_ceil(1 << 16) as u64;
    memories.memory(MemoryType { minimum, maximum: None, memory64: false, shared: false, page_size_log2: None });
    module.section(&memories);
    let mut exports = ExportSection::new();
    exports.export("_start", ExportKind::Func, functions - 1);
    module.section(&exports);
    let mut code = CodeSection::new();
    for _ in 0..functions {
        let mut function = Function::new([(locals, ValType::I64)]);
        function.instructions().end();
        code.function(&function);
    }
    module.section(&code);
    let mut segments = DataSection::new();
    segments.active(0, &ConstExpr::i32_const(0), (0..data).map(|n| n as u8));
    module.section(&segments);
    module.finish()
}

#[test]
fn a_guest_that_never_returns_is_stopped() {
    let (ran, _) = Guest::wat(r#"(module (func (export "_start") (loop br 0)))"#).run(&["--timeout", "2"]);
    whole(&ran);
    for row in &ran.rows {
        let told = last(row).to_string();
        assert!(told.starts_with("TIMED OUT: no answer within 2s; --timeout 10 gives it longer"), "{told}");
    }
}

#[test]
fn a_stub_that_is_called_without_end_is_counted_until_the_guest_is_stopped() {
    let text = r#"(module (import "env" "f" (func $f)) (func (export "_start") (loop (call $f) (br 0))))"#;
    let (ran, _) = Guest::wat(text).run(&["--timeout", "2"]);
    whole(&ran);
    for row in &ran.rows {
        assert!(matches!(last(row), Verdict::TimedOut { .. }));
        let calls = row.calls.as_ref().expect("it told how far it was");
        assert!(calls.made > 1000 && calls.last.back().unwrap() == "env.f", "{calls:?}");
    }
}

#[test]
fn recursion_without_end_is_a_trap() {
    let (ran, _) = Guest::wat(r#"(module (func $f (export "_start") call $f call $f))"#).run(&[]);
    whole(&ran);
    for row in &ran.rows {
        assert_eq!(last(row).to_string(), "FAILED: trapped: call stack exhausted");
    }
}

#[test]
fn memory_that_is_grown_and_used_is_held_to_its_limit() {
    let text = r#"(module (memory 1 65536)
        (func (export "_start") (loop (drop (memory.grow (i32.const 1024)))
          (memory.fill (i32.const 0) (i32.const 1) (i32.mul (memory.size) (i32.const 65535))) (br 0))))"#;
    let (ran, _) = Guest::wat(text).run(&["--memory", "512M", "--timeout", "60"]);
    whole(&ran);
    for row in &ran.rows {
        let told = last(row).to_string();
        assert!(told.contains("more than the 512 MiB that it was given; --memory 1G gives it more"), "{told}");
    }
}

#[test]
fn a_hundred_thousand_functions_cost_a_verdict_each() {
    let (ran, _) = Guest::named("many.wasm", large(100_000, 0, 1)).run(&["--timeout", "5"]);
    whole(&ran);
}

#[test]
fn a_million_locals_are_refused_and_fifty_thousand_cost_a_verdict() {
    let (ran, status) = Guest::named("locals.wasm", large(1, 1_000_000, 1)).run(&["--timeout", "5"]);
    whole(&ran);
    assert!(here().is_empty() || status == Some(1));
    for row in &ran.rows {
        assert!(last(row).to_string().contains("too many locals"), "{row:?}");
    }
    whole(&Guest::named("locals.wasm", large(4, 49_999, 1)).run(&["--timeout", "5"]).0);
}

#[test]
fn a_compile_that_takes_too_long_is_stopped_and_says_so() {
    let (ran, status) = Guest::named("long.wasm", generated::functions(20_000, 0)).run(&["--timeout", "0.2"]);
    whole(&ran);
    assert!(here().is_empty() || status == Some(1));
    for row in &ran.rows {
        // An interpreter may be done by then.
        let done =
            |step: &StepTaken| step.step == Step::Compile && step.nanoseconds.is_some_and(|took| took < 200_000_000);
        assert!(matches!(last(row), Verdict::TimedOut { .. }) || row.steps.iter().any(done), "{row:?}");
    }
    assert!(here().is_empty() || ran.rows.iter().any(|row| matches!(last(row), Verdict::TimedOut { .. })));
}

/// The program's own memory, while it deals with 50 MB.
#[test]
#[cfg(target_os = "linux")]
fn the_harness_itself_stays_small() {
    let Some(spec) = here().into_iter().next() else { return };
    let guest = Guest::named("data.wasm", large(1, 0, 50 << 20));
    let mut parent = Command::new(EARLY_EXIT)
        .args(["run", "--backend", spec, "--json"])
        .arg(&guest.path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut peak = 0;
    wait_until("the run ends", || {
        let status = fs::read_to_string(format!("/proc/{}/status", parent.id())).unwrap_or_default();
        let held = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB")?.trim().parse().ok());
        peak = peak.max(held.unwrap_or(0));
        parent.try_wait().unwrap().is_some()
    });
    let ran: ModuleRun = serde_json::from_reader(parent.stdout.take().unwrap()).unwrap();
    assert_eq!(*last(&ran.rows[0]), Verdict::Passed);
    assert!((50 << 10..200 << 10).contains(&peak), "{peak} KiB");
}

/// What a worker that says this gives for a module.
fn impostors(says: &str, rest: &str) -> BackendRun {
    let (_folder, launcher) = impostor(&format!("{}{says}", hello(worker::PROTOCOL)), rest);
    let spec = "native";
    let errand = ModuleJob { path: "x".into(), invocation: None, exit_at: None, fuel: None };
    runner::errand(&launcher, spec, &errand, &Limits::of(Duration::from_millis(500)), |_| ()).unwrap().1
}

const LOADED: &str = "\n{\"answer\":\"loaded\"}";

#[test]
fn a_worker_that_talks_nonsense_stops_or_dies_costs_one_verdict() {
    let told = |says: &str, rest| last(&impostors(&format!("{LOADED}{says}"), rest)).to_string();
    assert!(told("\nnonsense", "exec sleep 600").contains("said what is no answer: nonsense"));
    assert!(told("\n{\"answer\":\"released\"}", "exec sleep 600").contains("said what is no answer: Released"));
    assert!(told("", "exec sleep 600").starts_with("TIMED OUT"));
    assert!(told("", "exec cat /dev/zero").starts_with("CRASHED"));
    assert!(told("", "kill -9 $$").contains("killed by signal 9"));
    assert!(last(&impostors("", "exit 3")).to_string().contains("exit status: 3"));
}

/// The children of a process.
#[cfg(target_os = "linux")]
fn children(of: u32) -> Vec<u32> {
    let children = fs::read_to_string(format!("/proc/{of}/task/{of}/children")).unwrap_or_default();
    children.split_whitespace().map(|pid| pid.parse().unwrap()).collect()
}

/// A run of a guest that never returns, and its worker while the guest runs.
#[cfg(target_os = "linux")]
fn running(guest: &Path, timeout: &str) -> (std::process::Child, u32) {
    let mut command = Command::new(EARLY_EXIT);
    command.args(["run", "--json", "--timeout", timeout]).arg(guest).stdout(Stdio::piped());
    let parent = command.spawn().unwrap();
    let mut worker = None;
    wait_until("a worker starts", || {
        worker = children(parent.id()).into_iter().next();
        // A program that has become the worker, not one that is about to.
        worker.is_some_and(|pid| {
            fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.windows(6).any(|word| word == b"worker"))
        })
    });
    (parent, worker.unwrap())
}

const ENDLESS: &str = r#"(module (func (export "_start") (loop br 0)))"#;

#[test]
#[cfg(target_os = "linux")]
fn a_worker_that_is_killed_costs_its_own_row_only() {
    if here().len() < 2 {
        return;
    }
    let guest = Guest::wat(ENDLESS);
    let (parent, worker) = running(&guest.path, "3");
    // It has to have greeted: before that there is no row to lose. What it executes then is the guest's.
    wait_until("its guest runs", || {
        let stat = fs::read_to_string(format!("/proc/{worker}/stat")).unwrap_or_default();
        let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        fields.get(11).and_then(|ticks| ticks.parse::<u64>().ok()).is_some_and(|ticks| ticks > 50)
    });
    kill_process(Pid::from_raw(worker as i32).unwrap(), Signal::KILL).unwrap();
    let output = parent.wait_with_output().unwrap();
    let ran: ModuleRun = serde_json::from_slice(&output.stdout).unwrap();
    whole(&ran);
    assert!(last(&ran.rows[0]).to_string().contains("killed by signal 9 (KILL)"), "{:?}", ran.rows[0]);
    assert!(ran.rows[1..].iter().all(|row| row.steps.len() == 5), "the others' rows are complete");
}

#[test]
#[cfg(target_os = "linux")]
fn no_worker_is_left_when_the_parent_is_killed() {
    if here().is_empty() {
        return;
    }
    let guest = Guest::wat(ENDLESS);
    let (mut parent, worker) = running(&guest.path, "600");
    parent.kill().unwrap();
    parent.wait().unwrap();
    wait_until("the worker ends with its parent", || is_gone(worker));
}

#[test]
fn what_cannot_be_started_is_no_row() {
    let errand = ModuleJob { path: "x".into(), invocation: None, exit_at: None, fuel: None };
    let launcher = Launcher::new("/nowhere/early-exit");
    let error = runner::errand(&launcher, "native", &errand, &Limits::of(Duration::from_secs(1)), |_| ()).unwrap_err();
    assert!(format!("{error:#}").contains("/nowhere/early-exit"));
}
