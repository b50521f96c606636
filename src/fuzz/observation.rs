//! Observations of a random module on one backend, and what of them must agree.
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::{Deserialize, Serialize};

use crate::engine::embedding::{Invocation, Outcome};
use crate::run_module::ImportCalls;

/// The result of one action on a random module.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Observation {
    /// The action.
    pub action: Action,
    /// The outcome in a few words, without text of the engine.
    pub ended: String,
    /// Details that must agree across backends: values, calls of imports, memory and globals.
    pub with: Vec<String>,
    /// The engine's own message, which may differ between backends.
    pub said: Option<String>,
}

/// An action on a random module.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "doing", rename_all = "kebab-case")]
pub enum Action {
    /// Compiles the module.
    Compile,
    /// Instantiates the module.
    Instantiate,
    /// Calls an export of a new instance.
    Call {
        /// The export and its arguments.
        invocation: Invocation,
        /// Number of the import call that ends the guest, counted from 1; `None` for no exit.
        exit_at: Option<u64>,
    },
}

/// A hash of everything that must agree across backends. It is comparable only within one build.
pub fn digest(observations: &[Observation]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for observation in observations {
        (&observation.action, &observation.ended, &observation.with).hash(&mut hasher);
    }
    hasher.finish()
}

/// Whether the backend panicked, after which the process's state cannot be trusted.
pub fn has_panicked(observations: &[Observation]) -> bool {
    observations.iter().any(|observation| observation.ended == PANICKED)
}

pub(super) const PANICKED: &str = "panicked";

/// The observation of an outcome, of the calls of imports, and of exported state.
pub(super) fn observe(
    action: Action,
    outcome: &Outcome,
    calls: &ImportCalls,
    state: Vec<(String, String)>,
) -> Observation {
    let (ended, said, mut with) = match outcome {
        // Debug output distinguishes NaNs by their bits.
        Outcome::Returned(values) => {
            ("returned".into(), None, values.iter().map(|value| format!("{value:?}")).collect())
        }
        Outcome::Exited(code) => (format!("exited {code}"), None, vec![]),
        Outcome::Trapped(trap) => (format!("trapped: {trap}"), None, vec![]),
        Outcome::Panicked(message) => (PANICKED.into(), Some(message.clone()), vec![]),
        Outcome::Failed(message) => ("failed".into(), Some(message.clone()), vec![]),
    };
    with.push(format!("{} calls of imports, last {:?}", calls.made, calls.last));
    with.extend(state.into_iter().map(|(name, value)| format!("{name}: {value}")));
    Observation { action, ended, with, said }
}

/// The property that a detail of an observation shows, as [`observe`] writes details.
pub(crate) fn property(detail: &str) -> String {
    match detail.split_once(": ") {
        Some((name, _)) => format!("export {name}"),
        None if detail.contains("calls of imports") => "the calls of imports".into(),
        None => "what it returned".into(),
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compile => f.write_str("compile"),
            Self::Instantiate => f.write_str("instantiate"),
            Self::Call { exit_at: None, .. } => f.write_str("call"),
            Self::Call { exit_at: Some(_), .. } => f.write_str("call with an early exit"),
        }
    }
}
