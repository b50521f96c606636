//! `run FILE`: runs a module on each backend.
use crate::run_module::result;
use crate::run_module::runner;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::{Status, Stdout, check, choice, note, unless_interrupted};
use crate::cli::RunArgs;
use crate::engine;
use crate::escape::escaped;
use crate::results;
use crate::results::Variant;
use crate::run_module::render;
use crate::run_module::result::{ModuleFacts, ModuleRun};
use crate::run_module::{ModuleJob, Source, Step};
use crate::worker::{Launcher, Limits};

pub(crate) fn run_file(asked: &RunArgs, launcher: &Launcher, out: &mut Stdout) -> Result<Status> {
    let specs = choice::backends(&asked.choice)?;
    let source = Source::open(&asked.what)?;
    let invoke: Vec<_> = asked.invoke.iter().chain(&asked.arguments).cloned().collect();
    let errand = ModuleJob { fuel: asked.fuel, ..ModuleJob::of(&source, &invoke, asked.exit_at.as_ref())? };
    let limits = Limits { time: Duration::from_secs_f64(asked.timeout), memory: asked.memory };
    let (mut subjects, mut rows) = (Vec::new(), Vec::new());
    for spec in &specs {
        let ran = runner::errand(launcher, spec, &errand, &limits, |step| progress(engine::label(spec), step));
        let Some((hello, row)) = unless_interrupted(ran)? else { break };
        let licence = engine::parse(spec)?.0.licence.into();
        subjects.push(Variant {
            label: engine::label(spec).to_owned(),
            licence,
            about: hello.about,
            build: hello.build,
            twin_of: None,
            held_against: None,
        });
        rows.push(row);
    }
    clear_progress();
    let ran = ModuleRun {
        version: results::VERSION,
        module: facts(&source),
        invocation: errand.invocation,
        exit_at: errand.exit_at.map(|exit_at| exit_at.to_string()),
        disagreements: result::disagreements(&rows),
        subjects,
        absent: check::absent(),
        rows,
        interrupted: launcher.is_interrupted(),
    };
    if asked.json {
        serde_json::to_writer_pretty(&mut *out, &ran)?;
        writeln!(out)?;
    } else {
        write!(out, "{}", render::table_of(&ran))?;
    }
    let exited = |row: &result::BackendRun| row.exit_nanoseconds.is_some() || row.is_bad();
    if let Some(exit_at) = ran.exit_at.as_ref().filter(|_| !ran.rows.iter().any(exited)) {
        let exit_at = escaped(exit_at);
        note(format_args!("warning: no call of an import was reached that --exit-at {exit_at} names: nothing exited"));
    }
    let held = ran.disagreements.is_empty() && !ran.rows.iter().any(result::BackendRun::is_bad);
    Ok(if held { Status::Held } else { Status::Failed })
}

fn facts(source: &Source) -> ModuleFacts {
    let shown = if source.name == "-" { "standard input" } else { &source.name };
    let name = Path::new(shown).file_name().map_or_else(|| shown.into(), |name| name.to_string_lossy().into_owned());
    let interface = &source.interface;
    let (imports, exports) = (interface.imports.len(), interface.exports.len());
    ModuleFacts { name, bytes: source.bytes, functions: interface.functions, imports, exports }
}

/// A line that is written over, on a terminal alone.
fn progress(spec: &str, step: Step) {
    if std::io::stderr().is_terminal() {
        // Nobody may be listening.
        let _ = write!(std::io::stderr(), "\r\x1b[K{spec}: {step}");
    }
}

fn clear_progress() {
    if std::io::stderr().is_terminal() {
        let _ = write!(std::io::stderr(), "\r\x1b[K");
    }
}
