//! The worker: a loop over its stdin.
use crate::fuzz::observation;
use crate::spec::player;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};

use super::fork::{self, Fork};
use super::protocol::{Hello, ModuleTrial, PROTOCOL, Request, Response, ScenarioEnd};
use super::supervisor::ARTIFACTS;
use crate::catalog::benchmark;
use crate::catalog::benchmark::{Benchmark, CellId};
use crate::catalog::scenario;
use crate::engine;
use crate::engine::embedding::{Transcript, panic_message};
use crate::engine::{BackendError, OpenBackend};
use crate::fuzz::feature_set::FeatureSet;
use crate::fuzz::generate::generate;
use crate::fuzz::observation::{Action, Observation, trial};
use crate::fuzz::seed::ModuleSeed;
use crate::results::Build;
use crate::run_module::{MeasuredModule, ModuleJob, ModuleSession, Step, StepOutput};
use crate::sampling::bench_thread::BenchThread;
use crate::sampling::cell::{BatchSpec, Counting};
use crate::sampling::cpu_affinity::{AffinityGuard, AffinityHint};
use crate::soak::exceptions::ExceptionSoak;
use crate::soak::workload::{ExitCounts, Mixture, Soak};
use crate::spec::claims::Claims;
use crate::spec::script;
use crate::valgrind;

/// Serves one subject until stdin is closed.
///
/// # Errors
/// When the subject cannot be opened, or the supervisor does not speak the protocol.
pub fn serve(spec: &str) -> Result<()> {
    let wire = ResponseWriter::take().context("no protocol without a stdout of its own")?;
    let subject = engine::open(spec)?;
    if let Some(folder) = std::env::var_os(ARTIFACTS) {
        subject.keep_artifacts(Path::new(&folder));
    }
    wire.send(&Hello { protocol: PROTOCOL, build: Build::this(), about: subject.about() });
    let mut cells = Vec::new();
    let (mut workbench, mut module, mut soak) = (None, None, None);
    let mut reader = AffinityHint::default();
    let mut here = None;
    let mut lines = lines_until_alone(io::stdin(), &reader);
    while let Some(line) = lines.next() {
        let ask = serde_json::from_str(&line).with_context(|| format!("not understood: {line}"))?;
        here = stay(here, &ask);
        let answer = match ask {
            Request::Play { scenario } => play(&*subject, &scenario, &wire)?,
            Request::Load { errand } => match load(errand) {
                Ok((bench, cells)) => {
                    (workbench, module) = (Some(bench), Some(cells));
                    Response::Loaded
                }
                Err(error) => Response::Unable { unsupported: false, why: format!("{error:#}") },
            },
            Request::Step { step } => {
                let workbench = workbench.as_mut().ok_or_else(|| anyhow!("no module is loaded"))?;
                Response::Stepped { stepped: take(&*subject, workbench, step, &wire) }
            }
            Request::Try { seed, numbers, menu } => attempt(&*subject, seed, numbers, &menu, &wire),
            Request::Examine { dna, menu } => examine(&*subject, &dna, &menu, &wire),
            Request::Soak { seed, milliseconds, mixture } => {
                match go_on(&*subject, &mut soak, (mixture, seed), Duration::from_millis(milliseconds)) {
                    Ok(left) => Response::Soaked { left },
                    Err(astray) => Response::Unable { unsupported: false, why: format!("{astray:#}") },
                }
            }
            Request::Script { name, features, skip } => script(&*subject, &name, &features, &skip, &wire),
            Request::Prepare { address, processor } => {
                let _ = processor.map(|processor| reader.at(processor));
                prepare(&subject, &address, processor, module.clone(), &mut cells)
            }
            Request::Sample { cell, iterations, slices, settle } => {
                sample(cells.get_mut(cell), BatchSpec { iterations, slices, settle })?
            }
            Request::Fork => match fork::fork() {
                Ok(Fork::Child(asks)) => {
                    reader = AffinityHint::default();
                    lines = lines_until_alone(asks, &reader);
                    Response::Forked
                }
                // The child has answered, up to its end.
                Ok(Fork::Parent(child)) => {
                    child.relay(&mut lines)?;
                    Response::Joined
                }
                Err(error) => Response::Unable { unsupported: false, why: format!("{error:#}") },
            },
            // What the child holds goes with it.
            Request::Join => fork::end_child(),
            Request::Count { cell, warmup, batches, planted } => {
                count(cells.get_mut(cell), Counting { warmup, batches, planted })?
            }
            Request::Release { cell } => {
                // Numbers are not given twice, so that a late question cannot meet another cell.
                cells.get_mut(cell).and_then(Option::take);
                Response::Released
            }
        };
        wire.send(&answer);
    }
    Ok(())
}

