//! `compare`: finds regressions and improvements.
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use itertools::Itertools;

use super::watch::ProgressDisplay;
use super::{Status, Stdout, backends, builds, cells, check, confirm, note};
use crate::analysis::{changed_verdicts, comparison, report_pair};
use crate::cli::{CompareArgs, CompareFormat, processors};
use crate::engine::BackendSpec;
use crate::output::comparison_report;
use crate::results::journal::Journal;
use crate::results::{ChangedVerdict, Comparison, Document, Metric};
use crate::sampling::instructions::CountExperiment;
use crate::sampling::variant::ExperimentVariant;
use crate::statistics::{Margin, RatioVerdict};
use crate::worker::Launcher;

pub(crate) fn compare(args: &CompareArgs, launcher: &Launcher, out: &mut Stdout) -> Result<Status> {
    // GitHub's job summary. Fails early if it cannot be written.
    let summary = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|_| args.format == CompareFormat::Github);
    let summary = summary.map(PathBuf::from);
    summary.iter().try_for_each(|file| append(file, ""))?;
    let comparison = match args.files.as_slice() {
        [baseline, new] => of_files(baseline, new, args.margin)?,
        _ => {
            let metric = if args.instructions { Metric::Instructions } else { Metric::Time };
            live(args, launcher, margin(args.margin, metric)?)?
        }
    };
    match args.format {
        CompareFormat::Table => write!(out, "{}", comparison_report::table(&comparison))?,
        CompareFormat::Github => {
            write!(out, "{}", comparison_report::annotations(&comparison))?;
            if let Some(file) = &summary {
                append(file, &comparison_report::markdown(&comparison))?;
            }
        }
        CompareFormat::Json => out.json(&comparison)?,
    }
    Ok(status(args, &comparison))
}

/// The margin, given in percent.
fn margin(percent: Option<f64>, metric: Metric) -> Result<Margin> {
    let usual = match metric {
        Metric::Time => 2.0,
        Metric::Instructions => 0.5,
    };
    Margin::new(percent.unwrap_or(usual) / 100.0).context("a margin is a number of 0 or more")
}

fn status(args: &CompareArgs, comparison: &Comparison) -> Status {
    let slower = comparison.count(RatioVerdict::Slower) > 0 && (comparison.is_gate() || args.fail_on_regression);
    let inconclusive = comparison.count(RatioVerdict::Inconclusive) > 0 && args.fail_on_inconclusive;
    if slower || inconclusive || comparison.is_worse() { Status::Failed } else { Status::Passed }
}

fn append(file: &Path, text: &str) -> Result<()> {
    let open = std::fs::File::options().create(true).append(true).open(file);
    open.and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("cannot write the job summary to {}", file.display()))
}

fn of_files(base_path: &Path, new_path: &Path, margin: Option<f64>) -> Result<Comparison> {
    let [baseline, new] = [base_path, new_path].map(Path::display);
    let comparison = match (Document::read(base_path)?, Document::read(new_path)?) {
        (Document::Report(before), Document::Report(after)) => {
            let [unit_before, unit] = [before.metric, after.metric].map(Metric::unit);
            ensure!(
                before.metric == after.metric,
                "{baseline} measures {unit_before} and {new} measures {unit}: the metrics must be equal"
            );
            comparison::files(&before, &after, self::margin(margin, after.metric)?)
        }
        (Document::Check(before), Document::Check(after)) => changed_verdicts::checks(&before, &after),
        _ => bail!("{baseline} and {new} are of different kinds: give two reports or two check results"),
    };
    ensure!(!comparison.variants.is_empty(), "{baseline} and {new} have no variant in common");
    Ok(comparison)
}

