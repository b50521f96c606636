//! Parses the command line, runs one command, and turns its result into an exit status.
use std::process::ExitCode;

use clap::Parser;
use early_exit::{cli::Cli, command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match std::env::current_exe().map_err(Into::into).and_then(|this| command::execute(cli, &this)) {
        Ok(status) => status.into(),
        Err(error) => {
            command::refuse(&error);
            ExitCode::from(2)
        }
    }
}
