//! The worker: a loop over its stdin.
use std::fs::File;
use std::io::{self, BufRead, Write};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};

use super::Stand;
use super::processor::{Post, Stay};
use super::protocol::{Answer, Ask, Ended, Hello, PROTOCOL, Trial};
use super::sampling::Draw;
use super::supervisor::ARTIFACTS;
use crate::backend::{self, Subject, Unable};
use crate::benchmark::{self, Address, Benchmark};
use crate::embedding::{Transcript, panic_message};
use crate::module::conformance::{self, Claims};
use crate::module::random::{self, Dna, Doing, Menu, Seen, generate, trial};
use crate::module::soak::{Left, Soak};
use crate::module::{Errand, Measured, Step, Stepped, Workbench};
use crate::record::Build;
use crate::scenario;

/// Serves one subject until stdin is closed.
///
/// # Errors
/// When the subject cannot be opened, or the supervisor does not speak the protocol.
pub fn serve(spec: &str) -> Result<()> {
    let wire = Wire::take().context("no protocol without a stdout of its own")?;
    let subject = backend::open(spec)?;
    if let Some(folder) = std::env::var_os(ARTIFACTS) {
        subject.keep_artifacts(Path::new(&folder));
    }
    wire.send(&Hello { protocol: PROTOCOL, build: Build::this(), about: subject.about() });
    let mut cells = Vec::new();
    let (mut workbench, mut module, mut soak) = (None, None, None);
    let reader = Post::default();
    let mut here = None;
    for line in lines_until_alone(&reader) {
        let ask = serde_json::from_str(&line).with_context(|| format!("not understood: {line}"))?;
        here = stay(here, &ask);
        let answer = match ask {
            Ask::Play { scenario } => play(&*subject, &scenario, &wire)?,
            Ask::Load { errand } => match load(errand) {
                Ok((bench, cells)) => {
                    (workbench, module) = (Some(bench), Some(cells));
                    Answer::Loaded
                }
                Err(error) => Answer::Unable { unsupported: false, why: format!("{error:#}") },
            },
            Ask::Step { step } => {
                let workbench = workbench.as_mut().ok_or_else(|| anyhow!("no module is loaded"))?;
                Answer::Stepped { stepped: take(&*subject, workbench, step, &wire) }
            }
            Ask::Try { seed, numbers, menu } => attempt(&*subject, seed, numbers, &menu, &wire),
            Ask::Examine { dna, menu } => examine(&*subject, &dna, &menu, &wire),
            Ask::Soak { seed, milliseconds } => {
                match go_on(&*subject, &mut soak, seed, Duration::from_millis(milliseconds)) {
                    Ok(left) => Answer::Soaked { left },
                    Err(astray) => Answer::Unable { unsupported: false, why: format!("{astray:#}") },
                }
            }
            Ask::Script { name, features, skip } => script(&*subject, &name, &features, &skip, &wire),
            Ask::Prepare { address, processor } => {
                let _ = processor.map(|processor| reader.at(processor));
                prepare(&subject, &address, processor, module.clone(), &mut cells)
            }
            Ask::Sample { cell, iterations, slices, settle, spin } => {
                sample(cells.get_mut(cell), Draw { iterations, slices, settle, spin })?
            }
            Ask::Release { cell } => {
                // Numbers are not given twice, so that a late question cannot meet another cell.
                cells.get_mut(cell).and_then(Option::take);
                Answer::Released
            }
        };
        wire.send(&answer);
    }
    Ok(())
}

