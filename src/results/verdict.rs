//! The verdict of a scenario on a variant.
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::engine::known_issue::KnownIssue;
use crate::escape::escaped_lines;

/// What a scenario gave on a subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Verdict {
    /// The transcript is as the script has it.
    Passed,
    /// It is not.
    Failed {
        /// Where it left the script, or what kept it from going on.
        why: String,
    },
    /// It is not, and we know why.
    KnownDivergence {
        /// What came instead.
        came: String,
        /// Why.
        reason: String,
        /// Where upstream speaks of it.
        upstream: String,
    },
    /// The backend never does this.
    Unsupported {
        /// Why not.
        why: String,
    },
    /// The worker died, or panicked.
    Crashed {
        /// The signal, the exit status or the panic; and the last that it said.
        how: String,
    },
    /// The worker did not answer within the time that it was given, and was killed.
    TimedOut {
        /// Which limit.
        limit: String,
    },
    /// The worker held more memory than it was given, and was killed.
    OverMemory {
        /// Which limit.
        limit: String,
    },
}

impl Verdict {
    /// A deviation that a known issue explains.
    pub fn known(came: String, issue: &KnownIssue) -> Self {
        Self::KnownDivergence { came, reason: issue.reason.into(), upstream: issue.upstream.into() }
    }

    /// Whether it lets a check fail.
    pub fn is_bad(&self) -> bool {
        matches!(self, Self::Failed { .. }) || self.loses_the_worker()
    }

    /// Whether it says that a limit was reached, and nothing of what the backend would have done.
    pub fn is_limit(&self) -> bool {
        matches!(self, Self::TimedOut { .. } | Self::OverMemory { .. })
    }

    /// Whether the worker is gone, or not to be trusted any more.
    pub fn loses_the_worker(&self) -> bool {
        matches!(self, Self::Crashed { .. }) || self.is_limit()
    }

    /// A word for a table's cell.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed { .. } => "FAILED",
            Self::KnownDivergence { .. } => "diverges",
            Self::Unsupported { .. } => "n/a",
            Self::Crashed { .. } => "CRASHED",
            Self::TimedOut { .. } => "TIMED OUT",
            Self::OverMemory { .. } => "OVER MEMORY",
        }
    }

    /// The reason, where there is one, as it can be shown on a terminal.
    pub fn reason(&self) -> Option<String> {
        let reason = match self {
            Self::Passed => return None,
            Self::Failed { why } | Self::Unsupported { why } => why,
            Self::KnownDivergence { came, reason, upstream } => &format!("{reason} ({upstream}); came: {came}"),
            Self::Crashed { how } => how,
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

/// A scenario, played on a subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScenarioResult {
    /// The scenario's id.
    pub scenario: String,
    /// The subject's place among the report's subjects.
    pub subject: usize,
    /// What it gave.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// What was said, as far as it got.
    pub transcript: Vec<String>,
    /// How long it took, in milliseconds; for orientation, not a measurement.
    pub took_ms: f64,
    /// What else a reader should know: that a known divergence did not show, mostly.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<String>,
}
