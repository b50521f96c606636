//! The verbs: one thin file each.
mod calibrate;
mod check;
mod check_random;
mod check_soak;
mod check_spec;
mod choice;
mod compare;
mod confirm;
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
use crate::worker;
use crate::worker::Launcher;

pub(crate) use out::Stdout;

/// What a command found, once it could be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// All held.
    Held,
    /// Something did not.
    Failed,
    /// It was broken off from the keyboard.
    Interrupted,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        match status {
            Status::Held => Self::SUCCESS,
            Status::Failed => Self::FAILURE,
            Status::Interrupted => Self::from(130),
        }
    }
}

/// Runs one command. `executable` is this program: workers run it too.
///
/// # Errors
/// When the command could not be carried out.
pub fn execute(cli: Cli, executable: &Path) -> Result<Status> {
    let launcher = Launcher::new(executable);
    let mut out = Stdout::stdout();
    match cli.command.unwrap_or(Command::Run(cli.run)) {
        Command::Run(asked) => run::run(&asked, &launcher, &mut out),
        Command::Check(asked) => match &asked.what {
            None => check::check(&asked, &launcher, &mut out),
            Some(CheckWhat::Random(asked)) => check_random::check_random(asked, &launcher, &mut out),
            Some(CheckWhat::Spec(asked)) => check_spec::check_spec(asked, &launcher, &mut out),
            Some(CheckWhat::Soak(asked)) => check_soak::check_soak(asked, &launcher, &mut out),
        },
        Command::Measure(asked) => measure::measure(&asked, &launcher, &mut out),
        Command::Compare(asked) => compare::compare(&asked, &launcher, &mut out),
        Command::Profile(asked) => profile::profile(&asked, &launcher, &mut out),
        Command::Report(asked) => report::report(&asked, &mut out),
        Command::List(asked) => list::list(&asked, &mut out),
        Command::Worker(asked) => worker::serve(&asked.subject).map(|()| Status::Held),
    }
}