/// The lines of stdin, read by a thread of its own: so that the process ends with its supervisor even while a guest
/// that never returns holds the main thread.
fn lines_until_alone(reader: &Post) -> mpsc::IntoIter<String> {
    let (lines, asked) = mpsc::channel();
    let (post, mut there) = (reader.clone(), 0);
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines() {
            let Ok(line) = line else { break };
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
fn end_now() -> ! {
    #[cfg(unix)]
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    std::process::exit(0)
}

fn play(subject: &dyn Subject, id: &str, wire: &Wire) -> Result<Answer> {
    // A newer build may ask for what this one does not know yet.
    let Some(scenario) = scenario::find(id) else {
        let why = format!("this build knows no scenario `{id}`");
        return Ok(Answer::Played { ended: Ended::Unsupported { why } });
    };
    let heard = wire.clone();
    let transcript = Transcript::new(move |line| heard.send(&Answer::Said { line: line.to_owned() }));
    let ended = match catch_unwind(AssertUnwindSafe(|| subject.play(scenario, &transcript))) {
        Ok(Ok(())) => Ended::Done,
        Ok(Err(Unable::Unsupported(why))) => Ended::Unsupported { why: why.into_owned() },
        Ok(Err(failed)) => Ended::Failed { why: failed.to_string() },
        Err(panic) => Ended::Panicked { message: panic_message(&*panic).to_owned() },
    };
    Ok(Answer::Played { ended })
}

/// Fetches a module, for its steps and for its cells.
fn load(errand: Errand) -> Result<(Workbench, Arc<Measured>)> {
    Ok((Workbench::new(errand.clone())?, Arc::new(Measured::new(errand)?)))
}

/// How often the calls that a guest made so far are told.
const NOW_AND_THEN: Duration = Duration::from_millis(200);

/// Takes a step, and tells meanwhile which calls the guest made: should it never come back, that is what is known of it.
fn take(subject: &dyn Subject, workbench: &mut Workbench, step: Step, wire: &Wire) -> Stepped {
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
fn go_on(subject: &dyn Subject, soak: &mut Option<Soak>, seed: u64, time: Duration) -> Result<Left> {
    if soak.is_none() {
        *soak = Some(Soak::new(subject, seed)?);
    }
    soak.as_mut().context("it was just begun")?.go_on(time)
}

/// Tries random modules, and says of each what it gave.
fn attempt(subject: &dyn Subject, seed: u64, numbers: Range<u64>, menu: &Menu, wire: &Wire) -> Answer {
    for number in numbers.clone() {
        let seen = generate(&Dna::new(seed, number), menu).ok().map(|generated| trial(subject, &generated, |_| ()));
        let calls = seen.as_deref().map_or([0; 2], counted);
        let said = Trial { number, digest: seen.as_deref().map(random::digest), calls };
        wire.say(&said);
        if seen.is_some_and(|seen| random::has_panicked(&seen)) {
            return Answer::Tried { next: number + 1 };
        }
    }
    Answer::Tried { next: numbers.end }
}

/// How many calls were made, and how many of those were to end in an early exit.
fn counted(seen: &[Seen]) -> [u32; 2] {
    seen.iter().fold([0; 2], |[calls, exits], seen| match seen.doing {
        Doing::Call { exit_at, .. } => [calls + 1, exits + u32::from(exit_at.is_some())],
        _ => [calls, exits],
    })
}

fn examine(subject: &dyn Subject, dna: &Dna, menu: &Menu, wire: &Wire) -> Answer {
    match generate(dna, menu) {
        Ok(generated) => Answer::Examined { seen: trial(subject, &generated, |doing| wire.say(doing)) },
        Err(error) => Answer::Unable { unsupported: false, why: format!("{error:#}") },
    }
}

fn script(subject: &dyn Subject, name: &str, features: &[String], skip: &[usize], wire: &Wire) -> Answer {
    let Some(script) = conformance::script(name) else {
        return Answer::Unable { unsupported: true, why: format!("this build knows no script `{name}`") };
    };
    let about_to = |line: usize| wire.send(&Answer::Said { line: line.to_string() });
    match conformance::play(subject, Claims::new(features), &script, skip, about_to) {
        Ok(played) => Answer::Scripted { played },
        Err(error) => Answer::Unable { unsupported: false, why: format!("{error:#}") },
    }
}

/// The main thread is where a cell is that it hands batches to, unless that cell's threads may be anywhere: they are
/// started from there.
fn stay(here: Option<Stay>, ask: &Ask) -> Option<Stay> {
    match ask {
        Ask::Prepare { address, processor } => {
            let alone = benchmark::find(&address.benchmark).is_some_and(Benchmark::is_single_threaded);
            alone.then(|| here.unwrap_or_else(|| Stay::with(*processor)))
        }
        Ask::Sample { .. } | Ask::Release { .. } => here,
        _ => None,
    }
}

fn prepare(
    subject: &Arc<dyn Subject>,
    address: &Address,
    processor: Option<usize>,
    module: Option<Arc<Measured>>,
    cells: &mut Vec<Option<Stand>>,
) -> Answer {
    match Stand::prepare(subject, address, processor, module) {
        Ok(cell) => {
            let facts = cell.facts.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
            cells.push(Some(cell));
            Answer::Prepared { cell: cells.len() - 1, facts }
        }
        Err(unable) => {
            Answer::Unable { unsupported: matches!(unable, Unable::Unsupported(_)), why: unable.to_string() }
        }
    }
}

fn sample(cell: Option<&mut Option<Stand>>, draw: Draw) -> Result<Answer> {
    let cell = cell.and_then(Option::as_mut).ok_or_else(|| anyhow!("no such cell"))?;
    Ok(match cell.batch(draw) {
        Ok(batch) => Answer::Sampled {
            nanoseconds: u64::try_from(batch.elapsed.as_nanos())?,
            slice: u64::try_from(batch.slice.as_nanos())?,
            delayed: batch.delayed.map(|delayed| u64::try_from(delayed.as_nanos())).transpose()?,
            spun: u64::try_from(batch.spun.as_nanos())?,
        },
        Err(astray) => Answer::Unable { unsupported: false, why: astray.to_string() },
    })
}

/// The way back to the supervisor.
#[derive(Clone)]
struct Wire(Arc<Mutex<File>>);

impl Wire {
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
        self.send(&Answer::Said { line: serde_json::to_string(what).expect("what is said is plain") });
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
            let address = Address { benchmark: benchmark.into(), at: Some(1), host_frames: 1 };
            Ask::Prepare { address, processor: None }
        };
        let stays = move || {
            let here = stay(None, &prepare("unwind/typed"));
            let here = stay(here, &Ask::Sample { cell: 0, iterations: 1, slices: 1, settle: false, spin: 0.0 });
            assert_eq!(core_affinity::get_core_ids().unwrap().len(), 1);
            let here = stay(here, &Ask::Release { cell: 0 });
            assert!(here.is_some());
            // Those are about several threads, and theirs may be anywhere.
            assert!(stay(here, &prepare("unwind/beside-threads")).is_none());
            assert!(stay(None, &prepare("compile/functions")).is_none());
            assert!(stay(stay(None, &prepare("call/typed")), &Ask::Play { scenario: String::new() }).is_none());
        };
        std::thread::spawn(stays).join().unwrap();
    }
}
