//! `check`: the verdicts of all scenarios.
use anyhow::{Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use wildmatch::WildMatch;

use super::{Status, Stdout, backends, unless_interrupted};
use crate::catalog::scenario::{self, Scenario};
use crate::check::{self, CheckObserver};
use crate::cli::CheckArgs;
use crate::engine::{self, BackendOptions, BackendSpec};
use crate::output::terminal;
use crate::parallel;
use crate::results::{AbsentBackend, CheckResult, ScenarioResult, VERSION};
use crate::worker::{Hello, Launcher};

pub(crate) fn check(args: &CheckArgs, launcher: &Launcher, out: &mut Stdout) -> Result<Status> {
    let scenarios = selected(&args.filter)?;
    let specs = backends::selected(&args.choice)?;
    // A library that cannot be loaded is refused before the other backends are checked.
    for spec in &specs {
        if spec.backend()?.needs_library() {
            launcher.launch(spec)?;
        }
    }
    let check_result = check_all(launcher, &specs, &scenarios, args.jobs)?;
    out.print(args.json, &check_result, || terminal::matrix(&check_result))?;
    let bad = check_result.results.iter().any(|result| result.verdict.is_bad() || args.strict && result.note.is_some());
    Ok(if bad { Status::Failed } else { Status::Passed })
}

/// Runs scenarios on several variants in parallel.
///
/// # Errors
/// When no worker starts.
pub(crate) fn check_all(
    launcher: &Launcher,
    specs: &[BackendSpec],
    scenarios: &[&'static Scenario],
    jobs: usize,
) -> Result<CheckResult> {
    let bar = progress(scenarios.len() * specs.len());
    let followed = parallel::map(
        specs,
        jobs,
        || (),
        |(), n, spec| {
            let mut follower = CheckProgress { bar: &bar, hello: None, results: Vec::new() };
            unless_interrupted(check::check(launcher, (spec, n), scenarios, &mut follower))?;
            Ok((follower.hello, follower.results))
        },
    )?;
    bar.finish_and_clear();

    let (absent, interrupted) = (absent(), launcher.is_interrupted());
    let mut check_result = CheckResult { version: VERSION, variants: vec![], absent, results: vec![], interrupted };
    for (spec, (hello, mut results)) in specs.iter().zip(followed) {
        // A worker that is interrupted early sends no hello.
        let Some(hello) = hello else { continue };
        results.iter_mut().for_each(|result: &mut ScenarioResult| result.variant = check_result.variants.len());
        check_result.variants.push(hello.variant(spec)?);
        check_result.results.extend(results);
    }
    Ok(check_result)
}

/// The backends that are not part of this build.
pub(crate) fn absent() -> Vec<AbsentBackend> {
    let reason = |backend: &engine::Backend| Some((backend.name, backend.open(&BackendOptions::default()).err()?));
    let absent = engine::ALL.iter().filter(|backend| !backend.is_here()).filter_map(reason);
    absent.map(|(name, reason)| AbsentBackend { backend: name.into(), reason: reason.to_string() }).collect()
}

/// The scenarios that match the filters. Those that are played only on request need a filter that names their theme.
pub(crate) fn selected(filters: &[String]) -> Result<Vec<&'static Scenario>> {
    let wanted = |scenario: &&Scenario| {
        let named = |glob: &String| WildMatch::new(glob).matches(scenario.id);
        if scenario.on_request {
            let theme = scenario.id.split_once('/').map_or("", |(theme, _)| theme);
            filters.iter().any(|glob| glob.split_once('/').is_some_and(|(named, _)| named == theme) && named(glob))
        } else {
            filters.is_empty() || filters.iter().any(named)
        }
    };
    let scenarios: Vec<_> = scenario::all().filter(wanted).collect();
    if scenarios.is_empty() {
        bail!("no scenario matches {}; `early-exit list` shows the scenarios", filters.join(" or "));
    }
    Ok(scenarios)
}

pub(crate) fn progress(cells: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} {msg}").expect("the template is valid");
    ProgressBar::new(cells as u64).with_style(style)
}

/// Collects the results of one variant.
struct CheckProgress<'a> {
    bar: &'a ProgressBar,
    hello: Option<Hello>,
    results: Vec<ScenarioResult>,
}

impl CheckObserver for CheckProgress<'_> {
    fn worker_started(&mut self, hello: Hello) {
        self.hello = Some(hello);
    }

    fn result(&mut self, result: ScenarioResult) {
        self.bar.set_message(result.scenario.clone());
        self.bar.inc(1);
        self.results.push(result);
    }
}
