//! What is seen of a measurement while it is under way.
use crate::sampling::experiment;
use std::fs::File;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};

use crate::analysis::warnings;
use crate::results::Report;
use crate::results::journal::Journal;
use crate::sampling::experiment::{Experiment, Progress};
use crate::sampling::instructions;
use crate::sampling::instructions::CountOrder;
use crate::sampling::machine;
use crate::sampling::pilot::Pilot;
use crate::worker::Launcher;

/// Measures, and shows how far it is: a bar on a terminal, a plain line now and then elsewhere.
pub(crate) struct ProgressDisplay {
    bar: ProgressBar,
    launcher: Launcher,
    said: Option<Instant>,
    /// Held while this program measures: another one that does so at the same time is noticed.
    alone: Option<File>,
    /// Processes that were ready to run before this began.
    load: Option<f64>,
    /// What stands before each line: which of several runs.
    pub(crate) prefix: String,
}

/// How often a line is said where there is no terminal.
const NOW_AND_THEN: Duration = Duration::from_secs(15);

impl ProgressDisplay {
    /// Watches what the workers of a launcher are asked.
    pub(crate) fn begin(launcher: &Launcher) -> Self {
        let style = ProgressStyle::with_template("{wide_bar} {percent}% {msg}").expect("the template is valid");
        let bar = ProgressBar::new(1000).with_style(style);
        let (launcher, load) = (launcher.clone(), machine::load());
        Self { bar, launcher, said: None, alone: alone(), load, prefix: String::new() }
    }

    /// A run, with what a reader of its report should be aware of, and what its pilot saw.
    ///
    /// # Errors
    /// As [`experiment::measure`].
    pub(crate) fn measure(
        &mut self,
        order: &Experiment,
        seen: Option<&Pilot>,
        journal: Option<&mut Journal>,
    ) -> Result<(Report, Pilot)> {
        let measured = experiment::measure(order, seen, journal, self);
        self.bar.finish_and_clear();
        self.bar.reset();
        let (mut report, pilot) = measured?;
        report.run.notes = warnings::notes(&report, self.load, self.alone.is_some());
        Ok((report, pilot))
    }

    /// A run that counts instructions.
    ///
    /// # Errors
    /// As [`instructions::count`].
    pub(crate) fn count(&mut self, order: &CountOrder, journal: Option<&mut Journal>) -> Result<Report> {
        let counted = instructions::count(order, journal, self);
        self.bar.finish_and_clear();
        self.bar.reset();
        let mut report = counted?;
        report.run.notes.extend(warnings::count_notes(&report));
        Ok(report)
    }

    /// Whether it was broken off.
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
            // Nobody may be listening.
            let _ = writeln!(std::io::stderr(), "measuring: {:.0} %, {message}", far * 100.0);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.is_over()
    }
}