/// The lines of stdin, read by a thread of its own: so that the process ends with its supervisor even while a guest
/// that never returns holds the main thread.
fn lines_until_alone(from: impl io::Read + Send + 'static, reader: &AffinityHint) -> mpsc::IntoIter<String> {
    let (lines, asked) = mpsc::channel();
    let (post, mut there) = (reader.clone(), 0);
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines() {
            let Ok(line) = line else { break };
            valgrind::exempt_this_thread();
            post.go(&mut there);
            if lines.send(line).is_err() {
                break;
            }
        }
        end_now();
    });
    asked.into_iter()
}

/// Ends the process and runs nothing more in it: the destructors of a compiler that is still at work could hang.
pub(crate) fn end_now() -> ! {
    #[cfg(unix)]
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    std::process::exit(0)
}

fn play(subject: &dyn OpenBackend, id: &str, wire: &ResponseWriter) -> Result<Response> {
    // A newer build may ask for what this one does not know yet.
    let Some(scenario) = scenario::find(id) else {
        let why = format!("this build knows no scenario `{id}`");
        return Ok(Response::Played { ended: ScenarioEnd::Unsupported { why } });
    };
    let heard = wire.clone();
    let transcript = Transcript::new(move |line| heard.send(&Response::Said { line: line.to_owned() }));
    let ended = match catch_unwind(AssertUnwindSafe(|| subject.play(scenario, &transcript))) {
        Ok(Ok(())) => ScenarioEnd::Done,
        Ok(Err(BackendError::Unsupported(why))) => ScenarioEnd::Unsupported { why: why.into_owned() },
        Ok(Err(failed)) => ScenarioEnd::Failed { why: failed.to_string() },
        Err(panic) => ScenarioEnd::Panicked { message: panic_message(&*panic).to_owned() },
    };
    Ok(Response::Played { ended })
}

/// Fetches a module, for its steps and for its cells.
fn load(errand: ModuleJob) -> Result<(ModuleSession, Arc<MeasuredModule>)> {
    Ok((ModuleSession::new(errand.clone())?, Arc::new(MeasuredModule::new(errand)?)))
}

/// How often the calls that a guest made so far are told.
const NOW_AND_THEN: Duration = Duration::from_millis(200);

/// Takes a step, and tells meanwhile which calls the guest made: should it never come back, that is what is known of it.
fn take(subject: &dyn OpenBackend, workbench: &mut ModuleSession, step: Step, wire: &ResponseWriter) -> StepOutput {
    let (done, over) = mpsc::channel::<()>();
    let stubs = workbench.stubs().clone();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut told = stubs.calls();
            while over.recv_timeout(NOW_AND_THEN) == Err(RecvTimeoutError::Timeout) {
                let calls = stubs.calls();
                if calls.made != told.made {
                    wire.say(&calls);
                    told = calls;
                }
            }
        });
        let stepped = workbench.step(subject, step);
        drop(done);
        stepped
    })
}

