//! `compare`: what is faster, slower or the same.
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::watch::ProgressDisplay;
use super::{Status, Stdout, check, choice, confirm, plan};
use crate::analysis::comparison;
use crate::engine;
use crate::cli::{CompareArgs, CompareFormat, processors};
use crate::output::comparison_report;
use crate::results::journal::Journal;
use crate::results::{ChangedVerdict, Comparison, Document, Metric, Report};
use crate::sampling::experiment::Experiment;
use crate::sampling::instructions::CountOrder;
use crate::sampling::variant::ExperimentVariant;
use crate::statistics::{Margin, TimeVerdict};
use crate::worker::Launcher;

pub(crate) fn compare(asked: &CompareArgs, launcher: &Launcher, out: &mut Stdout) -> Result<Status> {
    // The summary of a job on GitHub. One that cannot be written is found before anything is measured.
    let summary = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|_| asked.format == CompareFormat::Github);
    let summary = summary.map(PathBuf::from);
    summary.iter().try_for_each(|file| append(file, ""))?;
    let comparison = match asked.files.as_slice() {
        [base, new] => of_files(base, new, asked.margin)?,
        _ => live(asked, launcher, margin(asked.margin, metric(asked))?)?,
    };
    match asked.format {
        CompareFormat::Table => write!(out, "{}", comparison_report::table(&comparison))?,
        CompareFormat::Github => {
            write!(out, "{}", comparison_report::annotations(&comparison))?;
            if let Some(file) = &summary {
                append(file, &comparison_report::markdown(&comparison))?;
            }
        }
        CompareFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &comparison)?;
            writeln!(out)?;
        }
    }
    Ok(status(asked, &comparison))
}

/// What is asked to be compared.
fn metric(asked: &CompareArgs) -> Metric {
    if asked.instructions { Metric::Instructions } else { Metric::Time }
}

/// The difference that does not matter, in percent where it was asked for.
fn margin(asked: Option<f64>, metric: Metric) -> Result<Margin> {
    let usual = match metric {
        Metric::Time => 2.0,
        Metric::Instructions => 0.5,
    };
    Ok(Margin::new(asked.unwrap_or(usual) / 100.0)?)
}

fn status(asked: &CompareArgs, comparison: &Comparison) -> Status {
    let slower = comparison.count(TimeVerdict::Slower) > 0 && (comparison.live || asked.fail_on_regression);
    let unsure = comparison.count(TimeVerdict::Unsure) > 0 && asked.fail_on_inconclusive;
    if slower || unsure || comparison.is_worse() { Status::Failed } else { Status::Held }
}

fn append(file: &Path, text: &str) -> Result<()> {
    let open = std::fs::File::options().create(true).append(true).open(file);
    open.and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("cannot write the job's summary to {}", file.display()))
}

fn of_files(base_path: &Path, new_path: &Path, margin: Option<f64>) -> Result<Comparison> {
    let comparison = match (Document::read(base_path)?, Document::read(new_path)?) {
        (Document::Report(base), Document::Report(new)) => {
            ensure!(
                base.metric == new.metric,
                "{} is of {}, and {} of {}: two of the same are compared",
                base_path.display(),
                base.metric.unit(),
                new_path.display(),
                new.metric.unit()
            );
            comparison::files(&base, &new, self::margin(margin, new.metric)?)
        }
        (Document::Checked(base), Document::Checked(new)) => comparison::checks(&base, &new),
        _ => bail!("{} and {} are not of a kind: two reports, or two checks", base_path.display(), new_path.display()),
    };
    ensure!(
        !comparison.sides.is_empty(),
        "{} and {} have no subject in common, so there is nothing to compare",
        base_path.display(),
        new_path.display()
    );
    Ok(comparison)
}

