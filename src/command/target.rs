//! Whether `run` names a scenario or a file.
use std::ffi::OsStr;
use std::path::Path;

use anyhow::{Result, anyhow};
use clap::CommandFactory;

use crate::catalog::scenario;
use crate::catalog::scenario::Scenario;
use crate::cli::Cli;
use crate::suggest;

/// The target of `run`.
pub(crate) enum Target {
    Scenario(&'static Scenario),
    Module,
}

/// Distinguishes scenarios from files by name: a file has a module's extension, is `-`, or has a path; a scenario has a
/// scenario's id.
pub(crate) fn target(what: &OsStr) -> Result<Target> {
    let path = Path::new(what);
    // Scenario names are valid Unicode.
    let Some(what) = what.to_str() else { return Ok(Target::Module) };
    let ends_so = path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("wasm") || ending.eq_ignore_ascii_case("wat"));
    if what == "-" || ends_so || path.is_absolute() || what.starts_with('.') || what.contains('\\') {
        return Ok(Target::Module);
    }
    match scenario::find(what) {
        Some(scenario) => Ok(Target::Scenario(scenario)),
        None if path.exists() => Ok(Target::Module),
        None => Err(unknown(what)),
    }
}

/// The error for an unknown name, with suggestions: a command, a scenario or a file.
fn unknown(what: &str) -> anyhow::Error {
    let cli = Cli::command();
    let verbs: Vec<_> = cli.get_subcommands().filter(|verb| !verb.is_hide_set()).map(|verb| verb.get_name()).collect();
    let scenarios: Vec<_> = scenario::all().map(|scenario| scenario.id).collect();
    let files = files_beside(what);
    let files: Vec<_> = files.iter().map(String::as_str).collect();
    let near = [("command", &verbs), ("scenario", &scenarios), ("file", &files)];
    let near = near.iter().filter_map(|(kind, known)| Some(format!("the {kind} `{}`", suggest::nearest(what, known)?)));
    let mut near: Vec<_> = near.collect();
    if near.is_empty() && what.len() > 1 {
        let holding = scenarios.iter().filter(|id| id.contains(what)).take(3);
        near.extend(holding.map(|id| format!("the scenario `{id}`")));
    }
    match near.as_slice() {
        [] => anyhow!("no scenario or file `{what}`; `early-exit list` shows the scenarios"),
        near => anyhow!("no scenario or file `{what}`; did you mean {}?", near.join(" or ")),
    }
}

/// The modules in the folder of a path, named like the path.
fn files_beside(what: &str) -> Vec<String> {
    let folder = Path::new(what).parent().unwrap_or(Path::new(""));
    let looked_in = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = std::fs::read_dir(looked_in).into_iter().flatten().filter_map(Result::ok);
    let named = entries.filter_map(|entry| folder.join(entry.file_name()).to_str().map(str::to_owned));
    named.filter(|name| name.ends_with(".wasm") || name.ends_with(".wat")).take(1000).collect()
}
