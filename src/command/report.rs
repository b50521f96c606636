//! `report`: renders saved results.
use std::io::Write;
use std::path::Path;

use anyhow::{Result, bail, ensure};
use itertools::Itertools;

use super::{Status, Stdout};
use crate::analysis::break_even::Workload;
use crate::catalog::benchmark;
use crate::cli::{self, Format};
use crate::output::{csv, html, markdown, summary};
use crate::results::{AtomicFile, Document, ReportSet};

pub(crate) fn report(args: &cli::ReportArgs, out: &mut Stdout) -> Result<Status> {
    let workload = workload(args)?;
    let file = args.output.as_deref().map(AtomicFile::begin).transpose()?;
    let reports = read_reports(args)?;
    let text = match args.format {
        Format::Terminal => summary::shown(&reports, &workload),
        Format::Markdown => markdown::page(&reports, &workload),
        Format::Html => html::page(&reports, &workload),
        Format::Json => serde_json::to_string(&reports)? + "\n",
        Format::Csv if reports.reports.is_empty() => {
            bail!("no measurements in {}", args.files.iter().map(|path| path.display()).join(", "))
        }
        Format::Csv => csv::rows(&reports),
    };
    match file {
        Some(mut file) => {
            // A file is not a terminal: remove the colours.
            file.write_all(anstream::adapter::strip_str(&text).to_string().as_bytes())?;
            file.finish()?;
        }
        None => out.write_all(text.as_bytes())?,
    }
    Ok(Status::Passed)
}

/// The workload of the break-even table.
fn workload(args: &cli::ReportArgs) -> Result<Workload> {
    let kernel = args.kernel.clone();
    let mut kernels = benchmark::execute::ALL.iter().map(|kernel| kernel.id);
    let known = kernels.clone().join(", ");
    ensure!(kernels.contains(&&*kernel), "no kernel `{kernel}`; expected one of: {known}");
    Ok(Workload { kernel, exits: args.exits, functions: args.functions })
}

fn read_reports(args: &cli::ReportArgs) -> Result<ReportSet> {
    let output = args.output.as_ref().and_then(|path| path.canonicalize().ok());
    let is_output = |path: &Path| output.is_some() && path.canonicalize().ok() == output;
    let mut reports = ReportSet::default();
    for path in &args.files {
        ensure!(!is_output(path), "{} is both input and output; name another output file", path.display());
        reports.add(Document::read(path)?);
    }
    Ok(reports)
}
