//! The command line. The doc comments are the manual.
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::catalog::benchmark;
use crate::engine;
use crate::run_module::ExitAt;

/// Compares WebAssembly backends on one question: a host function returns an error, the guest is gone, does the
/// caller get its own error back, and what does that cost?
///
/// Without a command, `run`. Exit status: 0 all held, 1 something did not, 2 it could not be carried out, 130 after Ctrl-C
/// and 143 after SIGTERM: then the results so far are shown.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What `run` takes, which is also what is done without a command.
    #[command(flatten)]
    pub run: RunArgs,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Play one scenario, or run any module, on each backend
    Run(RunArgs),
    /// Play all scenarios on all backends, and show where each holds
    Check(CheckArgs),
    /// Measure what everything costs, on all backends in the same rounds
    Measure(MeasureArgs),
    /// Say what is faster, slower or the same: another build, other settings, or two reports
    Compare(CompareArgs),
    /// Show which functions the instructions of a benchmark go to, on each backend
    Profile(ProfileArgs),
    /// Draw what `measure -o` wrote: tables, a page, rows
    Report(ReportArgs),
    /// Show backends, scenarios and benchmarks
    List(ListArgs),
    /// Serve one backend over stdin and stdout
    #[command(hide = true)]
    Worker(WorkerArgs),
}

/// Play one scenario, or run any module, on each backend.
///
/// A scenario is narrated. A module, FILE.wasm or FILE.wat or - for standard input, is validated, compiled, serialized,
/// instantiated and called, on each backend in a process of its own: a row a backend, and then where they disagree.
/// Its imports are met by stubs: zeros, or WASI's errors; nothing real is reachable. A file with the name of a scenario
/// is `./NAME`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The scenario (`early-exit list` shows them), or the module
    #[arg(value_name = "SCENARIO|FILE", default_value = "early-exit")]
    pub what: OsString,
    /// Call this export with these arguments; without it `_start`, or nothing
    #[arg(long, value_names = ["NAME", "ARGS"], num_args = 1.., allow_negative_numbers = true)]
    pub invoke: Vec<String>,
    /// More arguments, those that look like options too (`-- -inf -0x10`)
    #[arg(last = true, value_name = "ARGS", requires = "invoke")]
    pub arguments: Vec<String>,
    /// End the guest with exit code 1 at the Nth call of this import, or of `any`
    #[arg(long, value_name = "IMPORT[#N]")]
    pub exit_at: Option<ExitAt>,
    /// Let the guest execute about so many instructions
    #[arg(long, value_name = "N")]
    pub fuel: Option<u64>,
    /// How many seconds each step may take
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value_t = 120.0)]
    pub timeout: f64,
    /// How much memory a backend's process may hold (512M, 4G)
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "4G")]
    pub memory: u64,
    /// Print a JSON document instead of a table
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "it would become part of the manual")]
    pub choice: BackendArgs,
}

/// Play all scenarios on all backends, and show where each holds.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct CheckArgs {
    /// Something else than the scenarios
    #[command(subcommand)]
    pub what: Option<CheckWhat>,
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
    #[arg(long, value_name = "N", default_value_t = processors(), value_parser = jobs)]
    pub jobs: usize,
    #[command(flatten)]
    #[expect(missing_docs, reason = "it would become part of the manual")]
    pub choice: BackendArgs,
}

/// What can be checked besides the scenarios.
#[derive(Debug, Subcommand)]
pub enum CheckWhat {
    /// Run random modules, and show where backends come apart
    Random(CheckRandomArgs),
    /// Leave guests in all ways for as long as is asked, and watch what the process holds
    Soak(CheckSoakArgs),
    /// Play the specification's own test scripts
    Spec(CheckSpecArgs),
}

/// Run random modules on all backends, and show where these come apart.
///
/// Each module uses what all of the backends claim to support, ends by itself, and has but one kind of NaN. Its functions
/// are called, and called again with an early exit at one of the imports that they called. What is returned, which trap
/// came, the exit code, the calls of imports, memory and globals must be the same everywhere. The first module of each
/// kind of disagreement is made smaller and written to a file, with the command that shows it. Exit status: 1 when there
/// is any that nothing explains.
#[derive(Debug, Args)]
pub struct CheckRandomArgs {
    /// How many modules
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
    pub count: u64,
    /// The seed that they are made from; one of its own where none is given
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// Where modules that part the backends are written to
    #[arg(long, value_name = "FOLDER", default_value = "random-findings")]
    pub save: PathBuf,
    /// Print a JSON document instead of a summary
    #[arg(long)]
    pub json: bool,
    /// How many modules are tried at once
    #[arg(long, value_name = "N", default_value_t = processors(), value_parser = jobs)]
    pub jobs: usize,
    #[command(flatten)]
    #[expect(missing_docs, reason = "it would become part of the manual")]
    pub choice: BackendArgs,
}

