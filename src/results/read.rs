//! Reads the documents that this program wrote, and says in one line what is wrong with anything else.
use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde::Deserialize;
use serde_json::error::Category;

use super::{CheckResult, Report, ReportSet, VERSION, journal};
use crate::escape::escaped;

/// More than any run writes: a file beyond it is something else.
const LARGEST: u64 = 256 << 20;

/// What a file holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Document {
    /// What `measure -o` wrote, or the journal of a run that was killed.
    Report(Box<Report>),
    /// What `check --json` printed.
    Checked(CheckResult),
    /// What `report --format json` wrote: several of both.
    Gathered(ReportSet),
}

impl Document {
    /// Reads a file, and makes sure that what it says can be.
    ///
    /// # Errors
    /// When it cannot be read, or is none of the documents; names the file, and the place in it.
    pub fn read(path: &Path) -> Result<Self> {
        let shown = || if path == Path::new("-") { "standard input".into() } else { path.display().to_string() };
        content(path).and_then(|text| Self::parse(&text)).with_context(shown)
    }

    /// The same for what a file holds.
    ///
    /// # Errors
    /// When it is none of the documents; names the place.
    pub fn parse(text: &str) -> Result<Self> {
        // What a file says is quoted where it is refused, line breaks and all.
        Self::parsed(text).map_err(|error| anyhow!(escaped(&format!("{error:#}")).into_owned()))
    }

    fn parsed(text: &str) -> Result<Self> {
        ensure!(!text.trim().is_empty(), "is empty");
        // The first value, since a journal goes on after it; the kinds are told apart by what only they have.
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<DocumentKind>();
        let kind = values.next().unwrap_or(Ok(DocumentKind::default())).map_err(explained)?;
        let rest = text.get(values.byte_offset()..).unwrap_or_default();
        match kind.version {
            None => bail!("is no document of this program: it has no `version`"),
            Some(VERSION) => {}
            Some(other) if other > VERSION => {
                bail!("is of version {other}, and this program knows no later one than {VERSION}: take a newer build")
            }
            Some(other) => bail!("is of version {other}, and this program reads {VERSION}: measure again"),
        }
        let mut document = if kind.reports.is_some() {
            Self::Gathered(serde_json::from_str(text).map_err(explained)?)
        } else if kind.played.is_some() {
            Self::Checked(serde_json::from_str(text).map_err(explained)?)
        } else if kind.cells.is_some() && !rest.trim().is_empty() {
            Self::Report(Box::new(journal::recover(text)?))
        } else {
            Self::Report(Box::new(serde_json::from_str(text).map_err(explained)?))
        };
        document.validate()?;
        Ok(document)
    }

    fn validate(&mut self) -> Result<()> {
        match self {
            Self::Report(report) => report.validate()?,
            Self::Checked(checked) => checked.validate()?,
            Self::Gathered(gathered) => gathered.validate()?,
        }
        Ok(())
    }
}

impl Report {
    /// Reads what `measure -o` wrote, or the journal of such a run that was killed, and makes sure that what it says
    /// can be. Such a report is not complete, and has no notes.
    ///
    /// # Errors
    /// When it cannot be read, or is no report; names the file, and the place in it.
    pub fn read(path: &Path) -> Result<Self> {
        match Document::read(path)? {
            Document::Report(report) => Ok(*report),
            Document::Checked(_) => Err(anyhow!("{}: is what `check --json` wrote, and no report", path.display())),
            Document::Gathered(_) => {
                Err(anyhow!("{}: is what `report --format json` wrote; name one of its reports", path.display()))
            }
        }
    }
}

/// What tells the documents apart.
#[derive(Default, Deserialize)]
struct DocumentKind {
    version: Option<u32>,
    cells: Option<serde::de::IgnoredAny>,
    played: Option<serde::de::IgnoredAny>,
    reports: Option<serde::de::IgnoredAny>,
}

fn content(path: &Path) -> Result<String> {
    let from: Box<dyn Read> = if path == Path::new("-") {
        Box::new(std::io::stdin().lock())
    } else {
        let file = File::open(path).context("cannot be read")?;
        let about = file.metadata().context("cannot be read")?;
        ensure!(!about.is_dir(), "is a folder; name a file in it");
        Box::new(file)
    };
    // Asked of what was read, since a pipe has no length.
    let mut bytes = Vec::new();
    from.take(LARGEST + 1).read_to_end(&mut bytes).context("cannot be read")?;
    ensure!(
        bytes.len() as u64 <= LARGEST,
        "is larger than {} MiB, which no document of this program is",
        LARGEST >> 20
    );
    String::from_utf8(bytes).map_err(|_| anyhow!("is no text, so no document of this program"))
}

