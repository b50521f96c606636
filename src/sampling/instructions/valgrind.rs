//! How a worker is started under valgrind, and what valgrind writes for it.
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::callgrind::{self, Profile};
use super::cell::LIMITS;
use super::elf;
use crate::sampling::cell::Failure;
use crate::valgrind;
use crate::worker::protocol::{Request, Response};
use crate::worker::{Hello, Launcher, Worker, WorkerError};

/// The valgrind of this machine, and a folder for what it needs.
pub(crate) struct Valgrind {
    program: PathBuf,
    folder: TempDir,
}

/// What workers run under valgrind: the program of a launcher, in a form that valgrind can read.
pub(crate) struct Program {
    launcher: Launcher,
    place: PathBuf,
}

/// A worker under valgrind.
pub(crate) struct CountedWorker {
    pub(crate) worker: Worker,
    folder: TempDir,
    /// How many files it has written.
    dumps: u32,
}

/// Valgrind reads 200 MB of program before a worker can greet, and other work may have the processor.
const OPENING: Duration = Duration::from_secs(120);
/// What the files are called, each with its number behind it.
const DUMP: &str = "batch";

impl Valgrind {
    /// Finds it.
    ///
    /// # Errors
    /// When there is none, or none for this platform; names the package.
    pub(crate) fn find() -> Result<Self> {
        ensure!(
            valgrind::IS_SUPPORTED,
            "instructions are counted by valgrind, on Linux with x86-64 or aarch64 only; this is {} with {}",
            env::consts::OS,
            env::consts::ARCH
        );
        let paths = env::var_os("PATH").unwrap_or_default();
        let program = env::split_paths(&paths).map(|folder| folder.join("valgrind")).find(|program| program.is_file());
        let program = program.context(
            "instructions are counted by valgrind, which is not installed: `apt install valgrind`, `dnf install valgrind` \
             or `brew install valgrind` (in the repository: `scripts/install-valgrind`)",
        )?;
        Ok(Self { program, folder: tempfile::tempdir().context("no place for what valgrind writes")? })
    }

    /// The version, as valgrind says it.
    pub(crate) fn version(&self) -> String {
        let output = Command::new(&self.program).arg("--version").output();
        let said = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        said.unwrap_or_default()
    }

    /// A launcher's program, as valgrind can read it; with the names of its functions where they are needed.
    ///
    /// # Errors
    /// When it cannot be read or copied.
    pub(crate) fn program(&self, launcher: &Launcher, name: &str, with_names: bool) -> Result<Program> {
        let place = self.folder.path().join(name);
        elf::copy_for_valgrind(launcher.executable(), &place, with_names)
            .with_context(|| format!("cannot copy {} for valgrind", launcher.executable().display()))?;
        Ok(Program { launcher: launcher.clone(), place })
    }

    /// Starts a worker on a processor.
    ///
    /// # Errors
    /// As [`Launcher::launch`].
    pub(crate) fn launch(
        &self,
        program: &Program,
        subject: &str,
        processor: Option<usize>,
    ) -> Result<(CountedWorker, Hello)> {
        let folder = tempfile::tempdir_in(self.folder.path()).context("no place for what valgrind writes")?;
        let mut command = Command::new(&self.program);
        command.args([
            "--quiet",
            "--tool=callgrind",
            // Not until a batch begins, or preparing would take a hundred times as long.
            "--instr-atstart=no",
            // Nobody asks it anything while it runs.
            "--vgdb=no",
            // A trap by signal is looked up by the registers at the access that trapped.
            "--vex-iropt-register-updates=allregs-at-mem-access",
            // A stack overflow is to be the guest's, and not the end of what valgrind lets a stack grow to.
            "--main-stacksize=16777216",
        ]);
        let mut dump = OsString::from("--callgrind-out-file=");
        dump.push(folder.path().join(DUMP));
        command.arg(dump).arg(&program.place);
        held_still(&mut command, processor);
        let (worker, hello) = program.launcher.launch_by(command, subject, None, OPENING)?;
        Ok((CountedWorker { worker, folder, dumps: 0 }, hello))
    }
}

/// The command's process runs on one processor, so that what starts a thread per processor starts one, and its addresses
/// are not randomized where the system lets it choose that: a container may not, and then valgrind's own choice of
/// addresses has to do.
#[cfg(target_os = "linux")]
fn held_still(command: &mut Command, processor: Option<usize>) {
    use std::os::unix::process::CommandExt;
    let set_up = move || {
        if let Some(processor) = processor {
            let mut one = rustix::thread::CpuSet::new();
            one.set(processor);
            rustix::thread::sched_setaffinity(None, &one)?;
        }
        // SAFETY: takes and gives numbers.
        unsafe { libc::personality(libc::ADDR_NO_RANDOMIZE as libc::c_ulong) };
        Ok(())
    };
    // SAFETY: between fork and exec, two system calls are made, and nothing is allocated or locked.
    unsafe { command.pre_exec(set_up) };
}

#[cfg(not(target_os = "linux"))]
fn held_still(_: &mut Command, _: Option<usize>) {}

impl CountedWorker {
    /// Goes on in a child process, which has done nothing yet.
    ///
    /// # Errors
    /// As [`Failure`] says.
    pub(crate) fn fork(&mut self) -> Result<(), Failure> {
        // Valgrind numbers the files of each process from 1.
        self.dumps = 0;
        match self.worker.request(&Request::Fork, &LIMITS, |_| ())? {
            Response::Forked => Ok(()),
            Response::Error { reason, .. } => Err(Failure::Failed(reason)),
            other => Err(Failure::Failed(format!("no child process, but {other:?}"))),
        }
    }

    /// Ends the child process. Whether its parent goes on.
    ///
    /// # Errors
    /// When the worker was lost over it.
    pub(crate) fn join(&mut self) -> Result<bool, WorkerError> {
        Ok(self.worker.request(&Request::Join, &LIMITS, |_| ())? == Response::Joined)
    }

    /// The files that valgrind wrote for the last batches, so many, in order. They go with this worker.
    pub(crate) fn dumps(&mut self, batches: usize) -> Vec<PathBuf> {
        let first = self.dumps;
        self.dumps += batches as u32;
        (first + 1..=self.dumps).map(|number| self.folder.path().join(format!("{DUMP}.{number}"))).collect()
    }

    /// How many instructions each of the last batches took.
    ///
    /// # Errors
    /// When a file cannot be read, or does not say.
    pub(crate) fn counts(&mut self, batches: usize) -> Result<Vec<u64>> {
        let count = |path: PathBuf| {
            let count = read(&path).and_then(|text| Ok(callgrind::total(&text)?));
            let _ = fs::remove_file(&path);
            count
        };
        self.dumps(batches).into_iter().map(count).collect()
    }
}

fn read(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("valgrind wrote no {}", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Reads a file that callgrind wrote.
///
/// # Errors
/// When it cannot be read, or callgrind did not write it.
pub(crate) fn profile(path: &Path) -> Result<Profile> {
    Ok(Profile::parse(&read(path)?)?)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_is_held_still_has_one_processor() {
        let ours = rustix::thread::sched_getaffinity(None).unwrap();
        let processor = (0..1024).find(|id| ours.is_set(*id));
        let mut command = Command::new("cat");
        held_still(command.arg("/proc/self/status"), processor);
        let status = String::from_utf8(command.output().unwrap().stdout).unwrap();
        let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap().trim();
        assert_eq!(allowed, processor.unwrap().to_string());
    }
}
