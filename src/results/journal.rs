//! A report on its way: written as it grows, so that whatever ends the program loses at most the current launch.
//!
//! `FILE.journal` lies beside the report from the start: a line with the report as far as it is known, then a line for
//! each launch. The report itself replaces an older one at the end, whole or not at all; then the journal goes.
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;

use super::{AtomicFile, CellRecord, Report, RunInfo};

/// The journal of a report that is being measured.
pub struct Journal {
    report: PathBuf,
    journal: PathBuf,
    file: File,
    launches: u32,
}

impl Journal {
    /// Opens the journal of a report. What cannot be written is found here, before anything is measured.
    ///
    /// # Errors
    /// When nothing can be written there.
    pub fn open(report: &Path) -> Result<Self> {
        AtomicFile::begin(report)?;
        let mut journal = report.as_os_str().to_owned();
        journal.push(".journal");
        let journal = PathBuf::from(journal);
        let file = File::create(&journal).with_context(|| format!("cannot write {}", journal.display()))?;
        Ok(Self { report: report.to_owned(), journal, file, launches: 0 })
    }

    /// Notes the report as far as it is known, before the first launch.
    ///
    /// # Errors
    /// When it cannot be written: a full disk, mostly.
    pub fn begin(&mut self, report: &Report) -> Result<()> {
        self.line(report)
    }

    /// Notes what a launch gave: the cells with the samples of that launch alone.
    ///
    /// # Errors
    /// As [`begin`](Self::begin).
    pub fn launch(&mut self, cells: &[CellRecord]) -> Result<()> {
        self.line(&cells)?;
        self.launches += 1;
        Ok(())
    }

    fn line(&mut self, what: &impl Serialize) -> Result<()> {
        let mut line = serde_json::to_vec(what)?;
        line.push(b'\n');
        self.file.write_all(&line).with_context(|| format!("cannot write {}", self.journal.display()))
    }

    /// Writes the report in place of an older one, and lets the journal go.
    ///
    /// # Errors
    /// When it cannot be written; the older report and the journal stay then.
    pub fn finish(mut self, report: &Report) -> Result<()> {
        write_whole(&self.report, report).with_context(|| {
            format!("cannot write {}; its samples are in {}", self.report.display(), self.journal.display())
        })?;
        self.launches = 0;
        Ok(())
    }
}

impl Drop for Journal {
    /// A journal that holds no launch, or whose launches are in the report, is of no use.
    fn drop(&mut self) {
        if self.launches == 0 {
            let _ = std::fs::remove_file(&self.journal);
        }
    }
}

/// Writes a document in place of an older one, whole or not at all.
///
/// # Errors
/// When it cannot be written; what was there stays then.
pub fn write_whole(path: &Path, document: &impl Serialize) -> Result<()> {
    let mut whole = AtomicFile::begin(path)?;
    serde_json::to_writer(&mut whole, document)?;
    whole.write_all(b"\n")?;
    whole.finish()
}

/// Reads what a journal holds, as a report that is not complete: for whoever was killed before the end.
///
/// # Errors
/// When the journal's first line is no report.
pub fn recover(journal: &str) -> Result<Report> {
    let mut lines = journal.lines();
    let mut report: Report = serde_json::from_str(lines.next().unwrap_or_default()).context("no report begins here")?;
    // The last line may be cut off; what stands before it is whole.
    for cells in lines.map_while(|line| serde_json::from_str::<Vec<CellRecord>>(line).ok()) {
        report.run.launches_made += 1;
        report.add(cells);
    }
    report.run.complete = false;
    let RunInfo { launches, launches_made, .. } = report.run;
    report.run.notes.push(format!("read from a journal: {launches_made} of {launches} launches were made"));
    Ok(report)
}

impl Report {
    /// Adds what a launch gave. Cells are the same in every launch, and in the same order.
    pub fn add(&mut self, launch: Vec<CellRecord>) {
        for (cell, new) in self.cells.iter_mut().zip(launch) {
            cell.launches.extend(new.launches);
            cell.trouble = cell.trouble.take().or(new.trouble);
        }
    }
}
