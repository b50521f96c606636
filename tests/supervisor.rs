//! The supervisor against workers that really crash, hang, talk nonsense or are killed.
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use early_exit::catalog::benchmark::CellId;
use early_exit::worker::{Hello, Launcher, Limits, PROTOCOL, Request, Response, Worker, WorkerError};
use rustix::process::{Pid, Signal, kill_process};

use crate::{EARLY_EXIT, here};

fn worker() -> Option<Worker> {
    let spec = here().into_iter().next()?;
    Some(Launcher::new(EARLY_EXIT).launch(spec).unwrap().0)
}

fn play(scenario: &str) -> Request {
    Request::Play { scenario: scenario.into() }
}

/// A worker that is a script: says what it is told to, and then does `rest`.
pub(crate) fn impostor(says: &str, rest: &str) -> (tempfile::TempDir, Launcher) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("impostor");
    let mut script = fs::File::create(&path).unwrap();
    write!(script, "#!/bin/sh\ncat <<'END'\n{says}\nEND\n{rest}\n").unwrap();
    script.set_permissions(fs::Permissions::from_mode(0o755)).unwrap();
    (folder, Launcher::new(path))
}

pub(crate) fn hello(protocol: u32) -> String {
    let about = early_exit::engine::BackendInfo {
        engine: "x".into(),
        compiler: "x".into(),
        llvm: None,
        wasm_features: vec![],
        exit_made_of: vec![],
    };
    serde_json::to_string(&Hello { protocol, build: early_exit::results::Build::this(), about }).unwrap()
}

/// Whether a process has ended. One that nobody has waited for yet has.
pub(crate) fn is_gone(pid: u32) -> bool {
    match fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z')),
        Err(_) => rustix::process::test_kill_process(Pid::from_raw(pid as i32).unwrap()).is_err(),
    }
}

pub(crate) fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let patience = Instant::now() + Duration::from_secs(120);
    while !holds() {
        assert!(Instant::now() < patience, "waited in vain: {what}");
        std::thread::yield_now();
    }
}

#[test]
fn a_worker_that_is_killed_from_outside_says_by_which_signal() {
    let Some(mut worker) = worker() else { return };
    let pid = Pid::from_raw(worker.pid() as i32).unwrap();
    // The guest loops; the signal comes once it has said so.
    let lost = worker.ask(&play("drill/hang"), &Limits::of(Duration::from_secs(60)), |_| {
        kill_process(pid, Signal::KILL).unwrap();
    });
    assert_eq!(lost, Err(WorkerError::Crashed("killed by signal 9 (KILL)".into())));
    assert!(is_gone(worker.pid()));
}

#[test]
fn a_worker_that_hangs_is_killed_when_its_time_is_over() {
    let Some(mut worker) = worker() else { return };
    let patience = Duration::from_millis(200);
    let lost = worker.ask(&play("drill/hang"), &Limits::of(patience), |_| ());
    assert_eq!(lost, Err(WorkerError::TimedOut(patience)));
    assert!(is_gone(worker.pid()));
}

#[test]
fn a_worker_that_aborts_leaves_its_last_words() {
    let Some(mut worker) = worker() else { return };
    match worker.ask(&play("drill/abort"), &Limits::of(Duration::from_secs(60)), |_| ()) {
        Err(WorkerError::Crashed(how)) => assert!(how.contains("signal 6 (ABORT)"), "{how}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_worker_that_holds_too_much_memory_is_killed() {
    let Some(mut worker) = worker() else { return };
    let limits = Limits { time: Duration::from_secs(60), memory: 1 << 20 };
    match worker.ask(&play("drill/hang"), &limits, |_| ()) {
        Err(WorkerError::OverMemory { limit: 1, held }) => assert!(held > 1),
        other => panic!("{other:?}"),
    }
    assert!(is_gone(worker.pid()));
}

#[test]
fn an_answer_that_is_none_ends_the_worker() {
    let (_folder, launcher) = impostor(&format!("{}\nneither JSON nor news", hello(PROTOCOL)), "exec sleep 600");
    let (mut worker, _) = launcher.launch("x").unwrap();
    let lost = worker.ask(&play("early-exit"), &Limits::of(Duration::from_secs(60)), |_| ());
    assert_eq!(lost, Err(WorkerError::Garbled("neither JSON nor news".into())));
    assert!(is_gone(worker.pid()));
}

#[test]
fn a_line_without_end_is_no_answer() {
    let (_folder, launcher) = impostor(&hello(PROTOCOL), "exec cat /dev/zero");
    let (mut worker, _) = launcher.launch("x").unwrap();
    let lost = worker.ask(&play("early-exit"), &Limits::of(Duration::from_secs(60)), |_| ());
    assert!(matches!(lost, Err(WorkerError::Garbled(_))), "{lost:?}");
}

#[test]
fn a_worker_that_closes_its_stdout_and_goes_on_is_killed() {
    let (_folder, launcher) = impostor(&hello(PROTOCOL), "exec sleep 600 >&-");
    let (mut worker, _) = launcher.launch("x").unwrap();
    let lost = worker.ask(&play("early-exit"), &Limits::of(Duration::from_secs(60)), |_| ());
    assert!(matches!(&lost, Err(WorkerError::Crashed(how)) if how.contains("closed its stdout")), "{lost:?}");
    assert!(is_gone(worker.pid()));
}

#[test]
fn another_version_of_the_protocol_is_refused_with_both() {
    let (_folder, launcher) = impostor(&hello(PROTOCOL + 1), "exec sleep 600");
    let error = format!("{:#}", launcher.launch("x").err().unwrap());
    assert!(error.contains(&format!("version {}", PROTOCOL + 1)), "{error}");
    assert!(error.contains(&format!("version {PROTOCOL}")), "{error}");
}

#[test]
fn what_is_no_worker_is_no_riddle() {
    let error = format!("{:#}", Launcher::new("/nowhere/early-exit").launch("x").err().unwrap());
    assert!(error.contains("/nowhere/early-exit"), "{error}");
    let (_folder, launcher) = impostor("hello there", "");
    let error = format!("{:#}", launcher.launch("x").err().unwrap());
    assert!(error.contains("hello there"), "{error}");
}

#[test]
fn a_worker_answers_for_what_it_does_not_know() {
    let Some(mut worker) = worker() else { return };
    let address = CellId { benchmark: "no/such".into(), at: None, host_frames: 1 };
    match worker.ask(&Request::Prepare { address, processor: None }, &Limits::of(Duration::from_secs(60)), |_| ()) {
        Ok(Response::Unable { why, unsupported: true }) => assert!(why.contains("no/such"), "{why}"),
        other => panic!("{other:?}"),
    }
}

/// The hardest case: the guest loops for ever, so the worker's main thread never looks at its stdin.
#[test]
#[cfg(target_os = "linux")]
fn no_worker_outlives_its_parent_even_a_killed_one() {
    let Some(spec) = here().into_iter().next() else { return };
    let mut parent = Command::new(EARLY_EXIT)
        .args(["run", "drill/hang", "--backend", spec])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Its first line says that the guest is about to loop.
    let mut first = [0];
    std::io::Read::read_exact(&mut parent.stdout.take().unwrap(), &mut first).unwrap();
    let children = fs::read_to_string(format!("/proc/{0}/task/{0}/children", parent.id())).unwrap();
    let worker: u32 = children.trim().parse().expect("it has one child, its worker");
    assert!(!is_gone(worker));
    parent.kill().unwrap();
    parent.wait().unwrap();
    wait_until("the worker ends with its parent", || is_gone(worker));
}