/// Measures both sides in the same rounds.
fn live(asked: &CompareArgs, launcher: &Launcher, margin: Margin) -> Result<Comparison> {
    let specs = choice::backends_or_floor(&asked.choice)?;
    let addresses = plan::selected(&asked.plan)?;
    let module = plan::module(&asked.plan)?;
    let launcher = &launcher.clone().with_module(module.as_ref().map(|(_, errand)| errand.clone()));
    let mut journal = asked.output.as_deref().map(Journal::open).transpose()?;
    let (entrants, changed) = match &asked.baseline {
        Some(other) => {
            let [ours, theirs] = launcher.beside(other)?;
            let changed = if asked.no_check { Vec::new() } else { changed(&ours, &theirs, &specs)? };
            (builds(&specs, &ours, &theirs), changed)
        }
        None => (settings(&specs, launcher)?, Vec::new()),
    };
    let mut watch = ProgressDisplay::begin(launcher);
    if asked.instructions {
        // A twin shows how far times of one build come apart; of counts, repeats do.
        let entrants: Vec<_> = entrants.into_iter().filter(|entrant| entrant.twin_of.is_none()).collect();
        let plant = asked.plant.unwrap_or_default() / 100.0;
        let planted = entrants.iter().map(|entrant| entrant.held_against.map_or(0.0, |_| plant)).collect();
        let order = CountOrder { entrants, addresses, launches: asked.plan.count_launches(), planted };
        let report = confirm::counted_twice(&mut watch, &order, journal.as_mut(), margin)?;
        return finish(changed, margin, &report, journal);
    }
    let order = Experiment {
        entrants,
        addresses,
        urgent: Vec::new(),
        handicaps: Vec::new(),
        budget: asked.plan.budget(),
        may_stretch: asked.plan.budget.is_none(),
        launches: asked.plan.launches,
        seed: asked.plan.seed.unwrap_or_else(rand::random),
    };
    let report = confirm::measured_twice(&mut watch, &order, journal.as_mut(), margin)?;
    finish(changed, margin, &report, journal)
}

/// Writes the report where that was asked for, and says what it shows.
fn finish(
    changed: Vec<ChangedVerdict>,
    margin: Margin,
    report: &Report,
    journal: Option<Journal>,
) -> Result<Comparison> {
    if let Some(journal) = journal {
        journal.finish(report)?;
    }
    Ok(Comparison { changed, ..comparison::live(report, margin) })
}

/// Each subject of this build against the same of another. None is measured twice to see what could have been resolved: the pairs
/// themselves say so, in two thirds of the time.
fn builds(specs: &[String], ours: &Launcher, theirs: &Launcher) -> Vec<ExperimentVariant> {
    let mut entrants: Vec<ExperimentVariant> = Vec::new();
    for spec in specs {
        let base = ExperimentVariant {
            label: format!("{}{}", engine::label(spec), comparison::BEFORE),
            ..ExperimentVariant::new(spec, theirs)
        };
        entrants.push(base);
        entrants
            .push(ExperimentVariant { held_against: Some(entrants.len() - 1), ..ExperimentVariant::new(spec, ours) });
    }
    entrants
}

/// Each subject against the first.
fn settings(specs: &[String], launcher: &Launcher) -> Result<Vec<ExperimentVariant>> {
    ensure!(
        specs.len() > 1,
        "there is nothing to hold `{}` against: give another build with --baseline, a second --backend, or two files",
        specs[0]
    );
    let mut entrants: Vec<_> = specs.iter().map(|spec| ExperimentVariant::new(spec, launcher)).collect();
    entrants.iter_mut().skip(1).for_each(|entrant| entrant.held_against = Some(0));
    Ok(entrants)
}

/// What both builds make of the scenarios, where it is not the same.
fn changed(ours: &Launcher, theirs: &Launcher, specs: &[String]) -> Result<Vec<ChangedVerdict>> {
    let scenarios = check::selected(&[])?;
    let check = |launcher, what| {
        let checked = check::checked(launcher, specs, &scenarios, processors());
        checked.with_context(|| format!("{what} could not be checked"))
    };
    Ok(comparison::changed(&check(theirs, "the other build")?, &check(ours, "this build")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_build_is_held_against_the_other_and_nothing_else() {
        let launcher = Launcher::new("early-exit");
        let entrants = builds(&["a".into(), "b".into()], &launcher, &launcher);
        let shown: Vec<_> = entrants.iter().map(|e| (e.label.as_str(), e.held_against, e.twin_of)).collect();
        let expected = [("a before", None, None), ("a", Some(0), None), ("b before", None, None), ("b", Some(2), None)];
        assert_eq!(shown, expected);
    }

    #[test]
    fn one_subject_alone_has_nothing_to_be_held_against() {
        assert!(settings(&["a".into()], &Launcher::new("x")).is_err());
    }
}
