//! Other builds of this program as columns, beside those of this one.
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use itertools::Itertools;
use serde::Deserialize;

use super::backends;
use crate::cli::BackendArgs;
use crate::engine::{self, BackendSpec};
use crate::sampling::variant::ExperimentVariant;
use crate::worker::Launcher;

/// A build as the command line names it.
struct NamedBuild {
    label: String,
    program: PathBuf,
}

/// The variants of this build and of others, without an A/A control.
///
/// # Errors
/// When a build is none, or has none of the backends that were chosen; when two have one label.
pub(crate) fn variants(builds: &[String], choice: &BackendArgs, launcher: &Launcher) -> Result<Vec<ExperimentVariant>> {
    if builds.is_empty() {
        let specs = backends::selected_or_native(choice)?;
        return Ok(specs.iter().map(|spec| ExperimentVariant::new(spec, launcher)).collect());
    }
    let builds = builds.iter().map(|build| named(build)).collect::<Result<Vec<_>>>()?;
    let programs: Vec<_> = builds.iter().map(|build| build.program.as_path()).collect();
    let (ours, theirs) = launcher.side_by_side(&programs)?;
    // What only others have is no mistake. An unknown backend is refused as elsewhere.
    let is_here_or_unknown = |spec: &BackendSpec| spec.backend().map_or(true, engine::Backend::is_here);
    let (here, elsewhere): (Vec<_>, Vec<_>) = choice.backends.iter().cloned().partition(is_here_or_unknown);
    let mut variants = Vec::new();
    if choice.backends.is_empty() && engine::here().next().is_some() || !here.is_empty() || !choice.libraries.is_empty()
    {
        // Libraries alone, where what was chosen is elsewhere.
        let backends =
            if here.is_empty() && !elsewhere.is_empty() { vec![BackendSpec::new(engine::C_API)] } else { here.clone() };
        let specs = backends::selected_or_native(&BackendArgs { backends, libraries: choice.libraries.clone() })?;
        variants.extend(specs.iter().map(|spec| ExperimentVariant::new(spec, &ours)));
    }
    for (build, launcher) in builds.iter().zip(&theirs) {
        let has = backends_of(&build.program)
            .with_context(|| format!("{} is no build of this program that can be measured", build.program.display()))?;
        let chosen = |spec: &&BackendSpec| has.iter().any(|name| name == spec.name());
        let specs: Vec<_> = match choice.backends.is_empty() {
            true => has.iter().map(BackendSpec::new).collect(),
            false => choice.backends.iter().filter(chosen).cloned().collect(),
        };
        let (label, all) = (&build.label, has.join(", "));
        ensure!(!specs.is_empty(), "the build {label} has none of the backends that were chosen; it has: {all}");
        variants.extend(specs.iter().map(|spec| ExperimentVariant {
            label: format!("{spec} {label}"),
            ..ExperimentVariant::new(spec, launcher)
        }));
    }
    if let Some(label) = variants.iter().map(|variant| &variant.label).duplicates().next() {
        bail!("two columns would be called `{label}`; --build LABEL=PROGRAM calls one of them otherwise");
    }
    Ok(variants)
}

/// Reads `[LABEL=]PROGRAM`.
fn named(build: &str) -> Result<NamedBuild> {
    let (label, program) = engine::labelled(build, || {
        // scripts/build-variant puts each into a folder of its own.
        let program = Path::new(build);
        let text = |name: Option<&std::ffi::OsStr>| Some(name?.to_string_lossy().into_owned());
        let name = text(program.file_stem()).filter(|name| name != env!("CARGO_PKG_NAME"));
        name.or_else(|| text(program.parent()?.file_name())).unwrap_or_default()
    });
    if !engine::is_plain_label(&label) {
        bail!("--build {build}: `{label}` is no label for a build; write --build LABEL=PROGRAM");
    }
    Ok(NamedBuild { label, program: program.into() })
}

/// The backends that a build has, by what it lists.
pub(super) fn backends_of(program: &Path) -> Result<Vec<String>> {
    #[derive(Deserialize)]
    struct ListedBackends {
        backends: Vec<ListedBackend>,
    }
    #[derive(Deserialize)]
    struct ListedBackend {
        name: String,
        availability: String,
        #[serde(rename = "floor")]
        native: bool,
    }
    let output = Command::new(std::path::absolute(program)?).args(["list", "--json"]).output()?;
    ensure!(output.status.success(), "`list` ended with {}", output.status);
    let listed: ListedBackends = serde_json::from_slice(&output.stdout).context("what it lists cannot be read")?;
    let here = listed.backends.into_iter().filter(|backend| backend.availability == "here" && !backend.native);
    Ok(here.map(|backend| backend.name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_label_of_a_build_is_given_or_from_its_file_or_folder() {
        let label = |build: &str| named(build).unwrap().label;
        assert_eq!(label("old=target/early-exit"), "old");
        assert_eq!(label("variants/7.4.1/early-exit"), "7.4.1");
        assert_eq!(label("target/early-exit-48"), "early-exit-48");
        assert!(named("a b=x").is_err() && named("=x").is_err() && named("early-exit").is_err());
    }
}