/// What serde has to say, with the place in front where there is one.
fn explained(error: serde_json::Error) -> anyhow::Error {
    let what = match error.classify() {
        Category::Eof => "it is cut off",
        Category::Syntax => "is no JSON",
        Category::Data | Category::Io => "is no document of this program",
    };
    anyhow!("{what}: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::validate::tests::{any_report, report};
    use proptest::prelude::*;

    fn refused(text: &str) -> String {
        let told = format!("{:#}", Document::parse(text).unwrap_err());
        assert_eq!(told.lines().count(), 1, "{told}");
        told
    }

    #[test]
    fn what_was_written_is_read() {
        let report = report();
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(Document::parse(&text).unwrap(), Document::Report(Box::new(report)));
    }

    #[test]
    fn a_journal_is_a_report_that_is_not_complete() {
        let mut whole = report();
        let launch = serde_json::to_string(&whole.cells).unwrap();
        whole.cells.iter_mut().for_each(|cell| cell.launches.clear());
        whole.run.launches_made = 0;
        let text = format!("{}\n{launch}\n{}", serde_json::to_string(&whole).unwrap(), &launch[..20]);
        let Document::Report(read) = Document::parse(&text).unwrap() else { panic!("it is a report") };
        assert_eq!((read.run.complete, read.run.launches_made), (false, 1));
        assert_eq!(read.cells, report().cells);
    }

    #[test]
    fn anything_else_is_refused_in_one_line() {
        let text = serde_json::to_string(&report()).unwrap();
        assert!(refused("").contains("is empty") && refused(" \n").contains("is empty"));
        assert!(refused(&text[..text.len() / 2]).contains("cut off"));
        assert!(refused("nonsense").contains("no JSON: expected ident at line 1 column 2"));
        assert!(refused("[1, 2]").contains("no document of this program"));
        assert!(refused("{}").contains("no `version`"));
        assert!(refused("{\"version\": 1}").contains("missing field `machine`"));
        assert!(refused(&text.replace("\"version\":1,", "\"version\":7,")).contains("version 7"));
        assert!(refused(&text.replace("\"version\":1,", "\"version\":0,")).contains("measure again"));
        assert!(refused(&text.replace("[100.0", "[1e999")).contains("out of range"));
        assert!(refused(&text.replace("[100.0", "[null")).contains("invalid type: null"));
        assert!(refused(&text.replace("[100.0", "[-5.0")).contains("a time of -5 ns"));
    }

    #[test]
    fn what_is_quoted_from_a_file_breaks_no_line() {
        // Found by `scripts/fuzz-parsers`.
        let played = r#"{"scenario":"x","subject":0,"transcript":[],"took_ms":1,"verdict":"kno\n-divergence"}"#;
        let told = refused(&format!(r#"{{"version":1,"subjects":[],"absent":[],"played":[{played}]}}"#));
        assert!(told.contains(r"kno\n-divergence") && told.lines().count() == 1, "{told}");
    }

    #[test]
    fn the_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let told = |path: &Path| format!("{:#}", Report::read(path).unwrap_err());
        assert!(told(folder.path()).contains("is a folder") || cfg!(windows));
        let missing = folder.path().join("missing.json");
        assert!(told(&missing).starts_with(&format!("{}: cannot be read", missing.display())));
        std::fs::write(&missing, [0xff, 0xfe]).unwrap();
        assert!(told(&missing).contains("is no text"));
    }

    proptest! {
        #[test]
        fn nothing_that_is_fed_panics(text in ".{0,200}") {
            let _ = Document::parse(&text);
        }

        #[test]
        fn what_is_cut_anywhere_is_refused(share in 0.0..1.0f64) {
            let text = serde_json::to_string(&report()).unwrap();
            let at = (share * text.len() as f64) as usize;
            prop_assert!(Document::parse(&text[..at]).is_err());
        }

        #[test]
        fn what_can_be_is_read_back(report in any_report()) {
            // Once written, a number may be read as its neighbour.
            let text = serde_json::to_string(&report).unwrap();
            let Document::Report(read) = Document::parse(&text).unwrap() else { panic!("it is a report") };
            prop_assert_eq!((&read.subjects, &read.run, read.cells.len()), (&report.subjects, &report.run, report.cells.len()));
        }
    }
}
