//! The verdict of a scenario on a variant.
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::engine::known_issue::KnownIssue;
use crate::escape::escaped_lines;

/// The verdict of a scenario on a variant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Verdict {
    /// The transcript is as expected.
    Passed,
    /// The transcript differs.
    Failed {
        /// The first difference, or the error.
        reason: String,
    },
    /// The transcript differs as a known issue describes.
    KnownIssue {
        /// The actual behaviour.
        observed: String,
        /// The issue.
        reason: String,
        /// The upstream report.
        upstream: String,
    },
    /// The backend does not support the scenario.
    Unsupported {
        /// Why not.
        reason: String,
    },
    /// The worker crashed or panicked.
    Crashed {
        /// The signal, exit status or panic, and the last line of output.
        reason: String,
    },
    /// The worker exceeded a time limit and was killed.
    TimedOut {
        /// The limit.
        limit: String,
    },
    /// The worker exceeded the memory limit and was killed.
    OverMemory {
        /// The limit.
        limit: String,
    },
}

impl Verdict {
    /// A difference that a known issue describes.
    pub fn known(observed: String, issue: &KnownIssue) -> Self {
        Self::KnownIssue { observed, reason: issue.reason.into(), upstream: issue.upstream.into() }
    }

    /// Whether it fails the check.
    pub fn is_bad(&self) -> bool {
        matches!(self, Self::Failed { .. }) || self.loses_the_worker()
    }

    /// Whether a limit was exceeded, so that the backend's behaviour is unknown.
    pub fn is_limit(&self) -> bool {
        matches!(self, Self::TimedOut { .. } | Self::OverMemory { .. })
    }

    /// Whether the worker cannot be used any more.
    pub fn loses_the_worker(&self) -> bool {
        matches!(self, Self::Crashed { .. }) || self.is_limit()
    }

    /// The word for a table cell.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed { .. } => "FAILED",
            Self::KnownIssue { .. } => "known issue",
            Self::Unsupported { .. } => "n/a",
            Self::Crashed { .. } => "CRASHED",
            Self::TimedOut { .. } => "TIMED OUT",
            Self::OverMemory { .. } => "OVER MEMORY",
        }
    }

    /// The explanation, safe for a terminal.
    pub fn reason(&self) -> Option<String> {
        let reason = match self {
            Self::Passed => return None,
            Self::Failed { reason } | Self::Unsupported { reason } | Self::Crashed { reason } => reason,
            Self::KnownIssue { observed, reason, upstream } => &format!("{reason} ({upstream}); observed: {observed}"),
            Self::TimedOut { limit } | Self::OverMemory { limit } => limit,
        };
        Some(escaped_lines(reason))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason() {
            Some(reason) => write!(f, "{}: {reason}", self.word()),
            None => f.write_str(self.word()),
        }
    }
}

/// The result of a scenario on a variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScenarioResult {
    /// The scenario's id.
    pub scenario: String,
    /// The index of the variant.
    pub variant: usize,
    /// The verdict.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// The transcript, up to the first difference.
    pub transcript: Vec<String>,
    /// The duration in milliseconds; not a measurement.
    pub elapsed_ms: f64,
    /// A known issue that no longer occurs: `check --strict` fails for it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<String>,
}
