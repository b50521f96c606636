//! The supervisor's side of a worker: launches it, asks it, and holds it to its limits.
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::protocol::{Hello, PROTOCOL, Request, Response};
use crate::interruption::Interruption;
use crate::process_stats::{peak_resident_memory, resident_memory};
use crate::run_module::ModuleJob;
use crate::sampling::code_alignment;
use crate::sampling::code_alignment::CodePage;
use crate::sampling::cpu_affinity::AffinityHint;

/// How workers are started. The executable is passed down from the command line: nothing below asks for the current
/// one, which in a bench or a test is not this program.
#[derive(Debug, Clone)]
pub struct Launcher {
    executable: PathBuf,
    /// The folder that it lies in, where that was made for it.
    _folder: Option<Arc<tempfile::TempDir>>,
    /// Where its workers keep what they compile for benchmarks.
    artifacts: Option<Arc<tempfile::TempDir>>,
    /// The module that each worker fetches first.
    errand: Option<Arc<ModuleJob>>,
    /// What takes its workers away before they are done.
    interruption: Option<Interruption>,
}

/// What a worker may take for one question.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Until it has answered.
    pub time: Duration,
    /// Resident memory, in bytes. Not address space: engines reserve gigabytes that they do not use.
    pub memory: u64,
}

impl Limits {
    /// As much memory as is given where nothing else is said.
    pub const MEMORY: u64 = 2 << 30;

    /// So much time, and the usual memory.
    pub fn of(time: Duration) -> Self {
        Self { time, memory: Self::MEMORY }
    }
}

/// How a worker was lost. It is dead and buried by then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkerError {
    /// It died.
    #[error("{0}")]
    Crashed(String),
    /// It took longer than it was given, and was killed.
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    /// It held more memory than it was given, and was killed.
    #[error("held {held} MiB of memory, more than the {limit} MiB that it was given")]
    OverMemory {
        /// What it held, in MiB.
        held: u64,
        /// What it was given, in MiB.
        limit: u64,
    },
    /// It said something that is no answer, and was killed.
    #[error("said what is no answer: {0}")]
    Garbled(String),
    /// The program was asked to end, and killed it.
    #[error("interrupted")]
    Interrupted,
}

impl WorkerError {
    /// Whether an error comes of an interruption alone.
    pub fn is_interruption(error: &anyhow::Error) -> bool {
        error.chain().any(|cause| cause.downcast_ref() == Some(&Self::Interrupted))
    }
}

/// A worker process. Killed when dropped.
pub struct Worker {
    child: Child,
    asks: Option<ChildStdin>,
    answers: mpsc::Receiver<String>,
    stderr: Arc<Mutex<LastLines>>,
    stderr_reader: Option<JoinHandle<()>>,
    peak: Option<u64>,
    /// Where its stdout is read.
    reader: AffinityHint,
    interruption: Option<Interruption>,
}

/// Names the folder that a worker keeps artifacts in.
pub(crate) const ARTIFACTS: &str = "EARLY_EXIT_ARTIFACTS";
/// A compiler gets this long to open; LLVM takes a moment to be loaded.
const OPENING: Duration = Duration::from_secs(20);
/// How often the memory of a worker is looked at.
const LOOK: Duration = Duration::from_millis(25);
/// The longest line that is taken from a worker. One that goes on is garbage.
const LONGEST_LINE: u64 = 1 << 20;

impl Launcher {
    /// Workers run this executable.
    pub fn new(executable: impl AsRef<Path>) -> Self {
        let executable = executable.as_ref().to_owned();
        Self { executable, _folder: None, artifacts: None, errand: None, interruption: None }
    }

    /// The same, whose workers end when the program is interrupted: from the first worker on, that is this launcher's to
    /// answer.
    pub fn interrupted_by(self, interruption: &Interruption) -> Self {
        Self { interruption: Some(interruption.clone()), ..self }
    }

    /// Whether the program is interrupted: what is there until then is to be shown.
    pub fn is_interrupted(&self) -> bool {
        self.interruption.as_ref().is_some_and(Interruption::is_requested)
    }

    /// The same, whose workers fetch a module first: there are cells of it then.
    pub fn with_module(self, errand: Option<ModuleJob>) -> Self {
        Self { errand: errand.map(Arc::new), ..self }
    }

