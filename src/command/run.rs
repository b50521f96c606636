//! `run SCENARIO`: prints what one scenario does on each backend.
use std::io::Write;

use anyhow::{Result, bail};

use super::target::{self, Target};
use super::{Status, Stdout, backends, note, run_file, unless_interrupted};
use crate::catalog::scenario;
use crate::check;
use crate::check::CheckObserver;
use crate::cli::RunArgs;
use crate::engine::BackendSpec;
use crate::escape::escaped;
use crate::output::terminal;
use crate::results::{ScenarioResult, Verdict};
use crate::sampling::exit_costs;
use crate::sampling::exit_costs::ExitCosts;
use crate::worker::Launcher;

pub(crate) fn run(args: &RunArgs, launcher: &Launcher, out: &mut Stdout) -> Result<Status> {
    let scenario = match target::target(&args.what)? {
        Target::Scenario(scenario) => scenario,
        Target::Module => return run_file::run_file(args, launcher, out),
    };
    if !args.invoke.is_empty() || args.exit_at.is_some() || args.fuel.is_some() || args.json {
        bail!("--invoke, --exit-at, --fuel and --json need a module; `{}` is a scenario", scenario.id);
    }
    let variants = backends::selected(&args.choice)?;
    let alone = variants.len() == 1;
    let mut rows: Vec<(BackendSpec, ScenarioResult, Option<ExitCosts>)> = Vec::new();
    for (n, spec) in variants.into_iter().enumerate() {
        if !alone {
            write!(out, "{}{}", if n == 0 { "" } else { "\n" }, terminal::heading(&spec.label()))?;
        }
        let mut narrator = TranscriptPrinter { out, printed: Ok(()), result: None };
        unless_interrupted(check::check(launcher, (&spec, n), &[scenario], &mut narrator))?;
        narrator.printed?;
        let Some(result) = narrator.result else { break };
        if result.verdict != Verdict::Passed {
            note(format_args!("{}: {}", spec.label(), result.verdict));
        }
        rows.push((spec, result, None));
    }
    if !alone {
        let is_main_job = scenario.id == scenario::early_exit::EARLY_EXIT.id;
        // A backend that did not exit has no time to show.
        for (spec, _, costs) in rows.iter_mut().filter(|row| is_main_job && row.1.verdict == Verdict::Passed) {
            *costs = unless_interrupted(exit_costs::costs(launcher, spec))?;
        }
        write!(out, "\n{}", terminal::run_table(&rows))?;
    }
    if !launcher.is_interrupted() {
        note(terminal::next_after_run(alone));
    }
    let bad = rows.iter().any(|(_, result, _)| result.verdict.is_bad());
    Ok(if bad { Status::Failed } else { Status::Passed })
}

/// Prints each line of the transcript immediately.
struct TranscriptPrinter<'a> {
    out: &'a mut Stdout,
    printed: std::io::Result<()>,
    result: Option<ScenarioResult>,
}

impl CheckObserver for TranscriptPrinter<'_> {
    fn log(&mut self, line: &str) {
        if self.printed.is_ok() {
            self.printed = writeln!(self.out, "{}", escaped(line)).and_then(|()| self.out.flush());
        }
    }

    fn result(&mut self, result: ScenarioResult) {
        self.result = Some(result);
    }
}
