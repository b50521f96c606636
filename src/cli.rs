//! The command line. The doc comments are the manual.
use clap::{Args, Parser, Subcommand};

/// Compares WebAssembly backends on one question: a host function returns an error, the guest is gone, does the
/// caller get its own error back, and what does that cost?
///
/// Without a command, `run`. Exit status: 0 all held, 1 something did not, 2 it could not be carried out.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What `run` takes, which is also what is done without a command.
    #[command(flatten)]
    pub run: Run,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Play one scenario on each backend, and narrate it
    Run(Run),
    /// Play all scenarios on all backends, and show where each holds
    Check(Check),
    /// Show backends, scenarios and benchmarks
    List(List),
    /// Serve one backend over stdin and stdout
    #[command(hide = true)]
    Worker(Worker),
}

/// Play one scenario on each backend, and narrate it.
#[derive(Debug, Args)]
pub struct Run {
    /// The scenario; `early-exit list` shows them
    #[arg(default_value = "early-exit")]
    pub scenario: String,
    #[command(flatten)]
    #[expect(missing_docs, reason = "it would become part of the manual")]
    pub choice: Choice,
}

/// Play all scenarios on all backends, and show where each holds.
#[derive(Debug, Args)]
pub struct Check {
    /// Only scenarios whose id matches, `*` and `?` standing for anything; repeatable
    #[arg(long, value_name = "GLOB")]
    pub filter: Vec<String>,
    /// Let a known divergence that no longer diverges be a failure
    #[arg(long)]
    pub strict: bool,
    /// Print a JSON document instead of a table
    #[arg(long)]
    pub json: bool,
    /// How many backends are checked at once
    #[arg(long, value_name = "N", default_value_t = processors())]
    pub jobs: usize,
    #[command(flatten)]
    #[expect(missing_docs, reason = "it would become part of the manual")]
    pub choice: Choice,
}

/// Show backends, scenarios and benchmarks.
#[derive(Debug, Args)]
pub struct List {
    /// Print a JSON document instead of tables
    #[arg(long)]
    pub json: bool,
}

/// Which backends.
#[derive(Debug, Args)]
pub struct Choice {
    /// Only this backend, with settings where some are wanted (`cranelift:opt=none`); repeatable
    #[arg(long = "backend", value_name = "NAME")]
    pub backends: Vec<String>,
}

/// Serve one backend over stdin and stdout.
#[derive(Debug, Args)]
pub struct Worker {
    /// The backend and its settings
    pub subject: String,
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
