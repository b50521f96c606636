//! Tests of `run` with hostile guests and broken workers: each costs one verdict within its limits, and affects no other.
use early_exit::engine::BackendSpec;
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
use crate::supervisor::{fake_worker, hello, is_gone, wait_until};
use crate::{EARLY_EXIT, here, json};

/// Asserts that every backend has a verdict per step, and ends in the last step or in a bad verdict.
fn assert_complete(run: &ModuleRun) {
    assert_eq!(run.rows.len(), here().len());
    for row in &run.rows {
        // A module without a function to call has four steps.
        assert!(row.steps.len() >= 4 || row.is_bad(), "{row:?}");
    }
}

/// The verdict on the last step.
fn last(row: &BackendRun) -> &Verdict {
    &row.steps.last().expect("a step was taken").verdict
}

/// A module of `functions` empty functions with `locals` locals each, and `data` bytes of data.
fn large(functions: u32, locals: u32, data: usize) -> Vec<u8> {
    let mut module = Module::new();
    let mut types = TypeSection::new();
    types.ty().function([], []);
    module.section(&types);
    let mut function_section = FunctionSection::new();
    for _ in 0..functions {
        function_section.function(0);
    }
    module.section(&function_section);
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
fn an_endless_guest_times_out() {
    let (run, _) = Guest::wat(r#"(module (func (export "_start") (loop br 0)))"#).run(&["--timeout", "2"]);
    assert_complete(&run);
    for row in &run.rows {
        let verdict = last(row).to_string();
        assert!(verdict.starts_with("TIMED OUT: no answer within 2s; --timeout 10 gives it longer"), "{verdict}");
    }
}

#[test]
fn endless_calls_of_a_stub_are_counted_until_the_timeout() {
    let text = r#"(module (import "env" "f" (func $f)) (func (export "_start") (loop (call $f) (br 0))))"#;
    let (run, _) = Guest::wat(text).run(&["--timeout", "2"]);
    assert_complete(&run);
    for row in &run.rows {
        assert!(matches!(last(row), Verdict::TimedOut { .. }));
        let calls = row.calls.as_ref().expect("a worker reports its calls");
        assert!(calls.made > 1000 && calls.last.back().unwrap() == "env.f", "{calls:?}");
    }
}

#[test]
fn endless_recursion_is_a_trap() {
    let (run, _) = Guest::wat(r#"(module (func $f (export "_start") call $f call $f))"#).run(&[]);
    assert_complete(&run);
    for row in &run.rows {
        assert_eq!(last(row).to_string(), "FAILED: trapped: call stack exhausted");
    }
}

#[test]
fn a_guest_that_grows_its_memory_is_killed_at_the_limit() {
    let text = r#"(module (memory 1 65536)
        (func (export "_start") (loop (drop (memory.grow (i32.const 1024)))
          (memory.fill (i32.const 0) (i32.const 1) (i32.mul (memory.size) (i32.const 65535))) (br 0))))"#;
    let (run, _) = Guest::wat(text).run(&["--memory", "512M", "--timeout", "60"]);
    assert_complete(&run);
    for row in &run.rows {
        let verdict = last(row).to_string();
        assert!(verdict.contains("limit 512 MiB; --memory 1G gives it more"), "{verdict}");
    }
}

#[test]
fn a_hundred_thousand_functions_get_a_verdict_per_backend() {
    let (run, _) = Guest::named("many.wasm", large(100_000, 0, 1)).run(&["--timeout", "5"]);
    assert_complete(&run);
}

#[test]
fn a_million_locals_are_rejected_and_fifty_thousand_get_a_verdict() {
    let (run, status) = Guest::named("locals.wasm", large(1, 1_000_000, 1)).run(&["--timeout", "5"]);
    assert_complete(&run);
    assert!(here().is_empty() || status == Some(1));
    for row in &run.rows {
        assert!(last(row).to_string().contains("too many locals"), "{row:?}");
    }
    assert_complete(&Guest::named("locals.wasm", large(4, 49_999, 1)).run(&["--timeout", "5"]).0);
}

#[test]
fn a_compilation_beyond_the_timeout_is_stopped_and_reported() {
    let (run, status) = Guest::named("long.wasm", generated::functions(20_000, 0)).run(&["--timeout", "0.2"]);
    assert_complete(&run);
    assert!(here().is_empty() || status == Some(1));
    for row in &run.rows {
        // An interpreter may compile within the timeout.
        let done =
            |step: &StepTaken| step.step == Step::Compile && step.nanoseconds.is_some_and(|took| took < 200_000_000);
        assert!(matches!(last(row), Verdict::TimedOut { .. }) || row.steps.iter().any(done), "{row:?}");
    }
    assert!(here().is_empty() || run.rows.iter().any(|row| matches!(last(row), Verdict::TimedOut { .. })));
}

/// Measures the peak memory of the supervisor itself while it handles a guest of 50 MiB.
#[test]
#[cfg(target_os = "linux")]
fn the_supervisor_needs_less_than_200_mib_for_a_large_guest() {
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
        let kibibytes =
            status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB")?.trim().parse().ok());
        peak = peak.max(kibibytes.unwrap_or(0));
        parent.try_wait().unwrap().is_some()
    });
    let run: ModuleRun = serde_json::from_reader(parent.stdout.take().unwrap()).unwrap();
    assert_eq!(*last(&run.rows[0]), Verdict::Passed);
    assert!((50 << 10..200 << 10).contains(&peak), "{peak} KiB");
}

