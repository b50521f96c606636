//! Tests of the supervisor with workers that crash, hang, send invalid lines or are killed.
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use early_exit::catalog::benchmark::CellId;
use early_exit::engine::{BackendInfo, BackendSpec};
use early_exit::results::Build;
use early_exit::worker::{Hello, Launcher, Limits, PROTOCOL, Request, Response, Worker, WorkerError};
use rustix::process::{Pid, Signal, kill_process};

use crate::{EARLY_EXIT, here};

fn worker() -> Option<Worker> {
    let spec = here().into_iter().next()?;
    Some(Launcher::new(EARLY_EXIT).launch(&BackendSpec::new(spec)).unwrap().0)
}

fn play(scenario: &str) -> Request {
    Request::RunScenario { scenario: scenario.into() }
}

/// A fake worker: a shell script that prints `lines` and then executes `rest`.
pub(crate) fn fake_worker(lines: &str, rest: &str) -> (tempfile::TempDir, Launcher) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fake-worker");
    let mut script = fs::File::create(&path).unwrap();
    write!(script, "#!/bin/sh\ncat <<'END'\n{lines}\nEND\n{rest}\n").unwrap();
    script.set_permissions(fs::Permissions::from_mode(0o755)).unwrap();
    (folder, Launcher::new(path))
}

pub(crate) fn hello(protocol: u32) -> String {
    serde_json::to_string(&Hello { protocol, build: Build::this(), backend_info: BackendInfo::default() }).unwrap()
}

/// Whether a process has ended. A zombie has ended.
pub(crate) fn is_gone(pid: u32) -> bool {
    match fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z')),
        Err(_) => rustix::process::test_kill_process(Pid::from_raw(pid as i32).unwrap()).is_err(),
    }
}

pub(crate) fn wait_until(condition: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(120);
    while !holds() {
        assert!(Instant::now() < deadline, "timeout: {condition}");
        std::thread::yield_now();
    }
}

#[test]
fn a_killed_worker_is_reported_with_its_signal() {
    let Some(mut worker) = worker() else { return };
    let pid = Pid::from_raw(worker.pid() as i32).unwrap();
    // The guest loops; the log line shows that the loop has begun.
    let result = worker.request(&play("fault/hang"), &Limits::of(Duration::from_secs(60)), |_| {
        kill_process(pid, Signal::KILL).unwrap();
    });
    assert_eq!(result, Err(WorkerError::Crashed("killed by signal 9 (KILL)".into())));
    assert!(is_gone(worker.pid()));
}

#[test]
fn a_worker_that_hangs_is_killed_at_the_timeout() {
    let Some(mut worker) = worker() else { return };
    let timeout = Duration::from_millis(200);
    let result = worker.request(&play("fault/hang"), &Limits::of(timeout), |_| ());
    assert_eq!(result, Err(WorkerError::TimedOut(timeout)));
    assert!(is_gone(worker.pid()));
}

#[test]
fn a_worker_that_aborts_is_reported_with_its_signal() {
    let Some(mut worker) = worker() else { return };
    match worker.request(&play("fault/abort"), &Limits::of(Duration::from_secs(60)), |_| ()) {
        Err(WorkerError::Crashed(how)) => assert!(how.contains("signal 6 (ABORT)"), "{how}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_worker_above_the_memory_limit_is_killed() {
    let Some(mut worker) = worker() else { return };
    let limits = Limits { time: Duration::from_secs(60), memory: 1 << 20 };
    match worker.request(&play("fault/hang"), &limits, |_| ()) {
        Err(WorkerError::OverMemory { limit: 1, used }) => assert!(used > 1),
        other => panic!("{other:?}"),
    }
    assert!(is_gone(worker.pid()));
}

/// The response of a fake worker that prints `lines` after its hello and then executes `rest`, and whether the response ended it.
fn fake_response(lines: &str, rest: &str) -> (Result<Response, WorkerError>, bool) {
    let (_folder, launcher) = fake_worker(&format!("{}{lines}", hello(PROTOCOL)), rest);
    let (mut worker, _) = launcher.launch(&BackendSpec::new("x")).unwrap();
    let result = worker.request(&play("early-exit"), &Limits::of(Duration::from_secs(60)), |_| ());
    let is_gone = is_gone(worker.pid());
    (result, is_gone)
}

#[test]
fn a_worker_is_killed_after_an_invalid_response() {
    let (result, is_gone) = fake_response("\nneither JSON nor news", "exec sleep 600");
    assert_eq!(result, Err(WorkerError::Protocol("neither JSON nor news".into())));
    assert!(is_gone);
}

#[test]
fn an_endless_line_is_an_invalid_response() {
    let (result, _) = fake_response("", "exec cat /dev/zero");
    assert!(matches!(result, Err(WorkerError::Protocol(_))), "{result:?}");
}

#[test]
fn a_worker_that_closes_its_stdout_and_keeps_running_is_killed() {
    let (result, is_gone) = fake_response("", "exec sleep 600 >&-");
    assert!(matches!(&result, Err(WorkerError::Crashed(how)) if how.contains("closed its stdout")), "{result:?}");
    assert!(is_gone);
}

#[test]
fn another_protocol_version_is_rejected_with_both_versions() {
    let (_folder, launcher) = fake_worker(&hello(PROTOCOL + 1), "exec sleep 600");
    let error = format!("{:#}", launcher.launch(&BackendSpec::new("x")).err().unwrap());
    assert!(error.contains(&format!("version {}", PROTOCOL + 1)), "{error}");
    assert!(error.contains(&format!("version {PROTOCOL}")), "{error}");
}

#[test]
fn a_program_that_is_not_a_worker_is_named_in_the_error() {
    let error = format!("{:#}", Launcher::new("/nowhere/early-exit").launch(&BackendSpec::new("x")).err().unwrap());
    assert!(error.contains("/nowhere/early-exit"), "{error}");
    let (_folder, launcher) = fake_worker("hello there", "");
    let error = format!("{:#}", launcher.launch(&BackendSpec::new("x")).err().unwrap());
    assert!(error.contains("hello there"), "{error}");
}

#[test]
fn an_unknown_benchmark_is_unsupported() {
    let Some(mut worker) = worker() else { return };
    let cell_id = CellId { benchmark: "no/such".into(), at: None, host_frames: 1 };
    match worker.request(&Request::Prepare { cell_id, processor: None }, &Limits::of(Duration::from_secs(60)), |_| ()) {
        Ok(Response::Error { reason, unsupported: true }) => assert!(reason.contains("no/such"), "{reason}"),
        other => panic!("{other:?}"),
    }
}

/// The guest loops in the worker's main thread, which therefore cannot read from stdin.
#[test]
#[cfg(target_os = "linux")]
fn a_worker_ends_when_its_parent_is_killed_during_an_endless_loop() {
    let Some(spec) = here().into_iter().next() else { return };
    let mut parent = Command::new(EARLY_EXIT)
        .args(["run", "fault/hang", "--backend", spec])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // The first byte of output shows that the guest is about to loop.
    let mut first = [0];
    std::io::Read::read_exact(&mut parent.stdout.take().unwrap(), &mut first).unwrap();
    let children = fs::read_to_string(format!("/proc/{0}/task/{0}/children", parent.id())).unwrap();
    let worker: u32 = children.trim().parse().expect("the worker is the only child");
    assert!(!is_gone(worker));
    parent.kill().unwrap();
    parent.wait().unwrap();
    wait_until("the worker ends with its parent", || is_gone(worker));
}
