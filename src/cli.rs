//! The command line. The doc comments are the manual.
#![expect(missing_docs, reason = "a comment on flattened arguments would become part of the manual")]

use std::ffi::OsString;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::catalog::benchmark;
use crate::engine::{self, BackendSpec};
use crate::run_module::ExitAt;

/// Tests and benchmarks how WebAssembly engines handle a host function that aborts the guest: does the caller get its
/// original error back, and how long does it take?
///
/// Without a command: `run`. Exit status: 0 if everything held, 1 if a check failed or a regression was found, 2 if the
/// command could not be carried out, 130 after Ctrl-C and 143 after SIGTERM (the results so far are shown).
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// The subcommand.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The arguments of `run`, the default command.
    #[command(flatten)]
    pub run: RunArgs,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    Run(RunArgs),
    /// Run the scenarios on all backends, and show the verdicts
    Check(CheckArgs),
    Fuzz(FuzzArgs),
    /// Measure the cost of everything, on all backends in the same rounds
    Measure(MeasureArgs),
    Compare(CompareArgs),
    Profile(ProfileArgs),
    Report(ReportArgs),
    /// Show backends, scenarios and benchmarks
    List(ListArgs),
    /// Serve one backend over stdin and stdout
    #[command(hide = true)]
    Worker(WorkerArgs),
}

/// Run one scenario, or any module, on each backend.
///
/// A scenario prints its transcript. A module (FILE.wasm, FILE.wat, or - for standard input) is validated, compiled,
/// serialized, instantiated and called, on each backend in a separate process: one row per backend, then the
/// disagreements. Imports are stubs: zeros, or WASI errors; nothing real is reachable. For a file with the name of a
/// scenario, write `./NAME`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The scenario (`early-exit list` shows them), or the module
    #[arg(value_name = "SCENARIO|FILE", default_value = "early-exit")]
    pub what: OsString,
    /// Call this export with these arguments (default: `_start`, if there is one)
    #[arg(long, value_names = ["NAME", "ARGS"], num_args = 1.., allow_negative_numbers = true)]
    pub invoke: Vec<String>,
    /// More arguments, also those that look like options (`-- -inf -0x10`)
    #[arg(last = true, value_name = "ARGS", requires = "invoke")]
    pub arguments: Vec<String>,
    /// Exit with code 1 at the Nth call of this import, or of `any`
    #[arg(long, value_name = "IMPORT[#N]")]
    pub exit_at: Option<ExitAt>,
    /// Limit the guest to about N instructions
    #[arg(long, value_name = "N")]
    pub fuel: Option<u64>,
    /// Time limit of each step, in seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value_t = 120.0)]
    pub timeout: f64,
    /// Memory limit of each backend's process (512M, 4G)
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "4G")]
    pub memory: u64,
    /// Print a JSON document instead of a table
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub choice: BackendArgs,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct CheckArgs {
    /// Something other than the scenarios
    #[command(subcommand)]
    pub what: Option<CheckWhat>,
    /// Only scenarios whose id matches (`*` and `?` are wildcards); repeatable
    #[arg(long, value_name = "GLOB")]
    pub filter: Vec<String>,
    /// Fail if a known issue no longer occurs
    #[arg(long)]
    pub strict: bool,
    /// Print a JSON document instead of a table
    #[arg(long)]
    pub json: bool,
    /// Number of backends to check in parallel
    #[arg(long, value_name = "N", default_value_t = processors(), value_parser = jobs)]
    pub jobs: usize,
    #[command(flatten)]
    pub choice: BackendArgs,
}

/// What can be checked besides the scenarios.
#[derive(Debug, Subcommand)]
pub enum CheckWhat {
    /// The former name of `early-exit fuzz`
    #[command(hide = true)]
    Random(FuzzArgs),
    Soak(CheckSoakArgs),
    Spec(CheckSpecArgs),
}

/// Run random modules on all backends, and show where these disagree.
///
/// A module uses the features that all selected backends claim, terminates, and produces one NaN pattern only. Its functions
/// are called, and called again with an early exit at one of the imports that they called. Results, traps, exit codes, calls
/// of imports, memories and globals must be the same on all backends. The first module of each kind of disagreement is
/// minimized and written to a file, with the command that shows it. Exit status: 1 if a disagreement has no known issue.
#[derive(Debug, Args)]
pub struct FuzzArgs {
    /// Number of modules
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
    pub count: u64,
    /// Seed of the modules (default: a random one, which is printed)
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// Folder for modules on which backends disagree
    #[arg(long, value_name = "FOLDER", default_value = "random-findings")]
    pub save: PathBuf,
    /// Print a JSON document instead of a summary
    #[arg(long)]
    pub json: bool,
    /// Number of modules to run in parallel
    #[arg(long, value_name = "N", default_value_t = processors(), value_parser = jobs)]
    pub jobs: usize,
    #[command(flatten)]
    pub choice: BackendArgs,
}

