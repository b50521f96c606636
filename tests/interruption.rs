//! Tests of Ctrl-C and SIGTERM: each command shows its results so far, exits with 130 or 143, and leaves no process or file.
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use early_exit::fuzz::result::RandomRun;
use early_exit::results::{CheckResult, Report, SkipReason, Verdict};
use early_exit::run_module::result::ModuleRun;
use early_exit::soak::result::SoakResult;
use early_exit::spec::result::SpecRun;
use rustix::process::{Pid, Signal, kill_process};

use crate::instructions::is_countable;
use crate::supervisor::{is_gone, wait_until};
use crate::{EARLY_EXIT, here, json, temporary, written};

/// A running command with a separate temporary folder.
struct AtWork {
    child: Child,
    temporary: tempfile::TempDir,
}

impl AtWork {
    fn begin(arguments: &[&str]) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let mut command = Command::new(EARLY_EXIT);
        command.args(arguments).env("TMPDIR", temporary.path()).stdin(Stdio::null());
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        Self { child, temporary }
    }

    /// The process id of a worker, if there is one.
    fn worker(&self) -> Option<u32> {
        let id = self.child.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        let workers = children.split_whitespace().filter_map(|pid| pid.parse().ok());
        // Threads of `check` start their own workers. Children of the main thread come first.
        let others = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
        let others = others.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
        let others: Vec<u32> = others
            .flat_map(|pids| pids.split_whitespace().map(|pid| pid.parse().unwrap()).collect::<Vec<_>>())
            .collect();
        workers.chain(others).next()
    }

    /// Waits until a worker, except for those in `but`, has used over 30 ticks of CPU time, so that its guest runs.
    fn until_a_guest_runs(&self, but: &[u32]) -> u32 {
        let mut running = None;
        wait_until("a guest runs", || {
            running = self.worker().filter(|worker| !but.contains(worker) && ticks(*worker) > 30);
            running.is_some()
        });
        running.unwrap()
    }

    /// Sends a signal, and tests that no worker and no temporary file is left.
    fn interrupted(self, signal: Signal) -> Output {
        let worker = self.worker();
        kill_process(Pid::from_raw(self.child.id() as i32).unwrap(), signal).unwrap();
        let output = self.child.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        let status = 128 + signal.as_raw();
        assert_eq!(output.status.code(), Some(status), "{told}");
        assert!(told.contains("interrupted: the results are incomplete"), "{told}");
        assert!(!told.contains("panicked"), "{told}");
        wait_until("its worker is gone", || worker.is_none_or(is_gone));
        let left = fs::read_dir(self.temporary.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let left: Vec<_> = left.filter(|name| name != "early-exit-measures.lock").collect();
        assert!(left.is_empty(), "{left:?}");
        output
    }
}

/// The user CPU time of a process in ticks, usually of 10 ms.
fn ticks(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    fields.get(11).and_then(|ticks| ticks.parse().ok()).unwrap_or(0)
}

#[test]
fn an_interrupted_scenario_shows_its_transcript() {
    let Some(backend) = here().into_iter().next() else { return };
    // After `nohup`, a hangup is ignored.
    let ignored = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = ignored.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    let hangup = (ignored.unwrap_or_default() & 1 == 0).then_some(Signal::HUP);
    for signal in [Signal::INT, Signal::TERM].into_iter().chain(hangup) {
        let mut work = AtWork::begin(&["run", "fault/hang", "--backend", backend]);
        let mut said = [0; 8];
        work.child.stdout.as_mut().unwrap().read_exact(&mut said).unwrap();
        work.interrupted(signal);
    }
}

