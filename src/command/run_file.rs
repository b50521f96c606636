//! `run FILE`: runs a module on each backend.
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::{Status, Stdout, backends, check, note, status_line, unless_interrupted};
use crate::cli::RunArgs;
use crate::escape::escaped;
use crate::results::VERSION;
use crate::run_module::disagreement::disagreements;
use crate::run_module::result::{BackendRun, ModuleMetrics, ModuleRun};
use crate::run_module::{ModuleJob, Source, render, runner};
use crate::spec::claims::Claims;
use crate::worker::{Launcher, Limits};

pub(crate) fn run_file(args: &RunArgs, launcher: &Launcher, out: &mut Stdout) -> Result<Status> {
    let specs = backends::selected(&args.choice)?;
    let source = Source::open(&args.what)?;
    let invoke: Vec<_> = args.invoke.iter().chain(&args.arguments).cloned().collect();
    let job = ModuleJob { fuel: args.fuel, ..ModuleJob::of(&source, &invoke, args.exit_at.as_ref())? };
    let limits = Limits { time: Duration::from_secs_f64(args.timeout), memory: args.memory };
    let (mut variants, mut rows) = (Vec::new(), Vec::new());
    for spec in &specs {
        let ran =
            runner::job(launcher, spec, &job, &limits, |step| status_line(format_args!("{}: {step}", spec.label())));
        let Some((hello, row)) = unless_interrupted(ran)? else { break };
        variants.push(hello.variant(spec)?);
        rows.push(row);
    }
    status_line("");
    let relaxed_simd = fs::read(&job.path).is_ok_and(|wasm| Claims::uses("relaxed-simd", &wasm));
    let ran = ModuleRun {
        version: VERSION,
        module: metrics(&source),
        invocation: job.invocation,
        exit_at: job.exit_at.map(|exit_at| exit_at.to_string()),
        relaxed_simd,
        disagreements: disagreements(&rows, relaxed_simd),
        variants,
        absent: check::absent(),
        rows,
        interrupted: launcher.is_interrupted(),
    };
    out.print(args.json, &ran, || render::table_of(&ran))?;
    let exited = |row: &BackendRun| row.exit_nanoseconds.is_some() || row.is_bad();
    if let Some(exit_at) = ran.exit_at.as_ref().filter(|_| !ran.rows.iter().any(exited)) {
        let exit_at = escaped(exit_at);
        note(format_args!("warning: no call matched --exit-at {exit_at}: no guest exited"));
    }
    let held = ran.disagreements.is_empty() && !ran.rows.iter().any(BackendRun::is_bad);
    Ok(if held { Status::Passed } else { Status::Failed })
}

fn metrics(source: &Source) -> ModuleMetrics {
    let shown = if source.name == "-" { "standard input" } else { &source.name };
    let name = Path::new(shown).file_name().map_or_else(|| shown.into(), |name| name.to_string_lossy().into_owned());
    let interface = &source.interface;
    let (imports, exports) = (interface.imports.len(), interface.exports.len());
    ModuleMetrics { name, bytes: source.bytes, functions: interface.functions, imports, exports }
}
