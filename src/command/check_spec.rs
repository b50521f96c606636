//! `check spec`: the scripts of the specification.
use std::time::Instant;

use anyhow::{Result, ensure};
use wildmatch::WildMatch;

use super::check::progress;
use super::{Status, Stdout, backends, unless_interrupted};
use crate::cli::CheckSpecArgs;
use crate::engine::BackendSpec;
use crate::parallel;
use crate::spec::render;
use crate::spec::result::{SpecRun, SpecVariant};
use crate::spec::runner::{self, Scripts};
use crate::spec::script::{self, Script};
use crate::worker::Launcher;

pub(crate) fn check_spec(args: &CheckSpecArgs, launcher: &Launcher, out: &mut Stdout) -> Result<Status> {
    let specs = backends::selected(&args.choice)?;
    let scripts = selected(&args.filter)?;
    let all = Scripts { scripts: &scripts, all: args.filter.is_empty() };
    let started = Instant::now();
    let variants = each(launcher, &specs, &all, args.jobs)?;
    let (seconds, interrupted) = (started.elapsed().as_secs_f64(), launcher.is_interrupted());
    let run = SpecRun { scripts: scripts.len(), variants, seconds, interrupted };
    out.print(args.json, &run, || render::summary(&run))?;
    let passed = run.variants.iter().all(|variant| variant.unexplained().next().is_none());
    Ok(if passed { Status::Passed } else { Status::Failed })
}

fn selected(patterns: &[String]) -> Result<Vec<Script>> {
    let patterns: Vec<_> = patterns.iter().map(|pattern| WildMatch::new(pattern)).collect();
    let wanted = |script: &Script| patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(&script.name));
    let scripts: Vec<_> = script::scripts().into_iter().filter(wanted).collect();
    ensure!(!scripts.is_empty(), "no script matches; names are like `core/traps` and `simd/simd_load`");
    Ok(scripts)
}

/// Runs the scripts on several variants in parallel.
fn each(launcher: &Launcher, specs: &[BackendSpec], args: &Scripts<'_>, jobs: usize) -> Result<Vec<SpecVariant>> {
    let bar = progress(args.scripts.len() * specs.len());
    let variants = parallel::map(
        specs,
        jobs,
        || (),
        |(), _, spec| {
            let over = |script: &str| {
                bar.inc(1);
                bar.set_message(format!("{spec} {script}"));
            };
            unless_interrupted(runner::conformance(launcher, spec, args, over))
        },
    )?;
    bar.finish_and_clear();
    Ok(variants.into_iter().flatten().collect())
}