    /// This one and another build's, as alike as can be seen from inside: a program's own path lies on its stack, and
    /// moves everything below it.
    ///
    /// # Errors
    /// When there is no such program, or no place to put them side by side.
    pub fn beside(&self, other: &Path) -> Result<[Self; 2]> {
        let (ours, mut theirs) = self.side_by_side(&[other])?;
        Ok([ours, theirs.remove(0)])
    }

    /// This one and those of other builds, in the same way.
    ///
    /// # Errors
    /// As [`beside`](Self::beside).
    pub fn side_by_side(&self, others: &[&Path]) -> Result<(Self, Vec<Self>)> {
        let folder = Arc::new(tempfile::tempdir().context("no place for the two builds side by side")?);
        let placed = |name: &str, program: &Path| -> Result<Self> {
            let place = folder.path().join(name);
            let program = std::path::absolute(program)?;
            #[cfg(unix)]
            std::os::unix::fs::symlink(&program, &place)?;
            #[cfg(not(unix))]
            std::fs::copy(&program, &place)?;
            Ok(Self { executable: place, _folder: Some(folder.clone()), ..self.clone() })
        };
        let ours = placed("build-000", &self.executable)?;
        let theirs = others.iter().enumerate().map(|(n, other)| {
            anyhow::ensure!(other.is_file(), "{} is no program", other.display());
            // Names of one length.
            placed(&format!("build-{:03}", n + 1), other)
        });
        Ok((ours, theirs.collect::<Result<_>>()?))
    }

    /// The same, whose workers compile what benchmarks need once, and not in each process anew. For workers of one build
    /// and one subject only: artifacts of others are none of theirs.
    ///
    /// # Errors
    /// When there is no place for a folder.
    pub fn keeping_artifacts(&self) -> Result<Self> {
        let folder = tempfile::tempdir().context("no place for what is compiled")?;
        Ok(Self { artifacts: Some(Arc::new(folder)), ..self.clone() })
    }

    /// Starts a worker for a subject, and waits for its greeting.
    ///
    /// # Errors
    /// When it cannot be started, does not open its backend, or speaks another version of the protocol.
    pub fn launch(&self, subject: &str) -> Result<(Worker, Hello)> {
        self.launch_like(subject, None)
    }

    /// The same, its code lying where another worker's does.
    pub(crate) fn launch_like(&self, subject: &str, like: Option<CodePage>) -> Result<(Worker, Hello)> {
        self.launch_by(Command::new(&self.executable), subject, like, OPENING)
    }

    /// The program that workers run.
    pub(crate) fn executable(&self) -> &Path {
        &self.executable
    }

    /// The same, started by a command that runs this executable with the arguments that it is given, and which may take
    /// so long to open.
    pub(crate) fn launch_by(
        &self,
        mut command: Command,
        subject: &str,
        like: Option<CodePage>,
        opening: Duration,
    ) -> Result<(Worker, Hello)> {
        self.interruption.as_ref().map_or(Ok(()), Interruption::listen).context("cannot listen for Ctrl-C")?;
        anyhow::ensure!(!self.is_interrupted(), WorkerError::Interrupted);
        command.args(["worker", subject]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A Ctrl-C is this process's to answer: its workers end with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        // A fixed environment: RUST_BACKTRACE alone would change what an exit costs. Kept is where libraries lie.
        command.env_clear();
        for kept in ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR"] {
            command.envs(std::env::var_os(kept).map(|value| (kept, value)));
        }
        command.envs(self.artifacts.iter().map(|folder| (ARTIFACTS, folder.path())));
        let child = code_alignment::spawn(&mut command, like);
        let child = child.with_context(|| format!("cannot start {}", self.executable.display()))?;
        let opened = Worker::greet(child, self.interruption.clone(), opening)
            .with_context(|| format!("the worker for `{subject}` did not open"));
        let (mut worker, hello) = opened?;
        if let Some(errand) = &self.errand {
            match worker.ask(&Request::Load { errand: (**errand).clone() }, &Limits::of(opening), |_| ())? {
                Response::Loaded => {}
                other => bail!("the worker for `{subject}` did not fetch the module: {other:?}"),
            }
        }
        Ok((worker, hello))
    }
}

