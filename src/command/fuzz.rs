//! `fuzz`: random modules on several backends.
use std::fs;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use itertools::Itertools;

use super::{Status, Stdout, backends, check, note, status_line};
use crate::cli::FuzzArgs;
use crate::engine::BackendSpec;
use crate::engine::known_issue::false_claim;
use crate::fuzz::campaign::{self, FuzzConfig};
use crate::fuzz::feature_set::{ExcludedFeature, FeatureSet};
use crate::fuzz::generate::generate;
use crate::fuzz::observation::Action;
use crate::fuzz::render;
use crate::fuzz::result::{Mismatch, RandomRun, SavedModule};
use crate::worker::Launcher;

pub(crate) fn fuzz(args: &FuzzArgs, launcher: &Launcher, out: &mut Stdout) -> Result<Status> {
    let specs = backends::selected(&args.choice)?;
    ensure!(specs.len() > 1, "needs at least two backends, or one with different options (cranelift:opt=none)");
    ensure!(!args.save.exists() || args.save.is_dir(), "{} is not a folder", args.save.display());
    let (names, features, left_out) = features(launcher, &specs)?;
    let seed = args.seed.unwrap_or_else(rand::random);
    let config = FuzzConfig { specs, names, features, seed, count: args.count, jobs: args.jobs };
    let last_line = Mutex::new(Instant::now());
    let over = |done: u64, found: usize| progress(done, args.count, found, &last_line);
    let mut run = campaign::random(launcher, &config, &over)?;
    status_line("");
    run.left_out = left_out;
    run.absent = check::absent();
    run.interrupted = launcher.is_interrupted();
    // The results are shown even if modules cannot be saved.
    let saved = save(&mut run, &config, &args.save);
    out.print(args.json, &run, || render::summary(&run))?;
    saved?;
    Ok(if run.unexplained().next().is_some() { Status::Failed } else { Status::Passed })
}

/// The backends' names in known issues, and the features that all of them claim, except for false claims.
fn features(launcher: &Launcher, specs: &[BackendSpec]) -> Result<(Vec<String>, FeatureSet, Vec<ExcludedFeature>)> {
    let mut claims = Vec::new();
    let mut names = Vec::new();
    for spec in specs {
        let about = launcher.launch(spec)?.1.backend_info;
        names.push(spec.issue_name(&about));
        claims.push(about.wasm_features);
    }
    let refused = |feature: &str| names.iter().find_map(|backend| false_claim(backend, feature)).map(str::to_owned);
    let (features, left_out) = FeatureSet::common(&claims, refused);
    Ok((names, features, left_out))
}

/// Writes the first module of each unexplained kind to a file, with the command to reproduce it.
fn save(run: &mut RandomRun, config: &FuzzConfig, folder: &Path) -> Result<()> {
    for kind in run.kinds.iter_mut().filter(|kind| kind.explained.is_none()) {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        let generated = generate(&kind.first.seed, &config.features)?;
        let name = format!("random-{}-{}", kind.first.seed.seed, kind.first.seed.number);
        // As text, if it is the same module.
        let text = wasmprinter::print_bytes(&generated.wasm).ok();
        let text = text.filter(|text| wat::parse_str(text).is_ok_and(|wasm| wasm == generated.wasm));
        let (file, content) = match text {
            Some(text) => (folder.join(name + ".wat"), text.into_bytes()),
            None => (folder.join(name + ".wasm"), generated.wasm.clone()),
        };
        fs::write(&file, content).with_context(|| file.display().to_string())?;
        let file = file.display().to_string();
        let command = command(&file, &kind.first, &config.specs);
        kind.saved = Some(SavedModule { file, bytes: generated.wasm.len() as u64, command });
    }
    Ok(())
}

/// The command that reproduces a disagreement.
fn command(file: &str, mismatch: &Mismatch, specs: &[BackendSpec]) -> String {
    let mut command = format!("early-exit run {file} {}", specs.iter().map(|spec| spec.as_argument()).join(" "));
    if let Action::Call { invocation, exit_at } = &mismatch.action {
        if let Some(nth) = exit_at {
            command += &format!(" --exit-at any#{nth}");
        }
        command += &format!(" {}", invocation.as_options());
    }
    command
}

/// Progress: one updated line on a terminal, otherwise a line at intervals.
fn progress(done: u64, count: u64, found: usize, last_line: &Mutex<Instant>) {
    let line = format!("{done} of {count} modules, {found} kinds of disagreement");
    let mut last_line = last_line.lock().expect("printing does not panic");
    status_line(&line);
    if !std::io::stderr().is_terminal() && last_line.elapsed() > Duration::from_secs(15) {
        *last_line = Instant::now();
        note(line);
    }
}