#[test]
fn a_module_shows_the_backends_that_were_done() {
    let backends = here();
    let [first, second, ..] = backends.as_slice() else { return };
    let (_folder, guest) = written("guest.wat", r#"(module (func (export "_start") (loop br 0)))"#);
    let work = AtWork::begin(&["run", &guest, "--timeout", "600", "--json", "--backend", first, "--backend", second]);
    // Killing the first backend's worker completes that backend. The second is interrupted.
    let worker = work.until_a_guest_runs(&[]);
    kill_process(Pid::from_raw(worker as i32).unwrap(), Signal::KILL).unwrap();
    work.until_a_guest_runs(&[worker]);
    let ran: ModuleRun = json(&work.interrupted(Signal::TERM));
    assert!(ran.interrupted);
    assert_eq!((ran.variants.len(), ran.rows.len()), (1, 1));
    assert!(matches!(ran.rows[0].steps.last().unwrap().verdict, Verdict::Crashed { .. }));
}

#[test]
fn a_check_shows_the_scenarios_that_were_played() {
    let Some(backend) = here().into_iter().next() else { return };
    let work = AtWork::begin(&["check", "--json", "--backend", backend]);
    work.until_a_guest_runs(&[]);
    let check_result: CheckResult = json(&work.interrupted(Signal::INT));
    let all = early_exit::catalog::scenario::all().filter(|scenario| !scenario.on_request).count();
    assert!(check_result.interrupted && check_result.results.len() < all, "{}", check_result.results.len());
    // The interrupted scenarios have no verdict.
    assert!(check_result.results.iter().all(|played| !played.verdict.is_bad()), "{:?}", check_result.results);
}

#[test]
fn interrupted_checks_show_their_results() {
    let backends = here();
    let [first, second, ..] = backends.as_slice() else { return };
    let interrupted = |arguments: &[&str], signal| {
        let work = AtWork::begin(&[arguments, &["--json", "--backend", first]].concat());
        work.until_a_guest_runs(&[]);
        work.interrupted(signal)
    };
    let specified: SpecRun = json(&interrupted(&["check", "spec"], Signal::TERM));
    assert!(specified.interrupted && specified.variants.len() <= 1);
    let soaked: Vec<SoakResult> = json(&interrupted(&["check", "soak", "--duration", "600s"], Signal::INT));
    assert!(soaked.len() == 1 && soaked[0].interrupted && soaked[0].failed.is_none(), "{soaked:?}");
    let many = ["fuzz", "--count", "100000000", "--backend", second];
    let random: RandomRun = json(&interrupted(&many, Signal::TERM));
    assert!(random.interrupted && random.unexplained().next().is_none(), "{random:?}");
}

/// Runs a measuring command with all backends, and interrupts it after its first complete launch. Returns the report and the
/// output.
fn after_a_launch(verb: &[&str]) -> (Report, Output) {
    let folder = tempfile::tempdir().unwrap();
    let (file, journal) = (folder.path().join("report.json"), folder.path().join("report.json.journal"));
    let chosen = here().into_iter().flat_map(|backend| ["--backend", backend]).collect::<Vec<_>>();
    let endless = ["--budget", "100000", "--launches", "1000", "-o", file.to_str().unwrap()];
    let mut work = AtWork::begin(&[verb, &chosen, &endless].concat());
    let launches = |journal: &Path| fs::read_to_string(journal).map_or(0, |text| text.matches('\n').count());
    let begun = Instant::now();
    while launches(&journal) < 2 && work.child.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < Duration::from_secs(300), "no launch was over");
        std::thread::yield_now();
    }
    let output = work.interrupted(Signal::INT);
    assert!(!journal.exists());
    let report = Report::read(&file).unwrap();
    assert!(!report.run.complete && report.run.launches_completed > 0);
    let failed =
        |skip_reason: &SkipReason| matches!(skip_reason, SkipReason::Failed { .. } | SkipReason::WorkerLost { .. });
    assert!(!report.cells.iter().any(|cell| cell.skip_reason.as_ref().is_some_and(failed)));
    (report, output)
}

#[test]
fn an_interrupted_comparison_reports_its_launches() {
    let backends = here();
    let [_, others @ ..] = backends.as_slice() else { return };
    if !others.is_empty() {
        let (_, output) = after_a_launch(&["compare", "--filter", "floor/e*", "--format", "json"]);
        let comparison: serde_json::Value = json(&output);
        let variants =
            comparison["variants"].as_array().unwrap().iter().map(|variant| variant["label"].as_str().unwrap());
        assert!(variants.eq(others.iter().copied()) && !comparison["cells"].as_array().unwrap().is_empty());
    }
}

#[test]
fn an_interrupted_measurement_reports_its_launches() {
    if !here().is_empty() {
        let (report, output) = after_a_launch(&["measure", "--filter", "call/typed", "--param", "2"]);
        let shown = String::from_utf8_lossy(&output.stdout);
        let mut variants = report.variants.iter().filter(|variant| variant.control_of.is_none());
        assert!(variants.all(|variant| shown.contains(&variant.label)), "{shown}");
    }
}

#[test]
fn before_the_first_launch_nothing_is_written() {
    let Some(backend) = here().into_iter().next() else { return };
    for how in [["--budget", "600"].as_slice(), &["--instructions"]] {
        if how == ["--instructions"] && !is_countable() {
            continue;
        }
        let (folder, file) = temporary("report.json");
        let work = AtWork::begin(&[&["measure", "--backend", backend, "-o", &file], how].concat());
        work.until_a_guest_runs(&[]);
        let output = work.interrupted(Signal::TERM);
        assert!(output.stdout.is_empty());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "neither a report nor a journal");
    }
}
