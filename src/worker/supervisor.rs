//! The supervisor's side of a worker: starts it, sends requests, and enforces limits.
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::code_alignment::{self, CodePage};
use super::cpu_affinity::AffinityHint;
use super::protocol::{Hello, PROTOCOL, Request, Response};
use crate::engine::BackendSpec;
use crate::interruption::Interruption;
use crate::process_stats::{peak_resident_memory, resident_memory};
use crate::results::Verdict;
use crate::run_module::ModuleJob;

/// Starts workers. The executable comes from the command line, because the current executable of a bench or a test is not
/// this program.
#[derive(Debug, Clone)]
pub struct Launcher {
    executable: PathBuf,
    /// The temporary folder with the executable, if any.
    _folder: Option<Arc<tempfile::TempDir>>,
    /// The folder for artifacts that workers share.
    artifacts: Option<Arc<tempfile::TempDir>>,
    /// The module that each worker loads at start.
    job: Option<Arc<ModuleJob>>,
    /// Ends workers early.
    interruption: Option<Interruption>,
}

/// The limits of one request.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Until the response.
    pub time: Duration,
    /// Resident memory in bytes. Address space is not limited, because engines reserve gigabytes.
    pub memory: u64,
}

impl Limits {
    /// The memory limit of a worker, unless a scenario or `run --memory` has another.
    pub const MEMORY: u64 = 2 << 30;

    /// A time limit and the default memory limit.
    pub fn of(time: Duration) -> Self {
        Self { time, memory: Self::MEMORY }
    }
}

/// Why a worker is lost. The process has been killed and waited for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkerError {
    /// It exited.
    #[error("{0}")]
    Crashed(String),
    /// It exceeded the time limit.
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    /// It exceeded the memory limit.
    #[error("used {used} MiB of memory, limit {limit} MiB")]
    OverMemory {
        /// Its memory in MiB.
        used: u64,
        /// The limit in MiB.
        limit: u64,
    },
    /// It sent an invalid response.
    #[error("invalid response: {0}")]
    Protocol(String),
    /// The program was interrupted.
    #[error("interrupted")]
    Interrupted,
}

impl WorkerError {
    /// Whether the cause of an error is an interruption.
    pub fn is_interruption(error: &anyhow::Error) -> bool {
        error.chain().any(|cause| cause.downcast_ref() == Some(&Self::Interrupted))
    }
}

/// A worker that is lost decides the verdict of what it was doing.
impl From<WorkerError> for Verdict {
    fn from(error: WorkerError) -> Self {
        let text = error.to_string();
        match error {
            // Callers end at an interruption before they need a verdict.
            WorkerError::Crashed(_) | WorkerError::Protocol(_) | WorkerError::Interrupted => {
                Self::Crashed { reason: text }
            }
            WorkerError::TimedOut(_) => Self::TimedOut { limit: text },
            WorkerError::OverMemory { .. } => Self::OverMemory { limit: text },
        }
    }
}

/// A worker process. Killed when dropped.
pub struct Worker {
    child: Child,
    stdout_lines: mpsc::Receiver<String>,
    last_lines: Arc<Mutex<LastLines>>,
    stderr_reader: Option<JoinHandle<()>>,
    peak: Option<u64>,
    reader: AffinityHint,
    interruption: Option<Interruption>,
}

/// The environment variable with the folder for artifacts.
pub(crate) const ARTIFACTS: &str = "EARLY_EXIT_ARTIFACTS";
/// The time limit until the backend is open; loading LLVM takes a moment.
const OPENING: Duration = Duration::from_secs(20);
/// The interval between two checks of a worker's memory.
const POLL_INTERVAL: Duration = Duration::from_millis(25);
/// The limit of a line from a worker.
const MAX_LINE_BYTES: u64 = 1 << 20;

impl Launcher {
    /// A launcher whose workers run this executable.
    pub fn new(executable: impl AsRef<Path>) -> Self {
        let executable = executable.as_ref().to_owned();
        Self { executable, _folder: None, artifacts: None, job: None, interruption: None }
    }

