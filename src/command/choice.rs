//! The backends that the arguments select.
use anyhow::{Result, bail};

use crate::catalog::mechanism::{Mechanism, WITH_OPTION};
use crate::cli::BackendArgs;
use crate::engine;

/// The requested backends with their options, or all in this build.
pub(crate) fn backends(choice: &BackendArgs) -> Result<Vec<String>> {
    let variants = variants(choice)?;
    for spec in &variants {
        let (backend, _) = engine::parse(spec)?;
        if backend.floor {
            bail!("`{}` is the native baseline, not a backend", backend.name);
        }
    }
    if variants.is_empty() {
        let known = engine::ALL.iter().filter(|backend| !backend.floor);
        let mut features: Vec<_> = known.filter_map(|backend| backend.feature).collect();
        // One feature can enable two backends.
        features.dedup();
        bail!("no backend is compiled in; build with --features {}, or --features everything", features.join(" or "));
    }
    Ok(variants)
}

/// The same for commands that also work without a backend: the native baseline then.
pub(crate) fn backends_or_floor(choice: &BackendArgs) -> Result<Vec<String>> {
    let mut variants = variants(choice)?;
    if variants.is_empty() {
        variants.extend(engine::ALL.iter().filter(|backend| backend.floor).map(|floor| floor.name.to_owned()));
    }
    Ok(variants)
}

/// Each backend by itself, and with each mechanism that it has an option for.
pub(crate) fn stoppable(choice: &BackendArgs) -> Result<Vec<String>> {
    let mut variants: Vec<String> = Vec::new();
    for spec in backends(choice)? {
        let (backend, _) = engine::parse(&spec)?;
        let options = backend.options();
        let has = |mechanism: &&Mechanism| options.iter().any(|(key, _)| Some(*key) == mechanism.option);
        let separator = if spec.contains(':') { ',' } else { ':' };
        let on = WITH_OPTION.iter().filter(has).filter_map(|mechanism| mechanism.option);
        let with = on.map(|option| format!("{spec}{separator}{option}=on")).collect::<Vec<_>>();
        for spec in [spec].into_iter().chain(with) {
            // What has the mechanism already is there once.
            if !variants.contains(&spec) && engine::open(&spec).is_ok() {
                variants.push(spec);
            }
        }
    }
    Ok(variants)
}

fn variants(choice: &BackendArgs) -> Result<Vec<String>> {
    let mut variants: Vec<String> = Vec::new();
    for spec in &choice.backends {
        // Libraries alone.
        if spec == engine::C_API && !choice.libraries.is_empty() {
            continue;
        }
        let (backend, settings) = engine::parse(spec)?;
        // Opens it here too, for a plain error instead of a worker's crash.
        backend.check(&settings)?;
        if !variants.contains(spec) {
            variants.push(spec.clone());
        }
    }
    if choice.backends.is_empty() {
        variants.extend(engine::here().map(|backend| backend.name.to_owned()));
    }
    for library in &choice.libraries {
        let spec = engine::library_spec(library)?;
        let (backend, settings) = engine::parse(&spec)?;
        backend.check(&settings)?;
        let label = engine::label(&spec);
        if variants.iter().any(|known| engine::label(known) == label) {
            bail!("two libraries have the label `{label}`; write --library LABEL=PATH");
        }
        variants.push(spec);
    }
    Ok(variants)
}
