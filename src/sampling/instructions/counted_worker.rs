//! Starts workers under valgrind and reads its output files.
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::callgrind::{Count, Profile};
use super::counted_cell::LIMITS;
use super::elf;
use crate::engine::BackendSpec;
use crate::sampling::cell::{Failure, complete};
use crate::valgrind;
use crate::worker::protocol::{Request, Response};
use crate::worker::{Hello, Launcher, Worker};

/// The installed valgrind, and a folder for its files.
pub(crate) struct Valgrind {
    program: PathBuf,
    folder: TempDir,
}

/// The program of a launcher in a form that valgrind can read.
pub(crate) struct Program {
    launcher: Launcher,
    place: PathBuf,
}

/// A worker under valgrind.
pub(crate) struct CountedWorker {
    pub(crate) worker: Worker,
    folder: TempDir,
    /// The number of files written so far.
    dumps: u32,
}

/// Valgrind reads 200 MB of program before a worker starts, possibly on a busy machine.
const OPENING: Duration = Duration::from_secs(120);
/// The prefix of the files' names.
const DUMP: &str = "batch";

impl Valgrind {
    /// Finds valgrind.
    ///
    /// # Errors
    /// When valgrind is not installed or not available on this platform; the error names the package.
    pub(crate) fn find() -> Result<Self> {
        ensure!(
            valgrind::IS_SUPPORTED,
            "counting instructions needs valgrind on Linux with x86-64 or aarch64; this is {} with {}",
            env::consts::OS,
            env::consts::ARCH
        );
        let paths = env::var_os("PATH").unwrap_or_default();
        let mut programs = env::split_paths(&paths).map(|folder| folder.join("valgrind"));
        let program = programs.find(|program| program.is_file()).context(
            "counting instructions needs valgrind, which is not installed: `apt install valgrind`, `dnf install valgrind` \
             or `brew install valgrind` (in the repository: `scripts/install-valgrind`)",
        )?;
        Ok(Self { program, folder: tempfile::tempdir().context("cannot create a temporary folder")? })
    }

    /// The output of `valgrind --version`.
    pub(crate) fn version(&self) -> String {
        let output = Command::new(&self.program).arg("--version").output();
        output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
    }

    /// Copies a launcher's program for valgrind, with function names if needed.
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
    /// See [`Launcher::launch`].
    pub(crate) fn launch(
        &self,
        program: &Program,
        spec: &BackendSpec,
        processor: Option<usize>,
    ) -> Result<(CountedWorker, Hello)> {
        let folder = tempfile::tempdir_in(self.folder.path()).context("cannot create a temporary folder")?;
        let mut command = Command::new(&self.program);
        command.args([
            "--quiet",
            "--tool=callgrind",
            // Starts with the first batch, because preparation would take a hundred times as long.
            "--instr-atstart=no",
            // No debugger connects.
            "--vgdb=no",
            // A trap by signal needs the registers at the access that trapped.
            "--vex-iropt-register-updates=allregs-at-mem-access",
            // A stack overflow must be the guest's, not that of the stack that valgrind provides.
            "--main-stacksize=16777216",
        ]);
        let mut dump = OsString::from("--callgrind-out-file=");
        dump.push(folder.path().join(DUMP));
        command.arg(dump).arg(&program.place);
        held_still(&mut command, processor);
        let (worker, hello) = program.launcher.launch_by(command, spec, None, OPENING)?;
        Ok((CountedWorker { worker, folder, dumps: 0 }, hello))
    }
}

/// Pins the command to one processor, so that engines with a thread per processor start one, and disables address space
/// randomization, which a container may prohibit; valgrind's addresses must suffice then.
#[cfg(target_os = "linux")]
fn held_still(command: &mut Command, processor: Option<usize>) {
    use std::os::unix::process::CommandExt;
    let set_up = move || {
        if let Some(processor) = processor {
            let mut one = rustix::thread::CpuSet::new();
            one.set(processor);
            rustix::thread::sched_setaffinity(None, &one)?;
        }
        // SAFETY: takes and returns integers.
        unsafe { libc::personality(libc::ADDR_NO_RANDOMIZE as libc::c_ulong) };
        Ok(())
    };
    // SAFETY: between fork and exec, makes two system calls, and does not allocate or lock.
    unsafe { command.pre_exec(set_up) };
}

#[cfg(not(target_os = "linux"))]
fn held_still(_: &mut Command, _: Option<usize>) {}

impl CountedWorker {
    /// Continues in a fresh child process.
    ///
    /// # Errors
    /// See [`Failure`].
    pub(crate) fn fork(&mut self) -> Result<(), Failure> {
        // Valgrind numbers the files of each process from 1.
        self.dumps = 0;
        complete(&mut self.worker, &Request::Fork, &LIMITS, &Response::Forked)
    }

    /// The files for the last batches, in order. They are deleted with this worker.
    fn dumps(&mut self, batches: usize) -> Vec<PathBuf> {
        let first = self.dumps;
        self.dumps += batches as u32;
        (first + 1..=self.dumps).map(|number| self.folder.path().join(format!("{DUMP}.{number}"))).collect()
    }

    /// The profile of the last batch, and its file.
    ///
    /// # Errors
    /// When the file cannot be read or is not a callgrind file.
    pub(crate) fn profile(&mut self) -> Result<(Profile, PathBuf)> {
        let file = self.dumps(1).remove(0);
        Ok((Profile::parse(&read(&file)?)?, file))
    }

    /// The instructions of each of the last batches.
    ///
    /// # Errors
    /// When a file cannot be read or is not a callgrind file.
    pub(crate) fn counts(&mut self, batches: usize) -> Result<Vec<Count>> {
        let count = |path: PathBuf| {
            let count = read(&path).and_then(|text| Count::parse(&text));
            let _ = fs::remove_file(&path);
            count
        };
        self.dumps(batches).into_iter().map(count).collect()
    }
}

fn read(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("valgrind did not write {}", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_pinned_process_has_one_processor() {
        let ours = rustix::thread::sched_getaffinity(None).unwrap();
        let processor = (0..1024).find(|id| ours.is_set(*id));
        let mut command = Command::new("cat");
        held_still(command.arg("/proc/self/status"), processor);
        let status = String::from_utf8(command.output().unwrap().stdout).unwrap();
        let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap().trim();
        assert_eq!(allowed, processor.unwrap().to_string());
    }
}