/// End guests in all ways for a long time, and watch what the process holds.
///
/// On each backend in turn, in a separate process: exits, traps, panics of host functions, exits through another guest and
/// its host, of new instances and on other threads, in random order; then, for a fifth of the time and at most a million
/// times, exceptions that the guest or its host throws and the guest catches. Memory, open files and threads are sampled.
/// Exit status: 1 if a guest ends in the wrong way, if memory grows by more than 4 MiB per million ended guests (and by more
/// than 4 MiB in all), or if open files or threads grow. The first quarter of the samples is not judged.
#[derive(Debug, Args)]
pub struct CheckSoakArgs {
    /// Duration for each backend (90s, 10m)
    #[arg(long = "duration", alias = "for", value_name = "DURATION", value_parser = duration, default_value = "60s")]
    pub time: f64,
    /// Seed of the workload (default: a random one)
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// Print a JSON document, with every sample, instead of drawings
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub choice: BackendArgs,
}

/// Play the test scripts of the specification on all backends.
///
/// The scripts have modules that must be rejected, calls that must return, trap or exhaust the stack. Modules that need
/// more than a backend claims are skipped. Exit status: 1 if an assertion fails without a known issue.
#[derive(Debug, Args)]
pub struct CheckSpecArgs {
    /// Only scripts that match this pattern (`core/*`, `*/simd_load*`); repeatable
    #[arg(long, value_name = "PATTERN")]
    pub filter: Vec<String>,
    /// Print a JSON document instead of a table
    #[arg(long)]
    pub json: bool,
    /// Number of backends to check in parallel
    #[arg(long, value_name = "N", default_value_t = processors(), value_parser = jobs)]
    pub jobs: usize,
    #[command(flatten)]
    pub choice: BackendArgs,
}

#[derive(Debug, Args)]
pub struct MeasureArgs {
    /// Write the report, with every sample, to this file
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Count instructions instead of time, under valgrind: reproducible, without the kernel
    #[arg(long, conflicts_with_all = ["calibrate", "budget", "seed"])]
    pub instructions: bool,
    /// Measure what it costs to be able to stop a guest, and how long a stop takes: each backend by itself and with each
    /// mechanism that it has (points, fuel, epochs, interrupts, a limiter), and a deadline in an import
    #[arg(long, conflicts_with_all = ["calibrate", "quick", "full", "module", "at", "host_frames"])]
    pub stoppable: bool,
    /// Measure how well this program detects slowdowns: variants of the first backend with a known extra cost
    #[arg(long)]
    pub calibrate: bool,
    /// Also another build of this program, with the chosen backends that it has (`old=target/early-exit-old`); repeatable.
    /// `scripts/build-variant` makes builds
    #[arg(long = "build", value_name = "[LABEL=]PROGRAM", conflicts_with_all = ["calibrate", "stoppable"])]
    pub builds: Vec<String>,
    /// Number of runs that a calibration pools, each with the whole budget
    #[arg(long, value_name = "N", default_value_t = 1, requires = "calibrate", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub runs: u32,
    #[command(flatten)]
    pub plan: PlanArgs,
    #[command(flatten)]
    pub choice: BackendArgs,
}

