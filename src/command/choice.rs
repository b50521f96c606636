//! The backends that the arguments select.
use anyhow::{Result, bail};

use crate::cli::BackendArgs;
use crate::engine;

/// The backends to work on, as the command line names them: those that were asked for, or all that are here.
pub(crate) fn backends(choice: &BackendArgs) -> Result<Vec<String>> {
    let variants = variants(choice)?;
    for spec in &variants {
        let (backend, _) = engine::parse(spec)?;
        if backend.floor {
            bail!("`{}` is the floor that backends are held against, and no backend", backend.name);
        }
    }
    if variants.is_empty() {
        let known = engine::ALL.iter().filter(|backend| !backend.floor);
        let mut features: Vec<_> = known.filter_map(|backend| backend.feature).collect();
        // A feature may bring two.
        features.dedup();
        bail!("no backend is compiled in; build with --features {}, or --features everything", features.join(" or "));
    }
    Ok(variants)
}

/// The same for what can be measured without a backend too: where there is none, the floor.
pub(crate) fn backends_or_floor(choice: &BackendArgs) -> Result<Vec<String>> {
    let mut variants = variants(choice)?;
    if variants.is_empty() {
        variants.extend(engine::ALL.iter().filter(|backend| backend.floor).map(|floor| floor.name.to_owned()));
    }
    Ok(variants)
}

fn variants(choice: &BackendArgs) -> Result<Vec<String>> {
    let mut variants: Vec<String> = Vec::new();
    for spec in &choice.backends {
        let (backend, settings) = engine::parse(spec)?;
        // Opened here too, so that what is wrong with it is one plain line and not a worker's death.
        backend.open(&settings)?;
        if !variants.contains(spec) {
            variants.push(spec.clone());
        }
    }
    if choice.backends.is_empty() {
        variants.extend(engine::here().map(|backend| backend.name.to_owned()));
    }
    Ok(variants)
}
