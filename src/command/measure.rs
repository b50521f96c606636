use std::fs::File;
use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use wildmatch::WildMatch;

use super::{Out, Status, choice};
use crate::benchmark::{self, Address, Benchmark};
use crate::cli::Measure;
use crate::harness::{self, Launcher, Onlooker, Order, machine};
use crate::record::journal::Journal;
use crate::record::{Report, Trouble};
use crate::report::{awareness, measured};

pub(super) fn measure(asked: &Measure, launcher: &Launcher, out: &mut Out) -> Result<Status> {
    let order = Order {
        subjects: choice::backends_or_floor(&asked.choice)?,
        addresses: selected(asked)?,
        budget: asked.budget(),
        launches: asked.launches(),
        seed: asked.seed.unwrap_or_else(rand::random),
    };
    let mut journal = asked.output.as_deref().map(Journal::open).transpose()?;
    let alone = alone();
    let load = machine::load();

    let mut watch = Watch::begin()?;
    let measured = harness::measure(launcher, &order, journal.as_mut(), &mut watch);
    watch.bar.finish_and_clear();
    let mut report = measured?;
    report.run.notes = awareness::notes(&report, load, alone.is_some());
    write!(out, "{}", measured::tables(&report))?;
    if let Some(journal) = journal {
        journal.finish(&report)?;
    }
    Ok(if watch.is_cancelled() { Status::Interrupted } else { status(&report) })
}

/// The cells that were asked for.
fn selected(asked: &Measure) -> Result<Vec<Address>> {
    let wanted = |address: &Address| {
        let shown = [address.to_string(), address.benchmark.clone()];
        asked.filter.is_empty()
            || asked.filter.iter().map(|glob| WildMatch::new(glob)).any(|glob| shown.iter().any(|id| glob.matches(id)))
    };
    let benchmarks = benchmark::all().filter(|benchmark| !asked.quick || benchmark.headline);
    let mut addresses: Vec<_> = benchmarks.flat_map(|benchmark| sized(benchmark, asked)).filter(wanted).collect();
    addresses.dedup();
    if addresses.is_empty() {
        bail!("no benchmark matches {}; `early-exit list` shows them all", asked.filter.join(" or "));
    }
    Ok(addresses)
}

/// The cells of a benchmark, at the sizes and depths that the command line has instead of its own.
fn sized(benchmark: &'static Benchmark, asked: &Measure) -> Vec<Address> {
    let mut addresses = Vec::new();
    for own in benchmark.addresses(asked.full) {
        let at: Vec<_> = match own.at {
            Some(_) if !asked.at.is_empty() => asked.at.iter().copied().map(Some).collect(),
            own => vec![own],
        };
        let depths = if asked.host_frames.is_empty() { vec![own.host_frames] } else { asked.host_frames.clone() };
        for at in at {
            for &host_frames in &depths {
                let address = Address { at, host_frames, ..own.clone() };
                if !addresses.contains(&address) {
                    addresses.push(address);
                }
            }
        }
    }
    addresses
}

/// Held while this program measures: another one that does so at the same time is noticed.
fn alone() -> Option<File> {
    let path = std::env::temp_dir().join("early-exit-measures.lock");
    let file = File::options().create(true).truncate(false).write(true).open(path).ok()?;
    file.try_lock().ok().map(|()| file)
}

/// What failed, or lost its worker, is not held; what a backend never does is.
fn status(report: &Report) -> Status {
    let bad = |trouble: &Trouble| matches!(trouble, Trouble::Failed { .. } | Trouble::Lost { .. });
    if report.cells.iter().filter_map(|cell| cell.trouble.as_ref()).any(bad) { Status::Failed } else { Status::Held }
}

/// Shows how far it is: a bar on a terminal, a plain line now and then elsewhere.
struct Watch {
    bar: ProgressBar,
    cancelled: Arc<AtomicBool>,
    said: Option<Instant>,
}

/// How often a line is said where there is no terminal.
const NOW_AND_THEN: Duration = Duration::from_secs(15);

impl Watch {
    fn begin() -> Result<Self> {
        let cancelled = Arc::new(AtomicBool::new(false));
        #[cfg(unix)]
        {
            use signal_hook::consts::SIGINT;
            // The first asks for an end in good order, the second does not wait for it.
            signal_hook::flag::register_conditional_shutdown(SIGINT, 130, cancelled.clone())?;
            signal_hook::flag::register(SIGINT, cancelled.clone())?;
        }
        let style = ProgressStyle::with_template("{wide_bar} {percent}% {msg}").expect("the template is valid");
        Ok(Self { bar: ProgressBar::new(1000).with_style(style), cancelled, said: None })
    }
}

impl Onlooker for Watch {
    fn at(&mut self, what: &str, far: f64, left: Duration) {
        let message = format!("{what}, {} s left", left.as_secs());
        if std::io::stderr().is_terminal() {
            self.bar.set_message(message);
            self.bar.set_position((far * 1000.0) as u64);
        } else if self.said.is_none_or(|said| said.elapsed() > NOW_AND_THEN) {
            self.said = Some(Instant::now());
            // Nobody may be listening.
            let _ = writeln!(std::io::stderr(), "measuring: {:.0} %, {message}", far * 100.0);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}
