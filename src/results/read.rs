//! Reads result documents, and rejects anything else with a one-line error.
use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde::Deserialize;
use serde_json::error::Category;

use super::{CheckResult, Report, ReportSet, VERSION, journal};
use crate::escape::escaped;

/// The size limit of a document.
const LARGEST: u64 = 256 << 20;

/// A document.
#[derive(Debug, Clone, PartialEq)]
pub enum Document {
    /// The output of `measure -o`, or the journal of a killed run.
    Report(Box<Report>),
    /// The output of `check --json`.
    Check(CheckResult),
    /// The output of `report --format json`: reports and check results.
    Set(ReportSet),
}

impl Document {
    /// Reads and validates a file.
    ///
    /// # Errors
    /// When the file cannot be read or is not a valid document. The error names the file and the location in it.
    pub fn read(path: &Path) -> Result<Self> {
        let shown = || if path == Path::new("-") { "standard input".into() } else { path.display().to_string() };
        content(path).and_then(|text| Self::parse(&text)).with_context(shown)
    }

    /// Reads and validates a text.
    ///
    /// # Errors
    /// When the text is not a valid document. The error names the location.
    pub fn parse(text: &str) -> Result<Self> {
        // The error quotes the file, which may contain line breaks.
        Self::parsed(text).map_err(|error| anyhow!(escaped(&format!("{error:#}")).into_owned()))
    }

    fn parsed(text: &str) -> Result<Self> {
        ensure!(!text.trim().is_empty(), "is empty");
        // Reads the first value only, because a journal has more. The kind of document follows from its fields.
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<DocumentKind>();
        let kind = values.next().unwrap_or(Ok(DocumentKind::default())).map_err(explained)?;
        let rest = text.get(values.byte_offset()..).unwrap_or_default();
        match kind.version {
            None => bail!("is not a document of this program: it has no `version`"),
            Some(1 | VERSION) => {}
            Some(other) if other > VERSION => {
                bail!("has version {other}; this build reads version {VERSION} and older: use a newer build")
            }
            Some(other) => bail!("has version {other}, which is too old: measure again"),
        }
        let text = if kind.version == Some(1) { &upgrade(text) } else { text };
        let mut document = if kind.reports.is_some() {
            Self::Set(serde_json::from_str(text).map_err(explained)?)
        } else if kind.results.is_some() {
            Self::Check(serde_json::from_str(text).map_err(explained)?)
        } else if kind.cells.is_some() && !rest.trim().is_empty() {
            Self::Report(Box::new(journal::recover(text)?))
        } else if kind.cells.is_none() || kind.changed_verdicts.is_some() {
            bail!("is no report; give a file of `measure -o`, `check --json` or `report --format json`")
        } else {
            Self::Report(Box::new(serde_json::from_str(text).map_err(explained)?))
        };
        match &mut document {
            Self::Report(report) => report.validate(),
            Self::Check(check_result) => check_result.validate(),
            Self::Set(report_set) => report_set.validate(),
        }?;
        Ok(document)
    }
}

impl Report {
    /// Reads a report, or the journal of a killed run as an incomplete report, and validates it.
    ///
    /// # Errors
    /// When the file cannot be read or is not a report. The error names the file and the location in it.
    pub fn read(path: &Path) -> Result<Self> {
        let name = path.display();
        match Document::read(path)? {
            Document::Report(report) => Ok(*report),
            Document::Check(_) => bail!("{name}: is the output of `check --json`, not a report"),
            Document::Set(_) => bail!("{name}: is the output of `report --format json`; name one of its reports"),
        }
    }
}

/// The fields that distinguish the documents.
#[derive(Default, Deserialize)]
struct DocumentKind {
    version: Option<u32>,
    cells: Option<serde::de::IgnoredAny>,
    #[serde(alias = "played")]
    results: Option<serde::de::IgnoredAny>,
    reports: Option<serde::de::IgnoredAny>,
    changed_verdicts: Option<serde::de::IgnoredAny>,
}

