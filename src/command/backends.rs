//! The backends that the arguments select.
use anyhow::{Result, bail, ensure};

use crate::catalog::mechanism::{Mechanism, WITH_OPTION};
use crate::cli::BackendArgs;
use crate::engine::{self, BackendSpec};

/// The requested backends with their options, or all in this build.
pub(crate) fn selected(choice: &BackendArgs) -> Result<Vec<BackendSpec>> {
    let specs = specs(choice)?;
    for spec in &specs {
        ensure!(!spec.backend()?.native, "`{}` is the native baseline, not a backend", spec.name());
    }
    if specs.is_empty() {
        let known = engine::ALL.iter().filter(|backend| !backend.native);
        let mut features: Vec<_> = known.filter_map(|backend| backend.feature).collect();
        // One feature can enable two backends.
        features.dedup();
        bail!("no backend is compiled in; build with --features {}, or --features everything", features.join(" or "));
    }
    Ok(specs)
}

/// The same for commands that also work without a backend: the native baseline then.
pub(crate) fn selected_or_native(choice: &BackendArgs) -> Result<Vec<BackendSpec>> {
    let mut specs = specs(choice)?;
    if specs.is_empty() {
        specs.extend(engine::ALL.iter().filter(|backend| backend.native).map(|native| BackendSpec::new(native.name)));
    }
    Ok(specs)
}

/// Each backend by itself, and with each mechanism that it has an option for.
pub(crate) fn with_mechanisms(choice: &BackendArgs) -> Result<Vec<BackendSpec>> {
    let mut specs: Vec<BackendSpec> = Vec::new();
    for spec in selected(choice)? {
        let options = spec.backend()?.options();
        let has = |mechanism: &&Mechanism| options.iter().any(|(key, _)| Some(*key) == mechanism.option);
        let mechanisms = WITH_OPTION.iter().filter(has).filter_map(|mechanism| mechanism.option);
        let with = mechanisms.map(|option| spec.with(option, "on")).collect::<Vec<_>>();
        for spec in [spec].into_iter().chain(with) {
            // A backend can have been selected with the mechanism.
            if !specs.contains(&spec) && spec.open().is_ok() {
                specs.push(spec);
            }
        }
    }
    Ok(specs)
}

fn specs(choice: &BackendArgs) -> Result<Vec<BackendSpec>> {
    let mut specs: Vec<BackendSpec> = Vec::new();
    for spec in &choice.backends {
        // Libraries alone.
        if spec.to_string() == engine::C_API && !choice.libraries.is_empty() {
            continue;
        }
        // Checked here too, for a plain error instead of a worker's crash.
        spec.check()?;
        if !specs.contains(spec) {
            specs.push(spec.clone());
        }
    }
    if choice.backends.is_empty() {
        specs.extend(engine::here().map(|backend| BackendSpec::new(backend.name)));
    }
    for library in &choice.libraries {
        let spec = BackendSpec::library(library)?;
        spec.check()?;
        let is_new = specs.iter().all(|known| known.label() != spec.label());
        ensure!(is_new, "two libraries have the label `{}`; write --library LABEL=PATH", spec.label());
        specs.push(spec);
    }
    Ok(specs)
}