/// Leave guests in all ways for as long as is asked, and watch what the process holds.
///
/// On each backend in turn, in a process of its own: exits, traps, panics of host functions, exits through another guest and
/// its host, of new instances and on other threads, in random order; then, for a fifth of the time and a million of them at
/// most, exceptions that the guest or its host throws and the guest catches. Its memory, open files and threads are sampled and drawn.
/// Exit status: 1 when a guest was left in another way than it must be, when memory grows by more than 4 MiB a million times
/// (and by more than 4 MiB in all), or when open files or threads grow. The first quarter of the samples is not judged.
#[derive(Debug, Args)]
pub struct CheckSoakArgs {
    /// How many seconds each backend is soaked
    #[arg(long = "for", value_name = "DURATION", value_parser = duration, default_value = "60s")]
    pub time: f64,
    /// The seed of the mixture; one of its own where none is given
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// Print a JSON document, with every sample, instead of drawings
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "it would become part of the manual")]
    pub choice: BackendArgs,
}

/// Play the specification's own test scripts on all backends.
///
/// Modules that must be refused, calls that must trap or use up the stack, and all that leads up to them: each backend is
/// asked for what it claims to support. Exit status: 1 when an assertion does not hold that no known divergence
/// explains.
#[derive(Debug, Args)]
pub struct CheckSpecArgs {
    /// Play only the scripts that match this pattern (`core/*`, `*/simd_load*`); repeatable
    #[arg(long, value_name = "PATTERN")]
    pub filter: Vec<String>,
    /// Print a JSON document instead of a table
    #[arg(long)]
    pub json: bool,
    /// How many backends are checked at once
    #[arg(long, value_name = "N", default_value_t = processors(), value_parser = jobs)]
    pub jobs: usize,
    #[command(flatten)]
    #[expect(missing_docs, reason = "it would become part of the manual")]
    pub choice: BackendArgs,
}

/// Measure what everything costs, on all backends in the same rounds.
#[derive(Debug, Args)]
pub struct MeasureArgs {
    /// Write the report, with every sample, to this file
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Count instructions in place of time, under valgrind: the same on every machine, without those of the kernel
    #[arg(long, conflicts_with_all = ["calibrate", "budget", "seed"])]
    pub instructions: bool,
    /// Measure this program instead: twins of the first backend, some with a known extra cost
    #[arg(long)]
    pub calibrate: bool,
    /// How many runs a calibration pools, each with the whole budget
    #[arg(long, value_name = "N", default_value_t = 1, requires = "calibrate", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub runs: u32,
    #[command(flatten)]
    #[expect(missing_docs, reason = "it would become part of the manual")]
    pub plan: PlanArgs,
    #[command(flatten)]
    #[expect(missing_docs, reason = "it would become part of the manual")]
    pub choice: BackendArgs,
}

/// Say what is faster, slower or the same: another build, other settings, or two reports.
///
/// Live, both sides are measured in the same rounds, and what looks different is measured again by itself before it is
/// called so. From two files it is advice, which fails nothing on time alone unless `--gate` is given. Exit status: 1
/// when anything is slower or does worse.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// Two documents of `measure -o` or of `check --json`, the older one first, instead of measuring
    #[arg(value_name = "FILE", num_args = 2, conflicts_with_all = ["against", "backends"])]
    pub files: Vec<PathBuf>,
    /// Hold this build against another one: the path of its executable (`scripts/build-variant` makes one)
    #[arg(long, value_name = "PROGRAM")]
    pub against: Option<PathBuf>,
    /// Count instructions in place of time, under valgrind: decides every cell on any machine
    #[arg(long, conflicts_with_all = ["files", "budget", "seed"])]
    pub instructions: bool,
    /// Let the host functions of the newer side execute so many percent more of a cell's instructions: fault injection
    #[arg(long, value_name = "PERCENT", value_parser = percent, requires = "instructions", hide = true)]
    pub plant: Option<f64>,
    /// The difference that does not matter, in percent [default: 2, and 0.5 for instructions]
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub margin: Option<f64>,
    /// Let anything slower in two files fail too
    #[arg(long, requires = "files")]
    pub gate: bool,
    /// Let a cell of which nobody can say whether it is slower fail
    #[arg(long)]
    pub fail_on_unsure: bool,
    /// How to say it
    #[arg(long, value_enum, default_value_t)]
    pub format: CompareFormat,
    /// Write the report that it was told from, with every sample, to this file
    #[arg(short, long, value_name = "FILE", conflicts_with = "files")]
    pub output: Option<PathBuf>,
    /// Do not check first whether both sides still do what they must
    #[arg(long)]
    pub no_check: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "it would become part of the manual")]
    pub plan: PlanArgs,
    #[command(flatten)]
    #[expect(missing_docs, reason = "it would become part of the manual")]
    pub choice: BackendArgs,
}