    /// The launcher with workers that end when the program is interrupted.
    pub fn interrupted_by(self, interruption: &Interruption) -> Self {
        Self { interruption: Some(interruption.clone()), ..self }
    }

    /// Whether the program is interrupted. The results so far are shown.
    pub fn is_interrupted(&self) -> bool {
        self.interruption.as_ref().is_some_and(Interruption::is_requested)
    }

    /// The launcher with workers that load a module at start, so that it can be measured.
    pub fn with_module(self, job: ModuleJob) -> Self {
        Self { job: Some(Arc::new(job)), ..self }
    }

    /// This launcher and those of other builds, with executable paths of equal length: the path is on the stack and moves
    /// everything below it.
    ///
    /// # Errors
    /// When a program does not exist, or no temporary folder can be created.
    pub fn side_by_side(&self, others: &[&Path]) -> Result<(Self, Vec<Self>)> {
        let folder = Arc::new(tempfile::tempdir().context("cannot create a temporary folder")?);
        let placed = |n: usize, program: &Path| -> Result<Self> {
            anyhow::ensure!(n == 0 || program.is_file(), "{} is not a program", program.display());
            // Names of one length.
            let place = folder.path().join(format!("build-{n:03}"));
            let program = std::path::absolute(program)?;
            #[cfg(unix)]
            std::os::unix::fs::symlink(&program, &place)?;
            #[cfg(not(unix))]
            std::fs::copy(&program, &place)?;
            Ok(Self { executable: place, _folder: Some(folder.clone()), ..self.clone() })
        };
        let theirs = others.iter().enumerate().map(|(n, other)| placed(n + 1, other));
        Ok((placed(0, &self.executable)?, theirs.collect::<Result<_>>()?))
    }

    /// The launcher with workers that share artifacts, so that each module is compiled once and not in every process. All
    /// workers must have the same build and variant.
    ///
    /// # Errors
    /// When no temporary folder can be created.
    pub fn keeping_artifacts(&self) -> Result<Self> {
        let folder = tempfile::tempdir().context("cannot create a temporary folder")?;
        Ok(Self { artifacts: Some(Arc::new(folder)), ..self.clone() })
    }

    /// Starts a worker for a backend, and waits until its backend is open.
    ///
    /// # Errors
    /// When the worker does not start, cannot open its backend, or has another version of the protocol.
    pub fn launch(&self, spec: &BackendSpec) -> Result<(Worker, Hello)> {
        self.launch_like(spec, None)
    }

    /// Starts a worker for a backend, with the code alignment of another worker if one is given.
    pub(crate) fn launch_like(&self, spec: &BackendSpec, like: Option<CodePage>) -> Result<(Worker, Hello)> {
        self.launch_by(Command::new(&self.executable), spec, like, OPENING)
    }

    /// The executable of the workers.
    pub(crate) fn executable(&self) -> &Path {
        &self.executable
    }

