//! The journal of a running measurement: if the program is killed, at most the current launch is lost.
//!
//! `FILE.journal` is written beside the report: first a line with the report without samples, then one line per launch.
//! At the end the report atomically replaces the old file, and the journal is deleted.
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
    /// Opens the journal of a report, and checks that the report can be written before anything is measured.
    ///
    /// # Errors
    /// When the report or the journal cannot be written.
    pub fn open(report: &Path) -> Result<Self> {
        AtomicFile::begin(report)?;
        let mut journal = report.as_os_str().to_owned();
        journal.push(".journal");
        let journal = PathBuf::from(journal);
        let file = File::create(&journal).with_context(|| format!("cannot write {}", journal.display()))?;
        Ok(Self { report: report.to_owned(), journal, file, launches: 0 })
    }

    /// Writes the report as it is before the first launch.
    ///
    /// # Errors
    /// When the journal cannot be written, usually because the disk is full.
    pub fn begin(&mut self, report: &Report) -> Result<()> {
        self.line(report)
    }

    /// Writes the cells of one launch, with the samples of this launch only.
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

    /// Writes the report and deletes the journal.
    ///
    /// # Errors
    /// When the report cannot be written. The old report and the journal stay.
    pub fn finish(mut self, report: &Report) -> Result<()> {
        write_whole(&self.report, report).with_context(|| {
            format!("cannot write {}; its samples are in {}", self.report.display(), self.journal.display())
        })?;
        self.launches = 0;
        Ok(())
    }
}

impl Drop for Journal {
    /// Deletes the journal unless it holds launches that are not in the report.
    fn drop(&mut self) {
        if self.launches == 0 {
            let _ = std::fs::remove_file(&self.journal);
        }
    }
}

/// Writes a document; an old file is replaced atomically.
///
/// # Errors
/// When the document cannot be written. The old file stays.
pub fn write_whole(path: &Path, document: &impl Serialize) -> Result<()> {
    let mut whole = AtomicFile::begin(path)?;
    serde_json::to_writer(&mut whole, document)?;
    whole.write_all(b"\n")?;
    whole.finish()
}

/// Reads the journal of a killed run as an incomplete report.
///
/// # Errors
/// When the journal's first line is not a report.
pub fn recover(journal: &str) -> Result<Report> {
    let mut lines = journal.lines();
    let mut report: Report =
        serde_json::from_str(lines.next().unwrap_or_default()).context("the first line is not a report")?;
    // The last line may be cut off; the lines before it are complete.
    for cells in lines.map_while(|line| serde_json::from_str::<Vec<CellRecord>>(line).ok()) {
        report.run.launches_completed += 1;
        report.add(cells);
    }
    report.run.complete = false;
    let RunInfo { launches, launches_completed, .. } = report.run;
    report.run.notes.push(format!("read from a journal: {launches_completed} of {launches} launches completed"));
    Ok(report)
}

impl Report {
    /// Appends the samples of a launch, and the metrics that are new. Every launch has the same cells in the same order.
    pub fn add(&mut self, launch: Vec<CellRecord>) {
        for (cell, new) in self.cells.iter_mut().zip(launch) {
            if cell.metrics.is_empty() {
                cell.metrics = new.metrics;
            }
            cell.launches.extend(new.launches);
            cell.skip_reason = cell.skip_reason.take().or(new.skip_reason);
        }
    }
}
