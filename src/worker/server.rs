//! The worker's side: handles requests from stdin.
use std::fs::File;
use std::io::{self, Write};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};

use super::counting_child;
use super::cpu_affinity::{AffinityGuard, AffinityHint};
use super::fork;
use super::protocol::{Hello, ModuleTrial, PROTOCOL, Request, Response};
use super::supervisor::ARTIFACTS;
use crate::catalog::{benchmark, scenario};
use crate::engine::embedding::{Transcript, Unsupported, panic_message};
use crate::engine::{BackendSpec, OpenBackend};
use crate::fuzz::feature_set::FeatureSet;
use crate::fuzz::generate::generate;
use crate::fuzz::observation::{self, Action, Observation};
use crate::fuzz::seed::ModuleSeed;
use crate::fuzz::trial;
use crate::results::{Build, Verdict};
use crate::run_module::{MeasuredModule, ModuleJob, ModuleSession, Step, StepOutput};
use crate::sampling::bench_thread::BenchThread;
use crate::soak::exceptions::ExceptionSoak;
use crate::soak::workload::{ExitCounts, Mixture, Soak};
use crate::spec::claims::Claims;
use crate::spec::{player, script};
use crate::valgrind;

/// Serves one variant until stdin is closed.
///
/// # Errors
/// When the backend cannot be opened, or a request is invalid.
pub fn serve(spec: &BackendSpec) -> Result<()> {
    let wire = ResponseWriter::take().context("cannot redirect stdout")?;
    let set_up_for_counting = || {
        valgrind::heap::set_up();
        fork::pool_of_this_thread()
    };
    let _pool = valgrind::is_running().then(set_up_for_counting).transpose()?;
    let backend = spec.open()?;
    if let Some(folder) = std::env::var_os(ARTIFACTS) {
        backend.keep_artifacts(Path::new(&folder));
    }
    wire.send(&Hello { protocol: PROTOCOL, build: Build::this(), backend_info: backend.about() });
    let mut cells = Vec::new();
    let (mut session, mut module, mut soak) = (None, None, None);
    let reader = AffinityHint::default();
    let mut affinity = None;
    let lines: Box<dyn Iterator<Item = String>> = match valgrind::is_running() {
        // Another thread's allocations would change the counts of the children.
        true => Box::new(std::iter::from_fn(request_line)),
        false => Box::new(request_lines(&reader)),
    };
    for line in lines {
        let request = serde_json::from_str(&line).with_context(|| format!("invalid request: {line}"))?;
        affinity = pinned(affinity, &request);
        // An error of an arm is the response; `?` ends the process.
        let response = match request {
            Request::RunScenario { scenario } => Ok(run_scenario(&*backend, &scenario, &wire)),
            Request::LoadModule { job } => load(job, spec, &*backend).map(|(for_steps, for_benchmarks)| {
                (session, module) = (Some(for_steps), Some(for_benchmarks));
                Response::Loaded
            }),
            Request::Step { step } => {
                let session = session.as_mut().context("no module is loaded")?;
                Ok(Response::Stepped { output: run_step(&*backend, session, step, &wire) })
            }
            Request::RunModules { seed, numbers, features } => {
                Ok(run_modules(&*backend, seed, numbers, &features, &wire))
            }
            Request::ExamineModule { seed, features } => generate(&seed, &features).map(|generated| {
                let observations = trial::run(&*backend, &generated, |action| wire.log(action));
                Response::Examined { observations }
            }),
            Request::Soak { seed, milliseconds, mixture } => {
                let started = match soak.take() {
                    Some(running) => Ok(running),
                    None => start_soak(&*backend, mixture, seed),
                };
                // It stays, also after an error.
                let counts = started.and_then(|running| soak.insert(running)(Duration::from_millis(milliseconds)));
                counts.map(|counts| Response::Soaked { counts })
            }
            Request::RunScript { name, features, skip } => run_script(&*backend, &name, &features, &skip, &wire),
            Request::Prepare { cell_id, processor } => {
                let _ = processor.map(|processor| reader.at(processor));
                let prepared = BenchThread::prepare(&backend, &cell_id, processor, module.clone());
                let response = Response::prepared(cells.len(), prepared.as_ref().map(|cell| &cell.metrics));
                cells.extend(prepared.ok().map(Some));
                Ok(response)
            }
            Request::Sample { cell, spec } => {
                let cell = cells.get_mut(cell).and_then(Option::as_mut).context("no such cell")?;
                cell.batch(spec).map(|batch| Response::Sampled { batch })
            }
            Request::WarmUp => {
                counting_child::warm_up(&backend);
                Ok(Response::WarmedUp)
            }
            Request::Fork => match fork::fork() {
                Ok(Some(child)) => {
                    child.wait()?;
                    Ok(Response::Joined)
                }
                Ok(None) => {
                    wire.send(&Response::Forked);
                    return counting_child::serve(&backend, module.as_ref(), &wire);
                }
                Err(error) => Err(error),
            },
            Request::Join | Request::Count { .. } => Err(anyhow!("this is no child process")),
            Request::Release { cell } => {
                // Numbers are not reused.
                cells.get_mut(cell).and_then(Option::take);
                Ok(Response::Released)
            }
        };
        wire.send(&response.unwrap_or_else(Response::failed));
    }
    Ok(())
}