impl Worker {
    fn greet(mut child: Child, interruption: Option<Interruption>, opening: Duration) -> Result<(Self, Hello)> {
        let (asks, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (lines, answers) = mpsc::channel();
        let mut stdout = BufReader::new(stdout.expect("piped"));
        let reader = AffinityHint::default();
        let (post, mut there) = (reader.clone(), 0);
        std::thread::spawn(move || {
            while let Some(line) = next_line(&mut stdout)
                && lines.send(line).is_ok()
            {
                post.go(&mut there);
            }
        });
        let tail = Arc::new(Mutex::new(LastLines::default()));
        let (kept, mut stderr) = (tail.clone(), BufReader::new(stderr.expect("piped")));
        let stderr_reader = std::thread::spawn(move || {
            while let Some(line) = next_line(&mut stderr) {
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        });
        let stderr_reader = Some(stderr_reader);
        let mut worker = Self { child, asks, answers, stderr: tail, stderr_reader, peak: None, reader, interruption };
        let line = worker.hear(&Limits::of(opening))?;
        Ok((worker, understood(&line)?))
    }

    /// The same, what it says being read on a processor.
    pub(crate) fn read_by(self, processor: Option<usize>) -> Self {
        let _ = processor.map(|processor| self.reader.at(processor));
        self
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The most resident memory that it was seen to hold, in bytes, where the platform tells. Of one that was lost, what was
    /// seen before.
    pub fn peak(&mut self) -> Option<u64> {
        self.peak = self.peak.max(peak_resident_memory(self.pid()));
        self.peak
    }

    /// Asks, hands on each line that a scenario says, and waits for the answer.
    ///
    /// # Errors
    /// When the worker was lost over it. It cannot be asked again.
    pub fn ask(&mut self, ask: &Request, limits: &Limits, mut said: impl FnMut(&str)) -> Result<Response, WorkerError> {
        // What it said over an earlier question is none of this one's last words.
        self.stderr.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let mut line = serde_json::to_vec(ask).expect("questions are plain");
        line.push(b'\n');
        // What cannot be written is no news: that the worker died shows when it is listened to.
        let _ = self.asks.as_mut().map(|asks| asks.write_all(&line));
        let deadline = Instant::now() + limits.time;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = self.hear(&Limits { time: left, ..*limits }).map_err(|lost| match lost {
                WorkerError::TimedOut(_) => WorkerError::TimedOut(limits.time),
                other => other,
            })?;
            match serde_json::from_str(&line) {
                Ok(Response::Said { line }) => said(&line),
                Ok(answer) => return Ok(answer),
                Err(_) => {
                    self.kill();
                    return Err(WorkerError::Garbled(shortened(&line, 200)));
                }
            }
        }
    }

    /// The next line, within the limits.
    fn hear(&mut self, limits: &Limits) -> Result<String, WorkerError> {
        let deadline = Instant::now() + limits.time;
        loop {
            if self.interruption.as_ref().is_some_and(Interruption::is_requested) {
                self.kill();
                return Err(WorkerError::Interrupted);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.answers.recv_timeout(left.min(LOOK)) {
                Ok(line) => return Ok(line),
                Err(RecvTimeoutError::Disconnected) => return Err(self.died()),
                Err(RecvTimeoutError::Timeout) => {}
            }
            let held = resident_memory(self.pid());
            self.peak = self.peak.max(held);
            if let Some(held) = held.filter(|held| *held > limits.memory) {
                self.kill();
                return Err(WorkerError::OverMemory { held: held >> 20, limit: limits.memory >> 20 });
            }
            if left.is_zero() {
                self.kill();
                return Err(WorkerError::TimedOut(limits.time));
            }
        }
    }

    /// How it died, now that its stdout is closed. One that closed it and lives on is killed.
    fn died(&mut self) -> WorkerError {
        let deadline = Instant::now() + Duration::from_secs(1);
        let status = loop {
            match self.child.try_wait() {
                Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(1)),
                Ok(Some(status)) => break Some(status),
                _ => break None,
            }
        };
        if status.is_none() {
            self.kill();
        }
        // Whoever inherited the worker's stderr could keep it open; nobody does.
        if let Some(reader) = self.stderr_reader.take() {
            let _ = reader.join();
        }
        let how = status.map_or("closed its stdout and went on".into(), how_it_ended);
        match self.last_words() {
            words if words.is_empty() => WorkerError::Crashed(how),
            words => WorkerError::Crashed(format!("{how}; it said: {words}")),
        }
    }

    /// The end of what it wrote to stderr.
    pub fn last_words(&self) -> String {
        self.stderr.lock().unwrap_or_else(PoisonError::into_inner).text()
    }

    /// Ends it, whatever it is doing.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The greeting. Its version is read first: the rest may look otherwise in another one.
fn understood(line: &str) -> Result<Hello> {
    #[derive(serde::Deserialize)]
    struct Version {
        protocol: u32,
    }
    let no_greeting = || format!("no greeting: {}", shortened(line, 200));
    let Version { protocol } = serde_json::from_str(line).with_context(no_greeting)?;
    if protocol != PROTOCOL {
        bail!("it speaks version {protocol} of the worker protocol, and this program version {PROTOCOL}");
    }
    serde_json::from_str(line).with_context(no_greeting)
}

/// A line, or nothing where there is none any more.
fn next_line(from: &mut impl BufRead) -> Option<String> {
    let mut line = Vec::new();
    let read = from.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line).ok()?;
    (read > 0).then(|| String::from_utf8_lossy(&line).trim_end().to_owned())
}

fn how_it_ended(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        let name = rustix::process::Signal::from_named_raw(signal).map(|name| format!("{name:?}"));
        // It calls itself `Signal::KILL`, in quotes.
        let name = name.as_deref().and_then(|name| name.trim_matches('"').rsplit("::").next());
        return format!("killed by signal {signal}{}", name.map(|name| format!(" ({name})")).unwrap_or_default());
    }
    format!("ended with {status}")
}

fn shortened(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// What is kept of a worker's stderr: what its panics said, or else its last lines.
#[derive(Default)]
struct LastLines {
    last: VecDeque<String>,
    panics: Vec<String>,
}

impl LastLines {
    const LINES: usize = 12;

    /// So many panics are kept: the first says why, and one that cannot unwind follows it.
    const PANICS: usize = 3;

    fn push(&mut self, line: String) {
        // A panic is told in two lines: where, and its message; a backtrace may follow that is longer than the tail.
        let follows = self.last.back().is_some_and(|line| is_panic(line));
        if let Some(panic) = self.panics.last_mut().filter(|_| follows) {
            *panic += &format!(" {}", line.trim());
        }
        if is_panic(&line) && self.panics.len() < Self::PANICS {
            self.panics.push(line.trim().to_owned());
        }
        if self.last.len() == Self::LINES {
            self.last.pop_front();
        }
        self.last.push_back(line);
    }

    fn clear(&mut self) {
        *self = Self::default();
    }

    fn text(&self) -> String {
        let lines: Vec<_> = match self.panics.as_slice() {
            [] => self.last.iter().collect(),
            panics => panics.iter().collect(),
        };
        let lines = lines.into_iter().filter(|line| !line.trim().is_empty()).map(|line| shortened(line.trim(), 300));
        lines.collect::<Vec<_>>().join(" | ")
    }
}

/// Whether a line is the first that Rust writes of a panic.
fn is_panic(line: &str) -> bool {
    line.starts_with("thread '") && line.contains(" panicked at ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str) -> String {
        let mut tail = LastLines::default();
        text.lines().for_each(|line| tail.push(line.into()));
        tail.text()
    }

    #[test]
    fn a_panic_is_kept_before_a_backtrace_of_any_length() {
        let backtrace: String =
            (0..60).map(|n| format!("  {n}: wasmi::engine::frame\n             at executor.rs:{n}\n")).collect();
        let text = format!(
            "compiling\nthread 'main' (7) panicked at src/stack.rs:9:5:\ninvalid slot\nnote: run with \
             `RUST_BACKTRACE=1`\n\nthread 'main' (7) panicked at library/core/src/panicking.rs:1:1:\npanic in a function \
             that cannot unwind\nstack backtrace:\n{backtrace}thread caused non-unwinding panic. aborting.\n"
        );
        let told = "thread 'main' (7) panicked at src/stack.rs:9:5: invalid slot | thread 'main' (7) panicked at \
                    library/core/src/panicking.rs:1:1: panic in a function that cannot unwind";
        assert_eq!(kept(&text), told);
    }

    #[test]
    fn without_a_panic_the_last_lines_are_kept() {
        assert_eq!(kept("LLVM ERROR: out of registers\n\nabort\n"), "LLVM ERROR: out of registers | abort");
        let many: String = (0..30).map(|n| format!("{n}\n")).collect();
        assert!(kept(&many).starts_with("18 | 19"));
    }
}