/// Show what is faster, slower or the same: another build, other options, or two reports.
///
/// Both sides are measured in the same rounds, and differences are confirmed on fresh launches. A comparison of two files is
/// advice: times alone do not fail it without `--fail-on-regression`. Exit status: 1 if anything is slower or no longer
/// works.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// Two files of `measure -o` or of `check --json`, the older one first, instead of measuring
    #[arg(value_name = "FILE", num_args = 2, conflicts_with_all = ["baseline", "backends", "libraries"])]
    pub files: Vec<PathBuf>,
    /// Compare this build with another one: the path of its executable (`scripts/build-variant` makes one)
    #[arg(long, alias = "against", value_name = "PROGRAM")]
    pub baseline: Option<PathBuf>,
    /// Count instructions instead of time, under valgrind: decides every cell on any machine
    #[arg(long, conflicts_with_all = ["files", "budget", "seed"])]
    pub instructions: bool,
    /// Fault injection: host functions of the newer side execute PERCENT more instructions
    #[arg(long, value_name = "PERCENT", value_parser = percent, requires = "instructions", hide = true)]
    pub plant: Option<f64>,
    /// Differences within this margin do not count, in percent [default: 2, and 0.5 for instructions]
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub margin: Option<f64>,
    /// Also fail if two files show a regression
    #[arg(long, alias = "gate", requires = "files")]
    pub fail_on_regression: bool,
    /// Also fail if a cell is inconclusive
    #[arg(long, alias = "fail-on-unsure")]
    pub fail_on_inconclusive: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    pub format: CompareFormat,
    /// Write the report, with every sample, to this file
    #[arg(short, long, value_name = "FILE", conflicts_with = "files")]
    pub output: Option<PathBuf>,
    /// Skip the check of scenarios before the measurement
    #[arg(long)]
    pub no_check: bool,
    #[command(flatten)]
    pub plan: PlanArgs,
    #[command(flatten)]
    pub choice: BackendArgs,
}

/// Output formats of `compare`.
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

/// Which cells are measured, and for how long.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// Only cells whose id matches (`*` and `?` are wildcards); repeatable
    #[arg(long, value_name = "GLOB")]
    pub filter: Vec<String>,
    /// Only the most important cells, in about 20 seconds; longer with many backends
    #[arg(long, conflicts_with = "full")]
    pub quick: bool,
    /// All cells, with the largest sizes, in about 15 minutes
    #[arg(long)]
    pub full: bool,
    /// The cells of this module, FILE.wasm or FILE.wat, instead of the usual ones (`--filter '*'`: both)
    #[arg(long, value_name = "FILE")]
    pub module: Option<OsString>,
    /// Call this export of the module with these arguments (default: `_start`, if there is one)
    #[arg(long, value_names = ["NAME", "ARGS"], num_args = 1.., allow_negative_numbers = true, requires = "module")]
    pub invoke: Vec<String>,
    /// Exit with code 1 at the Nth call of this import, or of `any`
    #[arg(long, value_name = "IMPORT[#N]", requires = "module")]
    pub exit_at: Option<ExitAt>,
    /// Time limit in all, in seconds (default: as much as all cells need, up to four times the usual)
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub budget: Option<f64>,
    /// Number of launches of fresh workers (default: 8 to 60, by the budget)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub launches: Option<u32>,
    /// Values of the benchmarks' parameters, instead of the usual ones
    #[arg(long = "param", alias = "at", value_name = "N,...", value_delimiter = ',')]
    pub at: Vec<u64>,
    /// Depths of the host's stack, in frames, instead of the usual ones
    #[arg(long, value_name = "N,...", value_delimiter = ',', value_parser = clap::value_parser!(u64).range(1..=20_000))]
    pub host_frames: Vec<u64>,
    /// Seed of every random choice (default: a random one)
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

impl PlanArgs {
    /// The time limit in all.
    pub fn budget(&self) -> Duration {
        let usual = match (self.quick, self.full) {
            (true, _) => 20.0,
            (_, true) => 900.0,
            _ => 120.0,
        };
        Duration::from_secs_f64(self.budget.unwrap_or(usual))
    }

    /// How many launches instructions are counted in: the second shows what differs from process to process.
    pub fn count_launches(&self) -> u32 {
        self.launches.unwrap_or(if self.quick { 1 } else { 2 })
    }
}

/// A number within a range, or else the error with what is expected.
fn within(number: Option<f64>, range: RangeInclusive<f64>, expected: &str) -> Result<f64, String> {
    number.filter(|number| range.contains(number)).ok_or_else(|| expected.to_owned())
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim_end_matches('%').trim_end().parse().ok();
    within(number, 0.0..=100.0, "a number of percent, from 0 to 100")
}

fn seconds(text: &str) -> Result<f64, String> {
    within(text.parse().ok(), 0.1..=1e6, "a number of seconds, from 0.1 to a million")
}

/// A length of time, in seconds where no unit is said.
fn duration(text: &str) -> Result<f64, String> {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[number.len()..] {
        "" | "s" => Some(1.0),
        "m" | "min" => Some(60.0),
        "h" => Some(3600.0),
        _ => None,
    };
    let seconds = number.trim().parse().ok().zip(unit).map(|(number, unit): (f64, f64)| number * unit);
    within(seconds, 1.0..=1e6, "a length of time from 1s on, with its unit: s, m or h")
}