/// How `compare` says what it found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum CompareFormat {
    /// For a terminal
    #[default]
    Table,
    /// Annotations for GitHub, and a summary of the job
    Github,
    /// A document
    Json,
}

/// Which cells are measured, and how long.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// Only cells whose address matches, `*` and `?` standing for anything; repeatable
    #[arg(long, value_name = "GLOB")]
    pub filter: Vec<String>,
    /// Only the headlines, in 20 seconds
    #[arg(long, conflicts_with = "full")]
    pub quick: bool,
    /// Everything, the largest sizes too, in 15 minutes
    #[arg(long)]
    pub full: bool,
    /// The cells of this module, FILE.wasm or FILE.wat, in place of the usual (`--filter '*'`: beside them)
    #[arg(long, value_name = "FILE")]
    pub module: Option<OsString>,
    /// Call this export of the module with these arguments; without it `_start`, or nothing
    #[arg(long, value_names = ["NAME", "ARGS"], num_args = 1.., allow_negative_numbers = true, requires = "module")]
    pub invoke: Vec<String>,
    /// End the call with exit code 1 at the Nth call of this import, or of `any`
    #[arg(long, value_name = "IMPORT[#N]", requires = "module")]
    pub exit_at: Option<ExitAt>,
    /// How many seconds it may take in all
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub budget: Option<f64>,
    /// How many launches of fresh workers; where nothing is said, from 8 to 60: what starts them takes a fifth of the budget at
    /// the most
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub launches: Option<u32>,
    /// These values of a benchmark's parameter instead of its own
    #[arg(long, value_name = "N,...", value_delimiter = ',')]
    pub at: Vec<u64>,
    /// Below so many frames of the host instead of a benchmark's own
    #[arg(long, value_name = "N,...", value_delimiter = ',', value_parser = clap::value_parser!(u64).range(1..=20_000))]
    pub host_frames: Vec<u64>,
    /// The seed of every random choice; one of its own where none is given
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

impl PlanArgs {
    /// What it may take in all.
    pub fn budget(&self) -> Duration {
        let usual = if self.quick {
            20.0
        } else if self.full {
            900.0
        } else {
            120.0
        };
        Duration::from_secs_f64(self.budget.unwrap_or(usual))
    }

    /// How many launches instructions are counted in: the second shows what differs from process to process.
    pub fn count_launches(&self) -> u32 {
        self.launches.unwrap_or(2)
    }
}

fn percent(text: &str) -> Result<f64, String> {
    match text.trim_end_matches('%').trim_end().parse::<f64>() {
        Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(percent),
        _ => Err("a number of percent, from 0 to 100".into()),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.1..=1e6).contains(&seconds) => Ok(seconds),
        _ => Err("a number of seconds, from 0.1 to a million".into()),
    }
}

/// A length of time, in seconds where no unit is said.
fn duration(text: &str) -> Result<f64, String> {
    let units = [("s", 1.0), ("m", 60.0), ("min", 60.0), ("h", 3600.0)];
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text[number.len()..].trim();
    let unit =
        if unit.is_empty() { Some(1.0) } else { units.iter().find(|(name, _)| *name == unit).map(|(_, unit)| *unit) };
    match number.trim().parse::<f64>().ok().zip(unit).map(|(number, unit)| number * unit) {
        Some(seconds) if (1.0..=1e6).contains(&seconds) => Ok(seconds),
        _ => Err("a length of time from 1s on, with its unit: s, m or h".into()),
    }
}

/// How many work at once: one at least.
fn jobs(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|jobs| *jobs > 0).ok_or_else(|| "a number from 1 on".to_owned())
}

