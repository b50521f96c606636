use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Result, ensure};
use wildmatch::WildMatch;

use super::check::progress;
use super::{Out, Status, choice};
use crate::cli::CheckSpec;
use crate::harness::{self, Launcher, Scripts};
use crate::module::conformance::{self, Script};
use crate::record::{SpecRun, SpecSubject};
use crate::report;

pub(super) fn check_spec(asked: &CheckSpec, launcher: &Launcher, out: &mut Out) -> Result<Status> {
    let specs = choice::backends(&asked.choice)?;
    let scripts = selected(&asked.filter)?;
    let all = Scripts { scripts: &scripts, all: asked.filter.is_empty() };
    let started = Instant::now();
    let subjects = each(launcher, &specs, &all, asked.jobs)?;
    let run = SpecRun { scripts: scripts.len(), subjects, seconds: started.elapsed().as_secs_f64() };
    if asked.json {
        serde_json::to_writer_pretty(&mut *out, &run)?;
        writeln!(out)?;
    } else {
        write!(out, "{}", report::conformance::summary(&run))?;
    }
    let held = run.subjects.iter().all(|subject| subject.unexplained().next().is_none());
    Ok(if held { Status::Held } else { Status::Failed })
}

fn selected(patterns: &[String]) -> Result<Vec<Script>> {
    let patterns: Vec<_> = patterns.iter().map(|pattern| WildMatch::new(pattern)).collect();
    let wanted = |script: &Script| patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(&script.name));
    let scripts: Vec<_> = conformance::scripts().into_iter().filter(wanted).collect();
    ensure!(!scripts.is_empty(), "no script matches; they are called `core/traps`, `simd/simd_load`, and so on");
    Ok(scripts)
}

/// So many subjects at once.
fn each(launcher: &Launcher, specs: &[String], asked: &Scripts<'_>, jobs: usize) -> Result<Vec<SpecSubject>> {
    let bar = progress(asked.scripts.len() * specs.len());
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let one_after_the_other = || -> Result<()> {
        while let Some((n, spec)) = specs.iter().enumerate().nth(next.fetch_add(1, Ordering::Relaxed)) {
            let over = |script: &str| {
                bar.inc(1);
                bar.set_message(format!("{spec} {script}"));
            };
            let subject = harness::conformance(launcher, spec, asked, over)?;
            done.lock().expect("nobody panics").push((n, subject));
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs.clamp(1, specs.len())).map(|_| scope.spawn(one_after_the_other)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("playing does not panic"))
    })?;
    bar.finish_and_clear();
    let mut done = done.into_inner().expect("nobody panics");
    done.sort_by_key(|(n, _)| *n);
    Ok(done.into_iter().map(|(_, subject)| subject).collect())
}