/// A number of parallel jobs: at least one.
fn jobs(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|jobs| *jobs > 0).ok_or_else(|| "a number from 1 on".to_owned())
}

/// A number of bytes, in mebibytes or gibibytes.
fn size(text: &str) -> Result<u64, String> {
    let short = text.strip_suffix("iB").or_else(|| text.strip_suffix(['B', 'b'])).unwrap_or(text);
    let in_unit = |unit, mebibytes: f64| Some(short.strip_suffix::<[char; 2]>(unit)?.parse::<f64>().ok()? * mebibytes);
    let mebibytes = in_unit(['M', 'm'], 1.0).or_else(|| in_unit(['G', 'g'], 1024.0));
    let mebibytes = within(mebibytes, 16.0..=1_048_576.0, "a size from 16M to 1024G, with its unit: M or G")?;
    Ok((mebibytes * 1_048_576.0) as u64)
}

/// Show which functions execute the instructions of a benchmark, on each backend.
///
/// Runs a batch of the benchmark under valgrind, with the closure that `measure` times, and shows the functions with their
/// share of all instructions. Instructions of the kernel are not counted.
#[derive(Debug, Args)]
pub struct ProfileArgs {
    /// The cell (`early-exit list` shows the benchmarks): a benchmark with its parameter and host frames (`unwind/typed@50`)
    #[arg(value_name = "BENCHMARK")]
    pub benchmark: String,
    /// Number of functions to show
    #[arg(long, value_name = "N", default_value_t = 15)]
    pub top: usize,
    /// Number of iterations to profile
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub iterations: u64,
    /// Keep callgrind's files, one per backend, in this folder: KCachegrind opens them
    #[arg(short, long, value_name = "FOLDER")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub choice: BackendArgs,
}

/// Render saved results: tables, a page, CSV.
///
/// Several files are several machines or runs: each is shown with its fingerprint, and nothing is averaged over them.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Files of `measure -o` (or the journal of a killed run) and of `check --json`; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Terminal)]
    pub format: Format,
    /// Write to this file, atomically
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The kernel of the break-even: a benchmark of `execute/`
    #[arg(long, value_name = "BENCHMARK", default_value = benchmark::execute::FIB.id)]
    pub kernel: String,
    /// Number of calls of the break-even that end in an exit
    #[arg(long, value_name = "M", default_value_t = 1, value_parser = clap::value_parser!(u64).range(..=1_000_000_000))]
    pub exits: u64,
    /// Number of functions of the break-even's module (default: the most for which most backends have a time)
    #[arg(long, value_name = "N")]
    pub functions: Option<u64>,
}

/// Output formats of `report`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Tables for a terminal
    Terminal,
    /// The same in Markdown
    Markdown,
    /// One row per cell and machine; docs/reports.md describes the columns
    Csv,
    /// One document with everything that was read
    Json,
    /// One self-contained page
    Html,
}

#[derive(Debug, Args)]
pub struct ListArgs {
    /// Print a JSON document instead of tables
    #[arg(long)]
    pub json: bool,
}

/// Which backends.
#[derive(Debug, Args)]
pub struct BackendArgs {
    /// Only this backend, with its options (`cranelift:opt=none,threads=1`); repeatable
    #[arg(long = "backend", value_name = "NAME[:OPTION=VALUE,...]", long_help = backends())]
    pub backends: Vec<BackendSpec>,
    /// Also this shared library of any engine, through the standard C API (`old=target/libwasmtime.so`); repeatable.
    /// With `--backend c-api`, libraries alone
    #[arg(long = "library", value_name = "[LABEL=]PATH")]
    pub libraries: Vec<String>,
}

/// The backends and options of this build, for the manual.
fn backends() -> String {
    let mut help = "Only this backend, with its options (`cranelift:opt=none,threads=1`); repeatable. \
                    In this build:"
        .to_owned();
    let here: Vec<_> = engine::here().collect();
    for backend in &here {
        let options = backend.options().into_iter().map(|(key, values)| format!(" {key}={}", values.join("|")));
        help += &format!("\n- {}:{}", backend.name, options.collect::<String>());
    }
    if here.is_empty() { help + " none" } else { help }
}

#[derive(Debug, Args)]
pub struct WorkerArgs {
    /// The backend with its options
    pub spec: BackendSpec,
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
