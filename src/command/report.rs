//! `report`: renders saved results.
use std::io::Write;
use std::path::Path;

use anyhow::{Result, bail, ensure};

use super::{Status, Stdout};
use crate::analysis::break_even::Workload;
use crate::catalog::benchmark;
use crate::cli::{self, Format};
use crate::output::{csv, html, markdown, summary};
use crate::results::{AtomicFile, Document, ReportSet};

pub(crate) fn report(asked: &cli::ReportArgs, out: &mut Stdout) -> Result<Status> {
    let job = job(asked)?;
    let place = asked.output.as_deref().map(AtomicFile::begin).transpose()?;
    let gathered = gathered(asked)?;
    let text = match asked.format {
        Format::Terminal => summary::shown(&gathered, &job),
        Format::Markdown => markdown::page(&gathered, &job),
        Format::Html => html::page(&gathered, &job),
        Format::Json => serde_json::to_string(&gathered)? + "\n",
        Format::Csv if gathered.reports.is_empty() => bail!("there are no times in {}", named(asked)),
        Format::Csv => csv::rows(&gathered),
    };
    match place {
        Some(mut place) => {
            // Nobody's terminal: nothing is painted in a file.
            place.write_all(anstream::adapter::strip_str(&text).to_string().as_bytes())?;
            place.finish()?;
        }
        None => out.write_all(text.as_bytes())?,
    }
    Ok(Status::Held)
}

fn named(asked: &cli::ReportArgs) -> String {
    asked.files.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

/// The job of the break-even.
fn job(asked: &cli::ReportArgs) -> Result<Workload> {
    let kernels = || benchmark::execute::ALL.iter().map(|kernel| kernel.id);
    ensure!(
        kernels().any(|kernel| kernel == asked.kernel),
        "no kernel `{}`; there are: {}",
        asked.kernel,
        kernels().collect::<Vec<_>>().join(", ")
    );
    Ok(Workload { kernel: asked.kernel.clone(), exits: asked.exits, functions: asked.functions })
}

fn gathered(asked: &cli::ReportArgs) -> Result<ReportSet> {
    let written = asked.output.as_ref().and_then(|path| path.canonicalize().ok());
    let same = |path: &Path| written.is_some() && path.canonicalize().ok() == written;
    let mut gathered = ReportSet::default();
    for path in &asked.files {
        ensure!(!same(path), "{} is to be read; name another file to write", path.display());
        gathered.add(Document::read(path)?);
    }
    Ok(gathered)
}