/// The run of a module on a fake worker that prints `lines` and then executes `rest`.
fn fake_worker_run(lines: &str, rest: &str) -> BackendRun {
    let (_folder, launcher) = fake_worker(&format!("{}{lines}", hello(worker::PROTOCOL)), rest);
    let spec = "native";
    let job = ModuleJob { path: "x".into(), invocation: None, exit_at: None, fuel: None };
    runner::job(&launcher, &BackendSpec::new(spec), &job, &Limits::of(Duration::from_millis(500)), |_| ()).unwrap().1
}

const LOADED: &str = "\n{\"response\":\"loaded\"}";

#[test]
fn an_invalid_response_a_timeout_or_a_crash_costs_one_verdict() {
    let verdict = |lines: &str, rest| last(&fake_worker_run(&format!("{LOADED}{lines}"), rest)).to_string();
    assert!(verdict("\nnonsense", "exec sleep 600").contains("invalid response: nonsense"));
    assert!(verdict("\n{\"response\":\"released\"}", "exec sleep 600").contains("invalid response: Released"));
    assert!(verdict("", "exec sleep 600").starts_with("TIMED OUT"));
    assert!(verdict("", "exec cat /dev/zero").starts_with("CRASHED"));
    assert!(verdict("", "kill -9 $$").contains("killed by signal 9"));
    assert!(last(&fake_worker_run("", "exit 3")).to_string().contains("exit status: 3"));
}

/// The children of a process.
#[cfg(target_os = "linux")]
fn children(of: u32) -> Vec<u32> {
    let children = fs::read_to_string(format!("/proc/{of}/task/{of}/children")).unwrap_or_default();
    children.split_whitespace().map(|pid| pid.parse().unwrap()).collect()
}

/// Starts a run of an endless guest, and returns its process and its worker's process id.
#[cfg(target_os = "linux")]
fn start_run(guest: &Path, timeout: &str) -> (std::process::Child, u32) {
    let mut command = Command::new(EARLY_EXIT);
    command.args(["run", "--json", "--timeout", timeout]).arg(guest).stdout(Stdio::piped());
    let parent = command.spawn().unwrap();
    let mut worker = None;
    wait_until("a worker starts", || {
        worker = children(parent.id()).into_iter().next();
        // The child must have become the worker: between fork and exec it still has its parent's command line.
        worker.is_some_and(|pid| {
            fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.windows(6).any(|word| word == b"worker"))
        })
    });
    (parent, worker.unwrap())
}

const ENDLESS: &str = r#"(module (func (export "_start") (loop br 0)))"#;

#[test]
#[cfg(target_os = "linux")]
fn a_killed_worker_loses_one_row() {
    if here().len() < 2 {
        return;
    }
    let guest = Guest::wat(ENDLESS);
    let (parent, worker) = start_run(&guest.path, "3");
    // The worker gets a row once it has sent its hello. After 50 ticks of CPU time it executes the guest.
    wait_until("the guest runs", || {
        let stat = fs::read_to_string(format!("/proc/{worker}/stat")).unwrap_or_default();
        let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        fields.get(11).and_then(|ticks| ticks.parse::<u64>().ok()).is_some_and(|ticks| ticks > 50)
    });
    kill_process(Pid::from_raw(worker as i32).unwrap(), Signal::KILL).unwrap();
    let output = parent.wait_with_output().unwrap();
    let run: ModuleRun = json(&output);
    assert_complete(&run);
    assert!(last(&run.rows[0]).to_string().contains("killed by signal 9 (KILL)"), "{:?}", run.rows[0]);
    assert!(run.rows[1..].iter().all(|row| row.steps.len() == 5), "the other rows are complete");
}

#[test]
#[cfg(target_os = "linux")]
fn a_worker_ends_when_its_parent_is_killed() {
    if here().is_empty() {
        return;
    }
    let guest = Guest::wat(ENDLESS);
    let (mut parent, worker) = start_run(&guest.path, "600");
    parent.kill().unwrap();
    parent.wait().unwrap();
    wait_until("the worker ends with its parent", || is_gone(worker));
}

#[test]
fn a_worker_that_cannot_be_started_is_an_error_without_a_row() {
    let job = ModuleJob { path: "x".into(), invocation: None, exit_at: None, fuel: None };
    let launcher = Launcher::new("/nowhere/early-exit");
    let error = runner::job(&launcher, &BackendSpec::new("native"), &job, &Limits::of(Duration::from_secs(1)), |_| ())
        .unwrap_err();
    assert!(format!("{error:#}").contains("/nowhere/early-exit"));
}