    /// Starts a worker for a backend by a command that runs the executable with further arguments. `opening` limits the time
    /// until the backend is open.
    pub(crate) fn launch_by(
        &self,
        mut command: Command,
        spec: &BackendSpec,
        like: Option<CodePage>,
        opening: Duration,
    ) -> Result<(Worker, Hello)> {
        self.interruption.as_ref().map_or(Ok(()), Interruption::listen).context("cannot listen for Ctrl-C")?;
        anyhow::ensure!(!self.is_interrupted(), WorkerError::Interrupted);
        command.arg("worker").arg(spec.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Only this process handles Ctrl-C; its workers end with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        // A fixed environment, because RUST_BACKTRACE changes the cost of an exit.
        command.env_clear();
        for name in ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command.envs(self.artifacts.iter().map(|folder| (ARTIFACTS, folder.path())));
        let child = code_alignment::spawn(&mut command, like);
        let child = child.with_context(|| format!("cannot start {}", self.executable.display()))?;
        let (mut worker, hello) = Worker::greet(child, self.interruption.clone(), opening)
            .with_context(|| format!("the worker for `{spec}` did not start"))?;
        if let Some(job) = &self.job {
            match worker.request(&Request::LoadModule { job: (**job).clone() }, &Limits::of(opening), |_| ())? {
                Response::Loaded => {}
                other => bail!("the worker for `{spec}` cannot load the module: {other:?}"),
            }
        }
        Ok((worker, hello))
    }
}

impl Worker {
    fn greet(mut child: Child, interruption: Option<Interruption>, opening: Duration) -> Result<(Self, Hello)> {
        let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
        let mut stderr = BufReader::new(child.stderr.take().expect("piped"));
        let (lines, stdout_lines) = mpsc::channel();
        let reader = AffinityHint::default();
        let (hint, mut last_seen) = (reader.clone(), 0);
        std::thread::spawn(move || {
            while let Some(line) = next_line(&mut stdout)
                && lines.send(line).is_ok()
            {
                hint.go(&mut last_seen);
            }
        });
        let last_lines = Arc::new(Mutex::new(LastLines::default()));
        let kept = last_lines.clone();
        let stderr_reader = Some(std::thread::spawn(move || {
            while let Some(line) = next_line(&mut stderr) {
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        }));
        let mut worker = Self { child, stdout_lines, last_lines, stderr_reader, peak: None, reader, interruption };
        let line = worker.read_line(Instant::now() + opening, &Limits::of(opening))?;
        Ok((worker, parse_hello(&line)?))
    }

    /// The worker with its stdout read on a processor.
    pub(crate) fn read_by(self, processor: Option<usize>) -> Self {
        let _ = processor.map(|processor| self.reader.at(processor));
        self
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The peak of resident memory in bytes, if known; for a lost worker, the peak before.
    pub fn peak(&mut self) -> Option<u64> {
        self.peak = self.peak.max(peak_resident_memory(self.pid()));
        self.peak
    }

    /// Sends a request, passes on log lines, and waits for the response.
    ///
    /// # Errors
    /// When the worker is lost. It takes no further requests.
    pub fn request(
        &mut self,
        request: &Request,
        limits: &Limits,
        mut log: impl FnMut(&str),
    ) -> Result<Response, WorkerError> {
        // Drops the output of earlier requests.
        *self.last_lines.lock().unwrap_or_else(PoisonError::into_inner) = LastLines::default();
        let mut line = serde_json::to_vec(request).expect("requests are serializable");
        line.push(b'\n');
        // If the worker is dead, the next read fails.
        let _ = self.child.stdin.as_mut().map(|stdin| stdin.write_all(&line));
        let deadline = Instant::now() + limits.time;
        loop {
            let line = self.read_line(deadline, limits)?;
            match serde_json::from_str(&line) {
                Ok(Response::Log { line }) => log(&line),
                Ok(response) => return Ok(response),
                Err(_) => return Err(self.lost(WorkerError::Protocol(shortened(&line, 200)))),
            }
        }
    }

    /// Reads the next line. Kills a worker that uses more memory than the limit, or gives no line until the deadline.
    fn read_line(&mut self, deadline: Instant, limits: &Limits) -> Result<String, WorkerError> {
        loop {
            if self.interruption.as_ref().is_some_and(Interruption::is_requested) {
                return Err(self.lost(WorkerError::Interrupted));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.stdout_lines.recv_timeout(left.min(POLL_INTERVAL)) {
                Ok(line) => return Ok(line),
                Err(RecvTimeoutError::Disconnected) => return Err(self.crash()),
                Err(RecvTimeoutError::Timeout) => {}
            }
            let used = resident_memory(self.pid());
            self.peak = self.peak.max(used);
            if let Some(used) = used.filter(|used| *used > limits.memory) {
                return Err(self.lost(WorkerError::OverMemory { used: used >> 20, limit: limits.memory >> 20 }));
            }
            if left.is_zero() {
                return Err(self.lost(WorkerError::TimedOut(limits.time)));
            }
        }
    }

    /// The error for a closed stdout. A worker that is still alive is killed.
    fn crash(&mut self) -> WorkerError {
        let deadline = Instant::now() + Duration::from_secs(1);
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
        let status = self.child.try_wait().ok().flatten();
        self.kill();
        let _ = self.stderr_reader.take().map(JoinHandle::join);
        let end = status.map_or("closed its stdout".into(), describe_status);
        match self.last_lines.lock().unwrap_or_else(PoisonError::into_inner).text() {
            text if text.is_empty() => WorkerError::Crashed(end),
            text => WorkerError::Crashed(format!("{end}; stderr: {text}")),
        }
    }

    /// Kills the process, whose worker is lost by an error.
    fn lost(&mut self, error: WorkerError) -> WorkerError {
        self.kill();
        error
    }

    /// Kills the process and waits for it.
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

/// Parses the first line. The version comes first, because other versions may have other fields.
fn parse_hello(line: &str) -> Result<Hello> {
    #[derive(serde::Deserialize)]
    struct Version {
        protocol: u32,
    }
    let invalid = || format!("invalid first line: {}", shortened(line, 200));
    let Version { protocol } = serde_json::from_str(line).with_context(invalid)?;
    if protocol != PROTOCOL {
        bail!("it has version {protocol} of the worker protocol, this program has version {PROTOCOL}");
    }
    serde_json::from_str(line).with_context(invalid)
}

/// The next line, or `None` at the end.
fn next_line(from: &mut impl BufRead) -> Option<String> {
    let mut line = Vec::new();
    let read = from.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line).ok()?;
    (read > 0).then(|| String::from_utf8_lossy(&line).trim_end().to_owned())
}

fn describe_status(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        let name = rustix::process::Signal::from_named_raw(signal).map(|name| format!("{name:?}"));
        // The debug format is `"Signal::KILL"`.
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

/// The panics on a worker's stderr, or else its last lines.
#[derive(Default)]
struct LastLines {
    last: VecDeque<String>,
    panics: VecDeque<String>,
}

impl LastLines {
    const MAX_LINES: usize = 12;
    /// The first panic gives the reason; a panic that cannot unwind follows it.
    const MAX_PANICS: usize = 3;

    fn push(&mut self, line: String) {
        // A panic has two lines: location and message. A backtrace may follow that is longer than the tail.
        let follows = self.last.back().is_some_and(|line| is_panic(line));
        if let Some(panic) = self.panics.back_mut().filter(|_| follows) {
            *panic += &format!(" {}", line.trim());
        }
        if is_panic(&line) && self.panics.len() < Self::MAX_PANICS {
            self.panics.push_back(line.trim().to_owned());
        }
        if self.last.len() == Self::MAX_LINES {
            self.last.pop_front();
        }
        self.last.push_back(line);
    }

    fn text(&self) -> String {
        let lines = if self.panics.is_empty() { &self.last } else { &self.panics };
        let lines = lines.iter().filter(|line| !line.trim().is_empty()).map(|line| shortened(line.trim(), 300));
        lines.collect::<Vec<_>>().join(" | ")
    }
}

/// Whether a line is the first line of a panic.
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
        let expected = "thread 'main' (7) panicked at src/stack.rs:9:5: invalid slot | thread 'main' (7) panicked at \
                    library/core/src/panicking.rs:1:1: panic in a function that cannot unwind";
        assert_eq!(kept(&text), expected);
    }

    #[test]
    fn without_a_panic_the_last_lines_are_kept() {
        assert_eq!(kept("LLVM ERROR: out of registers\n\nabort\n"), "LLVM ERROR: out of registers | abort");
        let many: String = (0..30).map(|n| format!("{n}\n")).collect();
        assert!(kept(&many).starts_with("18 | 19"));
    }
}
