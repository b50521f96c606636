//! The backends that the arguments select.
use anyhow::{Result, bail};

use crate::cli::BackendArgs;
use crate::engine;

/// The backends to work on, as the command line names them: those that were asked for, or all that are here.
pub(crate) fn backends(choice: &BackendArgs) -> Result<Vec<String>> {
    let subjects = subjects(choice)?;
    for spec in &subjects {
        let (backend, _) = engine::parse(spec)?;
        if backend.floor {
            bail!("`{}` is the floor that backends are held against, and no backend", backend.name);
        }
    }
    if subjects.is_empty() {
        let known = engine::ALL.iter().filter(|backend| !backend.floor);
        let mut features: Vec<_> = known.filter_map(|backend| backend.feature).collect();
        // A feature may bring two.
        features.dedup();
        bail!("no backend is compiled in; build with --features {}, or --features everything", features.join(" or "));
    }
    Ok(subjects)
}

/// The same for what can be measured without a backend too: where there is none, the floor.
pub(crate) fn backends_or_floor(choice: &BackendArgs) -> Result<Vec<String>> {
    let mut subjects = subjects(choice)?;
    if subjects.is_empty() {
        subjects.extend(engine::ALL.iter().filter(|backend| backend.floor).map(|floor| floor.name.to_owned()));
    }
    Ok(subjects)
}

fn subjects(choice: &BackendArgs) -> Result<Vec<String>> {
    let mut subjects: Vec<String> = Vec::new();
    for spec in &choice.backends {
        // Libraries alone.
        if spec == engine::C_API && !choice.libraries.is_empty() {
            continue;
        }
        let (backend, settings) = engine::parse(spec)?;
        // Opened here too, so that what is wrong with it is one plain line and not a worker's death.
        backend.check(&settings)?;
        if !subjects.contains(spec) {
            subjects.push(spec.clone());
        }
    }
    if choice.backends.is_empty() {
        subjects.extend(engine::here().map(|backend| backend.name.to_owned()));
    }
    for library in &choice.libraries {
        let spec = engine::library_spec(library)?;
        let (backend, settings) = engine::parse(&spec)?;
        backend.check(&settings)?;
        let label = engine::label(&spec);
        if subjects.iter().any(|known| engine::label(known) == label) {
            bail!("two libraries are called `{label}`; --library LABEL=PATH calls one of them otherwise");
        }
        subjects.push(spec);
    }
    Ok(subjects)
}