/// Reads the next request. A child process goes on where its parent stopped: the supervisor sends a request only after the
/// response to the last one.
pub(crate) fn request_line() -> Option<String> {
    let mut line = String::new();
    matches!(io::stdin().read_line(&mut line), Ok(1..)).then_some(line)
}

/// Reads requests on a separate thread, so that the process ends with its supervisor even if a guest never returns.
fn request_lines(reader: &AffinityHint) -> mpsc::IntoIter<String> {
    let (lines, received) = mpsc::channel();
    let (hint, mut processor) = (reader.clone(), 0);
    std::thread::spawn(move || {
        for line in io::stdin().lines().map_while(Result::ok) {
            hint.go(&mut processor);
            if lines.send(line).is_err() {
                break;
            }
        }
        end_now();
    });
    received.into_iter()
}

/// Ends the process without destructors: those of a working compiler could hang.
pub(crate) fn end_now() -> ! {
    #[cfg(unix)]
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    std::process::exit(0)
}

fn run_scenario(backend: &dyn OpenBackend, id: &str, wire: &ResponseWriter) -> Response {
    // A newer build may have scenarios that this build lacks.
    let Some(scenario) = scenario::find(id) else {
        let reason = format!("this build has no scenario `{id}`");
        return Response::ScenarioDone { end: Verdict::Unsupported { reason } };
    };
    let log = wire.clone();
    let transcript = Transcript::new(move |line| log.send(&Response::Log { line: line.to_owned() }));
    let end = match catch_unwind(AssertUnwindSafe(|| backend.play(scenario, &transcript))) {
        Ok(Ok(())) => Verdict::Passed,
        Ok(Err(error)) => match error.downcast() {
            Ok(Unsupported(reason)) => Verdict::Unsupported { reason: reason.into_owned() },
            Err(failed) => Verdict::Failed { reason: format!("{failed:#}") },
        },
        Err(panic) => Verdict::Crashed { reason: format!("panicked: {}", panic_message(&*panic)) },
    };
    Response::ScenarioDone { end }
}

/// Loads a module for steps and for benchmarks.
fn load(job: ModuleJob, spec: &BackendSpec, backend: &dyn OpenBackend) -> Result<(ModuleSession, Arc<MeasuredModule>)> {
    let session = ModuleSession::new(job.clone())?;
    let about = backend.about();
    Ok((session, Arc::new(MeasuredModule::new(job, &spec.issue_name(&about), about.wasm_features)?)))
}

/// The interval between two logs of the imports called so far.
const LOG_INTERVAL: Duration = Duration::from_millis(200);

/// Takes a step, and logs the imports called so far, in case the guest never returns.
fn run_step(backend: &dyn OpenBackend, session: &mut ModuleSession, step: Step, wire: &ResponseWriter) -> StepOutput {
    let (done, over) = mpsc::channel::<()>();
    let stubs = session.stubs.clone();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut logged = stubs.calls();
            while over.recv_timeout(LOG_INTERVAL) == Err(RecvTimeoutError::Timeout) {
                let calls = stubs.calls();
                if calls.made != logged.made {
                    wire.log(&calls);
                    logged = calls;
                }
            }
        });
        let output = session.step(backend, step);
        drop(done);
        output
    })
}

/// A soak, which continues for a time.
type RunningSoak<'a> = Box<dyn FnMut(Duration) -> Result<ExitCounts> + 'a>;

fn start_soak(backend: &dyn OpenBackend, mixture: Mixture, seed: u64) -> Result<RunningSoak<'_>> {
    Ok(match mixture {
        Mixture::Exits => {
            let mut soak = Soak::new(backend, seed)?;
            Box::new(move |time| soak.go_on(time))
        }
        Mixture::Exceptions => {
            let mut soak = ExceptionSoak::new(backend)?;
            let collector = backend.about().wasm_features.iter().any(|feature| feature == "gc");
            Box::new(move |time| soak.go_on(backend, collector, time))
        }
    })
}