/// A number of bytes, in mebibytes or gibibytes.
fn size(text: &str) -> Result<u64, String> {
    let wrong = || "a size from 16M to 1024G, with its unit: M or G".to_owned();
    let short = text.strip_suffix("iB").or_else(|| text.strip_suffix(['B', 'b'])).unwrap_or(text);
    let (number, mebibytes) = match (short.strip_suffix(['M', 'm']), short.strip_suffix(['G', 'g'])) {
        (Some(number), _) => (number, 1.0),
        (_, Some(number)) => (number, 1024.0),
        _ => return Err(wrong()),
    };
    let size = number.parse::<f64>().map_err(|_| wrong())? * mebibytes;
    if (16.0..=1_048_576.0).contains(&size) { Ok((size * 1_048_576.0) as u64) } else { Err(wrong()) }
}

/// Show which functions the instructions of a benchmark go to, on each backend.
///
/// Runs a batch of the benchmark under valgrind, with the closure that `measure` times, and shows the functions with their
/// share of all instructions. Instructions of the kernel are not counted.
#[derive(Debug, Args)]
pub struct ProfileArgs {
    /// Which (`early-exit list` shows them), with its parameter and host frames where it has some (`unwind/typed@50`)
    #[arg(value_name = "BENCHMARK")]
    pub benchmark: String,
    /// How many functions are shown
    #[arg(long, value_name = "N", default_value_t = 15)]
    pub top: usize,
    /// How many iterations the profile is of
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub iterations: u64,
    /// Keep callgrind's files, one per backend, in this folder: KCachegrind opens them
    #[arg(short, long, value_name = "FOLDER")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "it would become part of the manual")]
    pub choice: BackendArgs,
}

/// Draw what `measure -o` wrote: tables, a page, rows.
///
/// Several files are several machines or runs: each is shown with its fingerprint, and nothing is averaged over them.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// What `measure -o FILE` wrote (or the journal of a run that was killed), and what `check --json` printed; `-` is
    /// standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// How to draw it
    #[arg(long, value_enum, default_value_t = Format::Terminal)]
    pub format: Format,
    /// Write it to this file, whole or not at all
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// What the calls of the break-even do: a benchmark of `execute/`
    #[arg(long, value_name = "BENCHMARK", default_value = benchmark::execute::FIB.id)]
    pub kernel: String,
    /// How many calls of the break-even end in an exit
    #[arg(long, value_name = "M", default_value_t = 1, value_parser = clap::value_parser!(u64).range(..=1_000_000_000))]
    pub exits: u64,
    /// Of how many functions the break-even's module is; the most that were measured where nothing is said
    #[arg(long, value_name = "N")]
    pub functions: Option<u64>,
}

/// How to draw a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Tables for a terminal
    Terminal,
    /// The same in Markdown
    Markdown,
    /// A row a cell and machine; docs/report-csv.md describes the columns
    Csv,
    /// One document with all that was read
    Json,
    /// One page, which needs nothing from anywhere
    Html,
}

/// Show backends, scenarios and benchmarks.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Print a JSON document instead of tables
    #[arg(long)]
    pub json: bool,
}

/// Which backends.
#[derive(Debug, Args)]
pub struct BackendArgs {
    /// Only this backend, with options where some are wanted (`cranelift:opt=none,threads=1`); repeatable
    #[arg(long = "backend", value_name = "NAME[:OPTION=VALUE,...]", long_help = backends())]
    pub backends: Vec<String>,
}

/// What there is to choose from, for the manual.
fn backends() -> String {
    let mut told =
        "Only this backend, with options where some are wanted (`cranelift:opt=none,threads=1`); repeatable. \
                    In this build:"
            .to_owned();
    let here: Vec<_> = engine::here().collect();
    for backend in &here {
        let options = backend.options().into_iter().map(|(key, values)| format!(" {key}={}", values.join("|")));
        told += &format!("\n- {}:{}", backend.name, options.collect::<String>());
    }
    if here.is_empty() { told + " none" } else { told }
}

/// Serve one backend over stdin and stdout.
#[derive(Debug, Args)]
pub struct WorkerArgs {
    /// The backend and its settings
    pub subject: String,
}

/// Logical processors that this program may use.
pub(crate) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_every_way_to_write_their_unit() {
        for text in ["64M", "64m", "64MB", "64MiB", "0.0625GB"] {
            assert_eq!(size(text), Ok(64 << 20), "{text}");
        }
        for text in ["64", "64B", "64K", "1M", "MB", "-64M", "2048G"] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn no_jobs_at_all_are_refused() {
        assert_eq!(jobs("3"), Ok(3));
        assert!(["0", "-1", "", "many"].iter().all(|text| jobs(text).is_err()));
    }
}
