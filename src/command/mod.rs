//! The subcommands, one file each.
mod backends;
mod builds;
mod calibrate;
mod cells;
mod check;
mod check_soak;
mod check_spec;
mod compare;
mod confirm;
mod fuzz;
mod list;
mod measure;
mod out;
mod profile;
mod report;
mod run;
mod run_file;
mod watch;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use crate::cli::{CheckWhat, Cli, Command};
use crate::interruption::Interruption;
use crate::worker::{self, Launcher, WorkerError};

pub(crate) use out::{Stdout, status_line};
pub use out::{note, refuse};

/// The outcome of a command that could be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// All checks passed.
    Passed,
    /// A check failed.
    Failed,
    /// The program was interrupted, and exits with this status.
    Interrupted(u8),
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        match status {
            Status::Passed => Self::SUCCESS,
            Status::Failed => Self::FAILURE,
            Status::Interrupted(status) => Self::from(status),
        }
    }
}

/// Runs one command. `executable` is this program, which workers run too.
///
/// # Errors
/// When the command cannot be carried out.
pub fn execute(cli: Cli, executable: &Path) -> Result<Status> {
    let interruption = Interruption::default();
    let launcher = Launcher::new(executable).interrupted_by(&interruption);
    let mut out = Stdout::new();
    let result = match cli.command.unwrap_or(Command::Run(cli.run)) {
        Command::Run(args) => run::run(&args, &launcher, &mut out),
        Command::Check(args) => match &args.what {
            None => check::check(&args, &launcher, &mut out),
            Some(CheckWhat::Random(args)) => fuzz::fuzz(args, &launcher, &mut out),
            Some(CheckWhat::Spec(args)) => check_spec::check_spec(args, &launcher, &mut out),
            Some(CheckWhat::Soak(args)) => check_soak::check_soak(args, &launcher, &mut out),
        },
        Command::Fuzz(args) => fuzz::fuzz(&args, &launcher, &mut out),
        Command::Measure(args) => measure::measure(&args, &launcher, &mut out),
        Command::Compare(args) => compare::compare(&args, &launcher, &mut out),
        Command::Profile(args) => profile::profile(&args, &launcher, &mut out),
        Command::Report(args) => report::report(&args, &mut out),
        Command::List(args) => list::list(&args, &mut out),
        Command::Worker(args) => worker::serve(&args.spec).map(|()| Status::Passed),
    };
    let Some(status) = interruption.exit_status() else { return result };
    // An interrupted command has printed its results so far; other errors are returned.
    match result {
        Err(error) if !WorkerError::is_interruption(&error) => Err(error),
        _ => {
            note("interrupted: the results are incomplete");
            Ok(Status::Interrupted(status))
        }
    }
}

/// Turns an interruption into `None`, so that the results so far are shown.
fn unless_interrupted<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Err(error) if WorkerError::is_interruption(&error) => Ok(None),
        other => other.map(Some),
    }
}
