//! The subcommands, one file each.
mod builds;
mod calibrate;
mod check;
mod check_soak;
mod check_spec;
mod choice;
mod compare;
mod confirm;
mod fuzz;
mod list;
mod measure;
mod out;
mod plan;
mod profile;
mod report;
mod run;
mod run_file;
mod target;
mod watch;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use crate::cli::{CheckWhat, Cli, Command};
use crate::interruption::Interruption;
use crate::worker;
use crate::worker::{Launcher, WorkerError};

pub(crate) use out::Stdout;
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
        Command::Run(asked) => run::run(&asked, &launcher, &mut out),
        Command::Check(asked) => match &asked.what {
            None => check::check(&asked, &launcher, &mut out),
            Some(CheckWhat::Random(asked)) => fuzz::fuzz(asked, &launcher, &mut out),
            Some(CheckWhat::Spec(asked)) => check_spec::check_spec(asked, &launcher, &mut out),
            Some(CheckWhat::Soak(asked)) => check_soak::check_soak(asked, &launcher, &mut out),
        },
        Command::Fuzz(asked) => fuzz::fuzz(&asked, &launcher, &mut out),
        Command::Measure(asked) => measure::measure(&asked, &launcher, &mut out),
        Command::Compare(asked) => compare::compare(&asked, &launcher, &mut out),
        Command::Profile(asked) => profile::profile(&asked, &launcher, &mut out),
        Command::Report(asked) => report::report(&asked, &mut out),
        Command::List(asked) => list::list(&asked, &mut out),
        Command::Worker(asked) => worker::serve(&asked.variant).map(|()| Status::Passed),
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
