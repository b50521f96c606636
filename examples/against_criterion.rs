//! Compares `early-exit measure` with criterion on the same cells, at the same host depths, with the same code:
//!
//! - Do both agree on the ratios between backends, if criterion is launched five times?
//! - Which of both has ratios closer to those of a long run, if `measure` has an eighth of criterion's time?
//!
//! ```console
//! $ cargo run --release --features compilers --example against_criterion
//! ```
//!
//! A run takes about twenty minutes on three backends. The first argument is the number of repeats (20), the second is the
//! duration of the long run in seconds (240).
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use early_exit::analysis::estimates;
use early_exit::catalog::benchmark::{self, CellId};
use early_exit::engine;
use early_exit::results::{Build, Report};
use early_exit::statistics::{Confidence, Estimate, Interval, typical_ratio};

/// The cells that both measure.
fn cells() -> [CellId; 7] {
    [
        "call/typed/2",
        "call/host-typed",
        "unwind/typed",
        "unwind/typed@50",
        "unwind/dynamic",
        "unwind/typed-prebuilt",
        "unwind/unreachable",
    ]
    .map(|cell| cell.parse().expect("it is the id of a cell"))
}

/// The number of criterion launches for the intervals that are compared.
const LAUNCHES: usize = 5;

/// The log ratios of cells to the same cells on the first backend.
type Ratios = BTreeMap<String, f64>;

fn main() -> Result<()> {
    let number = |n: usize, otherwise: u64| env::args().nth(n).map_or(Ok(otherwise), |text| text.parse());
    let (repeats, long) = (number(1, 20)?, number(2, 240)?);
    ensure!(repeats as usize >= LAUNCHES, "criterion is launched {LAUNCHES} times at the least");
    let bench = Bench::built()?;

    let reference = bench.measure(long as f64)?;
    eprintln!("reference: {long} s");
    let (mut criterion, mut paired) = (Vec::new(), Vec::new());
    let mut took = Vec::new();
    for repeat in 1..=repeats {
        let (ratios, time) = bench.criterion()?;
        let eighth = time.as_secs_f64() / 8.0;
        criterion.push(ratios);
        paired.push(values(&bench.measure(eighth)?));
        took.push(time.as_secs_f64());
        eprintln!("{repeat} of {repeats}: criterion {:.1} s, measure {eighth:.1} s", time.as_secs_f64());
    }

    let known = intervals(&reference);
    let five = launched(&criterion[..LAUNCHES]);
    let agree = |cell: &&String| five.get(*cell).is_some_and(|other| overlap(known[*cell], *other));
    let agreeing = known.keys().filter(agree).count();
    println!("on {}, {} processors", reference.machine.cpu, reference.machine.processors);
    println!("agree: {agreeing} of {} ratios (95 % intervals; criterion launched {LAUNCHES} times)", known.len());
    for cell in known.keys().filter(|cell| !agree(cell)) {
        println!("  {cell}: measure {}, criterion {}", shown(Some(known[cell])), shown(five.get(cell).copied()));
    }
    let truth = values(&reference);
    let took = took.iter().sum::<f64>() / took.len() as f64;
    println!("error of a ratio (root mean square, {repeats} repeats, against the {long} s run):");
    println!("  criterion {:.2} % in {took:.1} s a run", 100.0 * error(&criterion, &truth));
    println!("  measure   {:.2} % in {:.1} s a run", 100.0 * error(&paired, &truth), took / 8.0);
    Ok(())
}

/// Both programs, built with the same features and profile.
struct Bench {
    features: String,
    folder: tempfile::TempDir,
    program: std::path::PathBuf,
}

impl Bench {
    fn built() -> Result<Self> {
        let features = Build::this().features.join(",");
        // The program is in the folder above that of the examples.
        let this = env::current_exe()?;
        let target = this.ancestors().nth(2).context("an example lies two folders deep")?;
        let bench = Self { features, folder: tempfile::tempdir()?, program: target.join("early-exit") };
        bench.cargo(&["build", "--release", "--bin", "early-exit"], Stdio::inherit())?;
        bench.cargo(&["bench", "--no-run", "--bench", "call", "--bench", "unwind"], Stdio::inherit())?;
        Ok(bench)
    }

    fn cargo(&self, arguments: &[&str], stdout: Stdio) -> Result<()> {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        let (own, rest) = arguments.split_at(arguments.iter().position(|one| *one == "--").unwrap_or(arguments.len()));
        command.args(own).args(["--no-default-features", "--features", &self.features]).args(rest);
        command.env("CRITERION_HOME", self.folder.path().join("criterion")).stdout(stdout);
        command.current_dir(env!("CARGO_MANIFEST_DIR"));
        ensure!(command.status()?.success(), "cargo {} failed", arguments.join(" "));
        Ok(())
    }