/// Generates and runs random modules.
fn run_modules(
    backend: &dyn OpenBackend,
    seed: u64,
    numbers: Range<u64>,
    features: &FeatureSet,
    wire: &ResponseWriter,
) -> Response {
    for number in numbers.clone() {
        let seen = generate(&ModuleSeed::new(seed, number), features)
            .ok()
            .map(|generated| trial::run(backend, &generated, |_| ()));
        let calls = seen.as_deref().map_or([0; 2], counted);
        let trial = ModuleTrial { number, digest: seen.as_deref().map(observation::digest), calls };
        wire.log(&trial);
        if seen.is_some_and(|seen| observation::has_panicked(&seen)) {
            return Response::ModulesDone { next: number + 1 };
        }
    }
    Response::ModulesDone { next: numbers.end }
}

/// The number of calls, and the number of those with an early exit.
fn counted(seen: &[Observation]) -> [u32; 2] {
    seen.iter().fold([0; 2], |[calls, exits], seen| match seen.action {
        Action::Call { exit_at, .. } => [calls + 1, exits + u32::from(exit_at.is_some())],
        _ => [calls, exits],
    })
}

fn run_script(
    backend: &dyn OpenBackend,
    name: &str,
    features: &[String],
    skip: &[usize],
    wire: &ResponseWriter,
) -> Result<Response> {
    let Some(script) = script::script(name) else {
        return Ok(Response::Error { unsupported: true, reason: format!("this build has no script `{name}`") });
    };
    let log = |line: usize| wire.send(&Response::Log { line: line.to_string() });
    let outcome = player::play(backend, Claims::new(features), &script, skip, log)?;
    Ok(Response::ScriptDone { outcome })
}

/// Pins the main thread to the processor of the current cell. Parallel cells are not pinned, because their threads inherit
/// the affinity of the main thread.
fn pinned(affinity: Option<AffinityGuard>, request: &Request) -> Option<AffinityGuard> {
    match request {
        Request::Prepare { cell_id, processor } => {
            let is_pinned = benchmark::find(&cell_id.benchmark).is_some_and(|benchmark| !benchmark.parallel);
            is_pinned.then(|| affinity.unwrap_or_else(|| AffinityGuard::with(*processor)))
        }
        Request::Sample { .. } | Request::Release { .. } => affinity,
        _ => None,
    }
}

/// Writes responses.
#[derive(Clone)]
pub(crate) struct ResponseWriter(Arc<Mutex<File>>);

impl ResponseWriter {
    /// Reserves stdout for the protocol, and on Unix redirects file descriptor 1 to stderr, so that compilers and stubs cannot
    /// write into the protocol.
    fn take() -> io::Result<Self> {
        #[cfg(windows)]
        let stdout = std::os::windows::io::AsHandle::as_handle(&io::stdout()).try_clone_to_owned()?;
        #[cfg(unix)]
        let stdout = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 3)?;
        #[cfg(unix)]
        rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
        Ok(Self(Arc::new(Mutex::new(stdout.into()))))
    }

    /// Logs a value as JSON.
    fn log(&self, what: &impl serde::Serialize) {
        self.send(&Response::Log { line: serde_json::to_string(what).expect("logged values are serializable") });
    }

    /// Writes a line, or ends the process if the supervisor is gone.
    pub(crate) fn send(&self, what: &impl serde::Serialize) {
        let mut line = serde_json::to_vec(what).expect("responses are serializable");
        line.push(b'\n');
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if file.write_all(&line).is_err() {
            end_now();
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::catalog::benchmark::CellId;
    use crate::sampling::batch::BatchSpec;
    use crate::worker::cpu_affinity::cpus;

    #[test]
    fn only_single_threaded_cells_pin_the_main_thread() {
        let prepare = |benchmark: &str| {
            let cell_id = CellId { benchmark: benchmark.into(), at: Some(1), host_frames: 1 };
            Request::Prepare { cell_id, processor: None }
        };
        let pins = move || {
            let affinity = pinned(None, &prepare("unwind/typed"));
            let affinity = pinned(affinity, &Request::Sample { cell: 0, spec: BatchSpec::of(1, false) });
            assert_eq!(cpus().len(), 1);
            let affinity = pinned(affinity, &Request::Release { cell: 0 });
            assert!(affinity.is_some());
            assert!(pinned(affinity, &prepare("unwind/threads")).is_none());
            assert!(pinned(None, &prepare("compile/functions")).is_none());
            let other = Request::RunScenario { scenario: String::new() };
            assert!(pinned(pinned(None, &prepare("call/typed")), &other).is_none());
        };
        std::thread::spawn(pins).join().unwrap();
    }
}