/// What version 1 called the fields of version 2, and their values where these changed.
const VERSION_1: &[(&str, &str)] = &[
    ("\"version\":1,", "\"version\":2,"),
    ("\"version\": 1,", "\"version\": 2,"),
    ("\"known-divergence\"", "\"known-issue\""),
    ("\"trouble\":\"lost\"", "\"kind\":\"worker-lost\""),
    ("\"trouble\": \"lost\"", "\"kind\": \"worker-lost\""),
    ("\"trouble\":\"", "\"kind\":\""),
    ("\"trouble\": \"", "\"kind\": \""),
    ("\"trouble\":", "\"skip_reason\":"),
    ("\"subjects\":", "\"variants\":"),
    ("\"subject\":", "\"variant\":"),
    ("\"about\":", "\"backend_info\":"),
    ("\"twin_of\":", "\"control_of\":"),
    ("\"held_against\":", "\"baseline\":"),
    ("\"began\":", "\"started_at\":"),
    ("\"took_seconds\":", "\"elapsed_seconds\":"),
    ("\"launches_made\":", "\"launches_completed\":"),
    ("\"again\":", "\"confirmation\":"),
    ("\"address\":", "\"cell_id\":"),
    ("\"at\":", "\"parameter\":"),
    ("\"handicap\":", "\"injected_slowdown\":"),
    ("\"facts\":", "\"metrics\":"),
    ("\"played\":", "\"results\":"),
    ("\"took_ms\":", "\"elapsed_ms\":"),
    ("\"came\":", "\"observed\":"),
    ("\"why\":", "\"reason\":"),
    ("\"how\":", "\"reason\":"),
    ("\"checked\":", "\"checks\":"),
];

/// Renames the fields of a document of version 1. A quote inside a JSON string is escaped, so only keys match.
fn upgrade(text: &str) -> String {
    VERSION_1.iter().fold(text.to_owned(), |text, (old, new)| text.replace(old, new))
}

fn content(path: &Path) -> Result<String> {
    let from: Box<dyn Read> = if path == Path::new("-") {
        Box::new(std::io::stdin().lock())
    } else {
        let file = File::open(path).context("cannot be read")?;
        ensure!(!file.metadata().context("cannot be read")?.is_dir(), "is a directory");
        Box::new(file)
    };
    // A pipe has no length, so the limit applies to the bytes read.
    let mut bytes = Vec::new();
    from.take(LARGEST + 1).read_to_end(&mut bytes).context("cannot be read")?;
    ensure!(bytes.len() as u64 <= LARGEST, "is larger than {} MiB", LARGEST >> 20);
    String::from_utf8(bytes).map_err(|_| anyhow!("is not a text file"))
}

