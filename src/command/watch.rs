//! Shows the progress of a measurement.
use std::fs::File;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};

use crate::analysis::warnings;
use crate::results::Report;
use crate::results::journal::Journal;
use crate::sampling::experiment::{self, Experiment, Progress};
use crate::sampling::instructions::{self, CountExperiment};
use crate::sampling::machine;
use crate::sampling::pilot::Pilot;
use crate::worker::Launcher;

/// Measures with a progress bar on a terminal, otherwise with a line at intervals.
pub(crate) struct ProgressDisplay {
    bar: ProgressBar,
    launcher: Launcher,
    said: Option<Instant>,
    /// A lock while this program measures, to detect a concurrent measurement.
    alone: Option<File>,
    /// The load average before the run.
    load: Option<f64>,
    /// The prefix of each line: which of several runs.
    pub(crate) prefix: String,
}

/// The interval between two lines without a terminal.
const NOW_AND_THEN: Duration = Duration::from_secs(15);

impl ProgressDisplay {
    /// Starts the display for the workers of a launcher.
    pub(crate) fn begin(launcher: &Launcher) -> Self {
        let style = ProgressStyle::with_template("{wide_bar} {percent}% {msg}").expect("the template is valid");
        let bar = ProgressBar::new(1000).with_style(style);
        let (launcher, load) = (launcher.clone(), machine::load());
        Self { bar, launcher, said: None, alone: alone(), load, prefix: String::new() }
    }

    /// Runs an experiment, and adds warnings to its report.
    ///
    /// # Errors
    /// See [`experiment::measure`].
    pub(crate) fn measure(
        &mut self,
        experiment: &Experiment,
        seen: Option<&Pilot>,
        journal: Option<&mut Journal>,
    ) -> Result<(Report, Pilot)> {
        let measured = experiment::measure(experiment, seen, journal, self);
        self.bar.finish_and_clear();
        self.bar.reset();
        let (mut report, pilot) = measured?;
        report.run.notes.extend(warnings::notes(&report, self.load, self.alone.is_some()));
        Ok((report, pilot))
    }

    /// Counts instructions.
    ///
    /// # Errors
    /// See [`instructions::count`].
    pub(crate) fn count(&mut self, experiment: &CountExperiment, journal: Option<&mut Journal>) -> Result<Report> {
        let counted = instructions::count(experiment, journal, self);
        self.bar.finish_and_clear();
        self.bar.reset();
        let mut report = counted?;
        report.run.notes.extend(warnings::count_notes(&report));
        Ok(report)
    }

    /// Runs with a longer prefix.
    pub(crate) fn prefixed<T>(&mut self, more: &str, run: impl FnOnce(&mut Self) -> T) -> T {
        let prefix = self.prefix.clone();
        self.prefix += more;
        let result = run(self);
        self.prefix = prefix;
        result
    }

    /// Whether the run is cancelled.
    pub(crate) fn is_over(&self) -> bool {
        self.launcher.is_interrupted()
    }
}

fn alone() -> Option<File> {
    let path = std::env::temp_dir().join("early-exit-measures.lock");
    let file = File::options().create(true).truncate(false).write(true).open(path).ok()?;
    file.try_lock().ok().map(|()| file)
}

impl Progress for ProgressDisplay {
    fn at(&mut self, what: &str, far: f64, left: Duration) {
        let message = format!("{}{what}, {} s left", self.prefix, left.as_secs());
        if std::io::stderr().is_terminal() {
            self.bar.set_message(message);
            self.bar.set_position((far * 1000.0) as u64);
        } else if self.said.is_none_or(|said| said.elapsed() > NOW_AND_THEN) {
            self.said = Some(Instant::now());
            // A closed stderr is ignored.
            let _ = writeln!(std::io::stderr(), "measuring: {:.0} %, {message}", far * 100.0);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.is_over()
    }
}