/// Measures variants and baselines in the same rounds.
fn live(args: &CompareArgs, launcher: &Launcher, margin: Margin) -> Result<Comparison> {
    let specs = specs(args)?;
    let cell_ids = cells::selected(&args.plan)?;
    let (launcher, _source) = cells::with_module(&args.plan, launcher)?;
    let launcher = &launcher;
    let mut journal = args.output.as_deref().map(Journal::open).transpose()?;
    let (variants, changed_verdicts) = match &args.baseline {
        Some(other) => {
            let (ours, theirs) = launcher.side_by_side(&[other])?;
            let changed = if args.no_check { Vec::new() } else { changed(&ours, &theirs[0], &specs)? };
            (builds(&specs, &ours, &theirs[0]), changed)
        }
        None => (settings(&specs, launcher)?, Vec::new()),
    };
    let mut watch = ProgressDisplay::begin(launcher);
    let report = if args.instructions {
        let share = args.plant.unwrap_or_default() / 100.0;
        let injected_slowdowns = variants.iter().map(|variant| variant.baseline.map_or(0.0, |_| share)).collect();
        let experiment =
            CountExperiment { variants, cell_ids, launches: args.plan.count_launches(), injected_slowdowns };
        confirm::counted_twice(&mut watch, &experiment, journal.as_mut(), margin)?
    } else {
        let experiment = cells::experiment(&args.plan, variants, cell_ids);
        confirm::measured_twice(&mut watch, &experiment, journal.as_mut(), margin)?
    };
    journal.map(|journal| journal.finish(&report)).transpose()?;
    Ok(Comparison { changed_verdicts, ..comparison::live(&report, margin) })
}

/// The chosen backends. Without a choice, those of this build that the baseline has too.
fn specs(args: &CompareArgs) -> Result<Vec<BackendSpec>> {
    let specs = backends::selected_or_native(&args.choice)?;
    let chosen = !args.choice.backends.is_empty() || !args.choice.libraries.is_empty();
    // A baseline of an older revision may list its backends in another form.
    let Some(others) = args.baseline.as_deref().filter(|_| !chosen).and_then(|other| builds::backends_of(other).ok())
    else {
        return Ok(specs);
    };
    let (both, here): (Vec<_>, Vec<_>) =
        specs.into_iter().partition(|spec| others.iter().any(|name| name == spec.name()) || is_native(spec));
    ensure!(!both.is_empty(), "the baseline has none of the backends of this build; it has: {}", others.join(", "));
    if !here.is_empty() {
        let labels = here.iter().map(BackendSpec::label).join(", ");
        note(format_args!("note: the baseline lacks {labels}: compared without"));
    }
    Ok(both)
}

fn is_native(spec: &BackendSpec) -> bool {
    spec.backend().is_ok_and(|backend| backend.native)
}

/// Each variant of this build, with the same variant of another build as its baseline. There is no A/A control: the
/// comparisons show the resolution in two thirds of the time.
fn builds(specs: &[BackendSpec], ours: &Launcher, theirs: &Launcher) -> Vec<ExperimentVariant> {
    let mut variants: Vec<ExperimentVariant> = Vec::new();
    for spec in specs {
        let baseline = ExperimentVariant {
            label: format!("{}{}", spec.label(), report_pair::BEFORE),
            ..ExperimentVariant::new(spec, theirs)
        };
        variants.push(baseline);
        variants.push(ExperimentVariant { baseline: Some(variants.len() - 1), ..ExperimentVariant::new(spec, ours) });
    }
    variants
}

/// Each variant, with the first as the baseline.
fn settings(specs: &[BackendSpec], launcher: &Launcher) -> Result<Vec<ExperimentVariant>> {
    ensure!(
        specs.len() > 1,
        "`{}` has no baseline: give another build with --baseline, a second --backend, or two files",
        specs[0]
    );
    let mut variants: Vec<_> = specs.iter().map(|spec| ExperimentVariant::new(spec, launcher)).collect();
    variants.iter_mut().skip(1).for_each(|variant| variant.baseline = Some(0));
    Ok(variants)
}

/// The scenarios with different verdicts in the two builds.
fn changed(ours: &Launcher, theirs: &Launcher, specs: &[BackendSpec]) -> Result<Vec<ChangedVerdict>> {
    let scenarios = check::selected(&[])?;
    let check = |launcher, what| {
        check::check_all(launcher, specs, &scenarios, processors()).with_context(|| format!("cannot check {what}"))
    };
    Ok(changed_verdicts::changed(&check(theirs, "the other build")?, &check(ours, "this build")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_baseline_of_each_variant_is_the_other_build() {
        let launcher = Launcher::new("early-exit");
        let variants = builds(&["a", "b"].map(BackendSpec::new), &launcher, &launcher);
        let shown: Vec<_> = variants.iter().map(|e| (e.label.as_str(), e.baseline, e.control_of)).collect();
        let expected = [("a before", None, None), ("a", Some(0), None), ("b before", None, None), ("b", Some(2), None)];
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_single_variant_has_no_baseline() {
        assert!(settings(&[BackendSpec::new("a")], &Launcher::new("x")).is_err());
    }
}