/// An error of serde as one line.
fn explained(error: serde_json::Error) -> anyhow::Error {
    let what = match error.classify() {
        Category::Eof => "is truncated",
        Category::Syntax => "is not JSON",
        Category::Data | Category::Io => "is not a document of this program",
    };
    anyhow!("{what}: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::validate::tests::{any_report, report};
    use crate::results::{SkipReason, Verdict};
    use proptest::prelude::*;

    fn rejected(text: &str) -> String {
        let error = format!("{:#}", Document::parse(text).unwrap_err());
        assert_eq!(error.lines().count(), 1, "{error}");
        error
    }

    #[test]
    fn a_written_report_is_read_back() {
        let report = report();
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(Document::parse(&text).unwrap(), Document::Report(Box::new(report)));
    }

    #[test]
    fn version_1_is_read_as_version_2() {
        let mut new = report();
        new.cells[0].skip_reason = Some(SkipReason::WorkerLost { reason: "\"why\": no".into() });
        new.cells[1].skip_reason = Some(SkipReason::TooSlow { needs_seconds: None });
        let to_old = |text: String| VERSION_1.iter().rev().fold(text, |text, (old, new)| text.replace(new, old));
        let old = to_old(serde_json::to_string(&new).unwrap());
        assert!(old.contains("\"version\":1,") && old.contains("\"subjects\":") && !old.contains("cell_id"), "{old}");
        assert_eq!(Document::parse(&old).unwrap(), Document::Report(Box::new(new)));

        let result = |verdict| format!(r#"{{"scenario":"x","subject":0,"transcript":[],"took_ms":1.0,{verdict}}}"#);
        let known = r#""verdict":"known-divergence","came":"a","reason":"b","upstream":"c""#;
        let subjects = serde_json::to_string(&report().variants[..1]).unwrap();
        let old = format!(r#"{{"version": 1, "subjects": {subjects}, "absent": [], "played": [{}]}}"#, result(known));
        let Document::Check(read) = Document::parse(&old).unwrap() else { panic!("not a check") };
        assert!(matches!(read.results[0].verdict, Verdict::KnownIssue { .. }) && read.version == VERSION);
    }

    #[test]
    fn a_journal_is_an_incomplete_report() {
        let mut whole = report();
        let launch = serde_json::to_string(&whole.cells).unwrap();
        whole.cells.iter_mut().for_each(|cell| cell.launches.clear());
        whole.run.launches_completed = 0;
        let text = format!("{}\n{launch}\n{}", serde_json::to_string(&whole).unwrap(), &launch[..20]);
        let Document::Report(read) = Document::parse(&text).unwrap() else { panic!("not a report") };
        assert_eq!((read.run.complete, read.run.launches_completed), (false, 1));
        assert_eq!(read.cells, report().cells);
    }

    #[test]
    fn invalid_documents_are_rejected_in_one_line() {
        let text = serde_json::to_string(&report()).unwrap();
        assert!(rejected("").contains("is empty") && rejected(" \n").contains("is empty"));
        assert!(rejected(&text[..text.len() / 2]).contains("truncated"));
        assert!(rejected("nonsense").contains("not JSON: expected ident at line 1 column 2"));
        assert!(rejected("[1, 2]").contains("not a document of this program"));
        assert!(rejected("{}").contains("no `version`"));
        assert!(rejected("{\"version\": 2, \"cells\": []}").contains("missing field `machine`"));
        // What other commands write.
        assert!(rejected("{\"version\": 2, \"runs\": []}").contains("is no report"));
        assert!(rejected("{\"version\": 2, \"changed_verdicts\": [], \"cells\": []}").contains("is no report"));
        assert!(rejected(&text.replace("\"version\":2,", "\"version\":7,")).contains("version 7"));
        assert!(rejected(&text.replace("\"version\":2,", "\"version\":0,")).contains("measure again"));
        assert!(rejected(&text.replace("[100.0", "[1e999")).contains("out of range"));
        assert!(rejected(&text.replace("[100.0", "[null")).contains("invalid type: null"));
        assert!(rejected(&text.replace("[100.0", "[-5.0")).contains("a time of -5 ns"));
    }

    #[test]
    fn quotes_from_a_file_do_not_break_the_line() {
        // Found by `scripts/fuzz-parsers`.
        let result = r#"{"scenario":"x","variant":0,"transcript":[],"elapsed_ms":1,"verdict":"kno\n-issue"}"#;
        let error = rejected(&format!(r#"{{"version":2,"variants":[],"absent":[],"results":[{result}]}}"#));
        assert!(error.contains(r"kno\n-issue"), "{error}");
    }

    #[test]
    fn errors_name_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = |path: &Path| format!("{:#}", Report::read(path).unwrap_err());
        assert!(error(folder.path()).contains("is a directory") || cfg!(windows));
        let missing = folder.path().join("missing.json");
        assert!(error(&missing).starts_with(&format!("{}: cannot be read", missing.display())));
        std::fs::write(&missing, [0xff, 0xfe]).unwrap();
        assert!(error(&missing).contains("is not a text file"));
    }

    proptest! {
        #[test]
        fn no_input_panics(text in ".{0,200}") {
            let _ = Document::parse(&text);
        }

        #[test]
        fn a_truncated_report_is_rejected(share in 0.0..1.0f64) {
            let text = serde_json::to_string(&report()).unwrap();
            let at = (share * text.len() as f64) as usize;
            prop_assert!(Document::parse(&text[..at]).is_err());
        }

        #[test]
        fn any_report_is_read_back(report in any_report()) {
            // Floats can change by one ulp when written and read.
            let text = serde_json::to_string(&report).unwrap();
            let Document::Report(read) = Document::parse(&text).unwrap() else { panic!("not a report") };
            prop_assert_eq!((&read.variants, &read.run, read.cells.len()), (&report.variants, &report.run, report.cells.len()));
        }
    }
}