/// Goes on with a soak, or begins it.
fn go_on(
    subject: &dyn OpenBackend,
    soak: &mut Option<Soaking>,
    (mixture, seed): (Mixture, u64),
    time: Duration,
) -> Result<ExitCounts> {
    if soak.is_none() {
        *soak = Some(match mixture {
            Mixture::Exits => Soaking::Exits(Box::new(Soak::new(subject, seed)?)),
            Mixture::Exceptions => Soaking::Exceptions(ExceptionSoak::new(subject)?),
        });
    }
    match soak.as_mut().context("it was just begun")? {
        Soaking::Exits(soak) => soak.go_on(time),
        Soaking::Exceptions(soak) => {
            let collector = subject.about().wasm_features.iter().any(|feature| feature == "gc");
            soak.go_on(subject, collector, time)
        }
    }
}

/// The soak that is under way.
enum Soaking {
    Exits(Box<Soak>),
    Exceptions(ExceptionSoak),
}

/// Tries random modules, and says of each what it gave.
fn attempt(
    subject: &dyn OpenBackend,
    seed: u64,
    numbers: Range<u64>,
    menu: &FeatureSet,
    wire: &ResponseWriter,
) -> Response {
    for number in numbers.clone() {
        let seen =
            generate(&ModuleSeed::new(seed, number), menu).ok().map(|generated| trial(subject, &generated, |_| ()));
        let calls = seen.as_deref().map_or([0; 2], counted);
        let said = ModuleTrial { number, digest: seen.as_deref().map(observation::digest), calls };
        wire.say(&said);
        if seen.is_some_and(|seen| observation::has_panicked(&seen)) {
            return Response::Tried { next: number + 1 };
        }
    }
    Response::Tried { next: numbers.end }
}

/// How many calls were made, and how many of those were to end in an early exit.
fn counted(seen: &[Observation]) -> [u32; 2] {
    seen.iter().fold([0; 2], |[calls, exits], seen| match seen.doing {
        Action::Call { exit_at, .. } => [calls + 1, exits + u32::from(exit_at.is_some())],
        _ => [calls, exits],
    })
}

fn examine(subject: &dyn OpenBackend, dna: &ModuleSeed, menu: &FeatureSet, wire: &ResponseWriter) -> Response {
    match generate(dna, menu) {
        Ok(generated) => Response::Examined { seen: trial(subject, &generated, |doing| wire.say(doing)) },
        Err(error) => Response::Unable { unsupported: false, why: format!("{error:#}") },
    }
}

fn script(
    subject: &dyn OpenBackend,
    name: &str,
    features: &[String],
    skip: &[usize],
    wire: &ResponseWriter,
) -> Response {
    let Some(script) = script::script(name) else {
        return Response::Unable { unsupported: true, why: format!("this build knows no script `{name}`") };
    };
    let about_to = |line: usize| wire.send(&Response::Said { line: line.to_string() });
    match player::play(subject, Claims::new(features), &script, skip, about_to) {
        Ok(played) => Response::Scripted { played },
        Err(error) => Response::Unable { unsupported: false, why: format!("{error:#}") },
    }
}

/// The main thread is where a cell is that it hands batches to, unless that cell's threads may be anywhere: they are
/// started from there.
fn stay(here: Option<AffinityGuard>, ask: &Request) -> Option<AffinityGuard> {
    match ask {
        Request::Prepare { address, processor } => {
            let alone = benchmark::find(&address.benchmark).is_some_and(|benchmark: &Benchmark| !benchmark.parallel);
            alone.then(|| here.unwrap_or_else(|| AffinityGuard::with(*processor)))
        }
        Request::Sample { .. } | Request::Count { .. } | Request::Release { .. } => here,
        _ => None,
    }
}

