//! The backends that the arguments select.
use anyhow::{Result, bail};

use crate::catalog::mechanism::{Mechanism, WITH_OPTION};
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

/// Each backend by itself, and with each mechanism that it has an option for.
pub(crate) fn stoppable(choice: &BackendArgs) -> Result<Vec<String>> {
    let mut subjects: Vec<String> = Vec::new();
    for spec in backends(choice)? {
        let (backend, _) = engine::parse(&spec)?;
        let options = backend.options();
        let has = |mechanism: &&Mechanism| options.iter().any(|(key, _)| Some(*key) == mechanism.option);
        let separator = if spec.contains(':') { ',' } else { ':' };
        let on = WITH_OPTION.iter().filter(has).filter_map(|mechanism| mechanism.option);
        let with = on.map(|option| format!("{spec}{separator}{option}=on")).collect::<Vec<_>>();
        for spec in [spec].into_iter().chain(with) {
            // What has the mechanism already is there once.
            if !subjects.contains(&spec) && engine::open(&spec).is_ok() {
                subjects.push(spec);
            }
        }
    }
    Ok(subjects)
}

fn subjects(choice: &BackendArgs) -> Result<Vec<String>> {
    let mut subjects: Vec<String> = Vec::new();
    for spec in &choice.backends {
        let (backend, settings) = engine::parse(spec)?;
        // Opened here too, so that what is wrong with it is one plain line and not a worker's death.
        backend.open(&settings)?;
        if !subjects.contains(spec) {
            subjects.push(spec.clone());
        }
    }
    if choice.backends.is_empty() {
        subjects.extend(engine::here().map(|backend| backend.name.to_owned()));
    }
    Ok(subjects)
}