    /// Runs criterion once on the cells. Returns the ratios, and the time of the run without the build.
    fn criterion(&self) -> Result<(Ratios, Duration)> {
        let home = self.folder.path().join("criterion");
        let _ = fs::remove_dir_all(&home);
        // Criterion's ids: with the parameter if there is one, otherwise with the host depth if there are several.
        let filter = cells()
            .map(|CellId { benchmark, at, host_frames }| match (at, benchmark::find(&benchmark)) {
                (Some(at), _) => format!("^{benchmark}/[a-z]+/{at}$"),
                (None, Some(known)) if known.host_frames.len() > 1 => format!("^{benchmark}/[a-z]+/{host_frames}$"),
                _ => format!("^{benchmark}/[a-z]+$"),
            })
            .join("|");
        let started = Instant::now();
        self.cargo(&["bench", "--bench", "call", "--bench", "unwind", "--", "--noplot", &filter], Stdio::null())?;
        let took = started.elapsed();
        let mut times = BTreeMap::new();
        collect(&home, &mut times)?;
        let mut ratios = Ratios::new();
        for cell in cells() {
            let time = |backend: &str| -> Result<f64> {
                let alone = format!("{}/{backend}", cell.benchmark);
                let over = cell.at.or(Some(cell.host_frames).filter(|_| !times.contains_key(&alone)));
                let time = times.get(&over.map_or(alone.clone(), |n| format!("{alone}/{n}")));
                time.copied().with_context(|| format!("criterion did not time {cell}"))
            };
            let backends: Vec<_> = engine::here().map(|backend| backend.name).collect();
            let first = time(backends[0])?;
            for backend in &backends[1..] {
                ratios.insert(format!("{backend} {cell}"), (time(backend)? / first).ln());
            }
        }
        Ok((ratios, took))
    }

    /// Runs `measure` once on the cells.
    fn measure(&self, seconds: f64) -> Result<Report> {
        let file = self.folder.path().join("report.json");
        let mut command = Command::new(&self.program);
        command.args(["measure", "--budget", &seconds.to_string(), "-o"]).arg(&file);
        for cell in cells() {
            command.args(["--filter", &cell.to_string()]);
        }
        let output = command.output()?;
        ensure!(output.status.success(), "measure failed: {}", String::from_utf8_lossy(&output.stderr));
        Ok(serde_json::from_str(&fs::read_to_string(&file)?)?)
    }
}

/// Collects criterion's estimates below a folder: nanoseconds by criterion's id.
fn collect(folder: &Path, times: &mut BTreeMap<String, f64>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.join("estimates.json").is_file() && path.ends_with("new") {
            let read = |name: &str| -> Result<serde_json::Value> {
                Ok(serde_json::from_str(&fs::read_to_string(path.join(name))?)?)
            };
            let (estimates, about) = (read("estimates.json")?, read("benchmark.json")?);
            // The estimate that criterion prints: the slope if it fitted one, otherwise the mean.
            let estimate = ["slope", "mean"].iter().find_map(|kind| estimates[*kind]["point_estimate"].as_f64());
            let id = about["full_id"].as_str().context("criterion names what it timed")?;
            times.insert(id.to_owned(), estimate.context("criterion estimates what it timed")?);
        } else if path.is_dir() {
            collect(&path, times)?;
        }
    }
    Ok(())
}

/// The ratios of a report to its first variant.
fn estimates(report: &Report) -> BTreeMap<String, Estimate> {
    let mut estimates = BTreeMap::new();
    let cells = cells();
    for row in estimates::rows(report).into_iter().filter(|row| cells.contains(row.cell_id)) {
        for (variant, cell) in report.variants.iter().zip(row.cells) {
            if let Some(ratio) = cell.ratio.filter(|_| variant.control_of.is_none()) {
                estimates.insert(format!("{} {}", variant.label, row.cell_id), ratio);
            }
        }
    }
    estimates
}

fn values(report: &Report) -> Ratios {
    estimates(report).into_iter().map(|(cell, estimate)| (cell, estimate.value())).collect()
}

fn intervals(report: &Report) -> BTreeMap<String, Interval> {
    let interval = |(cell, estimate): (String, _)| Some((cell, estimates::interval(&estimate)?));
    estimates(report).into_iter().filter_map(interval).collect()
}

/// The intervals of the typical ratios over several launches of criterion.
fn launched(runs: &[Ratios]) -> BTreeMap<String, Interval> {
    let of = |cell: &String| {
        let launches: Vec<[f64; 1]> = runs.iter().filter_map(|run| Some([*run.get(cell)?])).collect();
        Some((cell.clone(), typical_ratio(&launches)?.interval(Confidence::NINETY_FIVE)?))
    };
    runs[0].keys().filter_map(of).collect()
}

fn overlap(a: Interval, b: Interval) -> bool {
    a.low <= b.high && b.low <= a.high
}

fn shown(interval: Option<Interval>) -> String {
    interval
        .map_or_else(|| "nothing".into(), |interval| format!("{:.3} to {:.3}", interval.low.exp(), interval.high.exp()))
}

/// The root mean square error over cells and repeats.
fn error(runs: &[Ratios], truth: &Ratios) -> f64 {
    let squares: Vec<f64> = runs
        .iter()
        .flat_map(|run| run.iter().filter_map(|(cell, ratio)| Some((ratio - truth.get(cell)?).powi(2))))
        .collect();
    (squares.iter().sum::<f64>() / squares.len() as f64).sqrt()
}
