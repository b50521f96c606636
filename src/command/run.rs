//! `run SCENARIO`: prints what one scenario does on each backend.
use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use clap::CommandFactory;

use super::{Status, Stdout, backends, note, run_file, unless_interrupted};
use crate::catalog::scenario::{self, Scenario};
use crate::check::{self, CheckObserver};
use crate::cli::{Cli, RunArgs};
use crate::engine::BackendSpec;
use crate::escape::escaped;
use crate::output::terminal;
use crate::results::{ScenarioResult, Verdict};
use crate::sampling::exit_costs::{self, ExitCosts};
use crate::suggest;
use crate::worker::Launcher;

pub(crate) fn run(args: &RunArgs, launcher: &Launcher, out: &mut Stdout) -> Result<Status> {
    let Some(scenario) = scenario_named(&args.what)? else { return run_file::run_file(args, launcher, out) };
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

/// The scenario that `run` names, or `None` if it names a file: a file has a module's extension, is `-`, or has a path; a scenario
/// has a scenario's id.
fn scenario_named(what: &OsStr) -> Result<Option<&'static Scenario>> {
    let path = Path::new(what);
    // Scenario names are valid Unicode.
    let Some(what) = what.to_str() else { return Ok(None) };
    let ends_so = path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("wasm") || ending.eq_ignore_ascii_case("wat"));
    if what == "-" || ends_so || path.is_absolute() || what.starts_with('.') || what.contains('\\') {
        return Ok(None);
    }
    let scenario = scenario::find(what);
    if scenario.is_some() || path.exists() { Ok(scenario) } else { Err(unknown(what)) }
}

/// The error for an unknown name, with suggestions: a command, a scenario or a file.
fn unknown(what: &str) -> anyhow::Error {
    let cli = Cli::command();
    let verbs: Vec<_> = cli.get_subcommands().filter(|verb| !verb.is_hide_set()).map(|verb| verb.get_name()).collect();
    let scenarios: Vec<_> = scenario::all().map(|scenario| scenario.id).collect();
    let files = files_beside(what);
    let files: Vec<_> = files.iter().map(String::as_str).collect();
    let known = [("command", &verbs), ("scenario", &scenarios), ("file", &files)];
    let near = |(kind, known): (&str, &Vec<&str>)| Some(format!("the {kind} `{}`", suggest::nearest(what, known)?));
    let mut near: Vec<_> = known.into_iter().filter_map(near).collect();
    if near.is_empty() && what.len() > 1 {
        let holding = scenarios.iter().filter(|id| id.contains(what)).take(3);
        near.extend(holding.map(|id| format!("the scenario `{id}`")));
    }
    match near.as_slice() {
        [] => anyhow!("no scenario or file `{what}`; `early-exit list` shows the scenarios"),
        near => anyhow!("no scenario or file `{what}`; did you mean {}?", near.join(" or ")),
    }
}

/// The modules in the folder of a path, named like the path.
fn files_beside(what: &str) -> Vec<String> {
    let folder = Path::new(what).parent().unwrap_or(Path::new(""));
    let looked_in = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = std::fs::read_dir(looked_in).into_iter().flatten().filter_map(Result::ok);
    let named = entries.filter_map(|entry| folder.join(entry.file_name()).to_str().map(str::to_owned));
    named.filter(|name| name.ends_with(".wasm") || name.ends_with(".wat")).take(1000).collect()
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