fn prepare(
    subject: &Arc<dyn OpenBackend>,
    address: &CellId,
    processor: Option<usize>,
    module: Option<Arc<MeasuredModule>>,
    cells: &mut Vec<Option<BenchThread>>,
) -> Response {
    match BenchThread::prepare(subject, address, processor, module) {
        Ok(cell) => {
            let facts = cell.facts.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
            cells.push(Some(cell));
            Response::Prepared { cell: cells.len() - 1, facts }
        }
        Err(unable) => {
            Response::Unable { unsupported: matches!(unable, BackendError::Unsupported(_)), why: unable.to_string() }
        }
    }
}

fn sample(cell: Option<&mut Option<BenchThread>>, draw: BatchSpec) -> Result<Response> {
    let cell = cell.and_then(Option::as_mut).ok_or_else(|| anyhow!("no such cell"))?;
    Ok(match cell.batch(draw) {
        Ok(batch) => Response::Sampled {
            nanoseconds: u64::try_from(batch.elapsed.as_nanos())?,
            slice: u64::try_from(batch.slice.as_nanos())?,
            delayed: batch.delayed.map(|delayed| u64::try_from(delayed.as_nanos())).transpose()?,
            each: batch.each.iter().map(|took| u64::try_from(took.as_nanos())).collect::<Result<_, _>>()?,
        },
        Err(astray) => Response::Unable { unsupported: false, why: astray.to_string() },
    })
}

fn count(cell: Option<&mut Option<BenchThread>>, counting: Counting) -> Result<Response> {
    let cell = cell.and_then(Option::as_mut).ok_or_else(|| anyhow!("no such cell"))?;
    // This thread waits for the cell's, and spins a little before it sleeps.
    valgrind::instrument();
    valgrind::exempt_this_thread();
    Ok(match cell.count(counting) {
        Ok(()) => Response::Counted,
        Err(astray) => Response::Unable { unsupported: false, why: astray.to_string() },
    })
}

/// The way back to the supervisor.
#[derive(Clone)]
struct ResponseWriter(Arc<Mutex<File>>);

impl ResponseWriter {
    /// Keeps stdout for the protocol, and points file descriptor 1 at stderr: whatever else prints, a compiler's
    /// debugging aid or a guest's stub, cannot garble it.
    #[cfg(unix)]
    fn take() -> io::Result<Self> {
        let kept = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 3)?;
        rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
        Ok(Self(Arc::new(Mutex::new(kept.into()))))
    }

    #[cfg(windows)]
    fn take() -> io::Result<Self> {
        use std::os::windows::io::AsHandle;
        let kept = io::stdout().as_handle().try_clone_to_owned()?;
        Ok(Self(Arc::new(Mutex::new(kept.into()))))
    }

    /// Says something between question and answer.
    fn say(&self, what: &impl serde::Serialize) {
        self.send(&Response::Said { line: serde_json::to_string(what).expect("what is said is plain") });
    }

    /// A line that nobody is left to hear ends the worker.
    fn send(&self, what: &impl serde::Serialize) {
        let mut line = serde_json::to_vec(what).expect("answers have no maps with keys other than text");
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

    #[test]
    fn it_stays_with_a_cell_of_one_thread_alone() {
        let prepare = |benchmark: &str| {
            let address = CellId { benchmark: benchmark.into(), at: Some(1), host_frames: 1 };
            Request::Prepare { address, processor: None }
        };
        let stays = move || {
            let here = stay(None, &prepare("unwind/typed"));
            let here = stay(here, &Request::Sample { cell: 0, iterations: 1, slices: 1, settle: false });
            assert_eq!(core_affinity::get_core_ids().unwrap().len(), 1);
            let here = stay(here, &Request::Release { cell: 0 });
            assert!(here.is_some());
            // Those are about several threads, and theirs may be anywhere.
            assert!(stay(here, &prepare("unwind/threads")).is_none());
            assert!(stay(None, &prepare("compile/functions")).is_none());
            assert!(stay(stay(None, &prepare("call/typed")), &Request::Play { scenario: String::new() }).is_none());
        };
        std::thread::spawn(stays).join().unwrap();
    }
}
