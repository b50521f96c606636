//! Observations of a random module on one backend.
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::{Deserialize, Serialize};

use super::generate::GeneratedModule;
use crate::engine::embedding::{Compiled, Embedding, Interface, Invocation, NotInstantiated, Outcome, panic_message};
use crate::run_module::exported_state::left_behind;
use crate::run_module::{ExitAt, ImportCalls, Stubs};

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

/// Compiles, instantiates and calls a module, up to the first failure. `about_to` gets each action before it starts.
pub fn trial(
    engine: &dyn Embedding,
    generated: &GeneratedModule,
    mut about_to: impl FnMut(&Action),
) -> Vec<Observation> {
    about_to(&Action::Compile);
    let compiled = match catch_unwind(AssertUnwindSafe(|| engine.compile(&generated.wasm))) {
        Ok(Ok(compiled)) => compiled,
        Ok(Err(error)) => return vec![failed(Action::Compile, "refused", format!("{error:#}"))],
        Err(panic) => return vec![failed(Action::Compile, PANICKED, panic_message(&*panic).to_owned())],
    };
    let mut observations =
        vec![Observation { action: Action::Compile, ended: "compiled".into(), with: vec![], said: None }];
    let interface = match Interface::read(&generated.wasm) {
        Ok(interface) => interface,
        Err(error) => return vec![failed(Action::Compile, "no module", error.to_string())],
    };
    for invocation in &generated.calls {
        let mut call_export = |exit_at| {
            about_to(&Action::Call { invocation: invocation.clone(), exit_at });
            let stubs = Stubs::new(exit_at.map(|nth| ExitAt { import: None, nth }));
            (call(&*compiled, &interface, invocation, exit_at, &stubs), stubs.calls().made)
        };
        let (observation, calls) = call_export(None);
        let not_instantiated = observation.action == Action::Instantiate;
        observations.push(observation);
        // A module that fails to instantiate once fails again.
        if not_instantiated {
            break;
        }
        if calls > 0 {
            let nth = 1 + generated.exit_at % calls;
            observations.push(call_export(Some(nth)).0);
        }
    }
    observations
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

const PANICKED: &str = "panicked";

fn failed(action: Action, ended: &str, message: String) -> Observation {
    Observation { action, ended: ended.into(), with: vec![], said: Some(message) }
}

fn call(
    compiled: &dyn Compiled,
    interface: &Interface,
    invocation: &Invocation,
    exit_at: Option<u64>,
    stubs: &Stubs,
) -> Observation {
    let action = Action::Call { invocation: invocation.clone(), exit_at };
    let mut instance = match catch_unwind(AssertUnwindSafe(|| compiled.instantiate(stubs.host()))) {
        Ok(Ok(instance)) => instance,
        Ok(Err(NotInstantiated::Start(outcome))) => {
            // The called export does not matter if the start function ends the guest, but the exiting import call does.
            let action = if exit_at.is_some() { action } else { Action::Instantiate };
            return observe(action, &outcome, &stubs.calls(), vec![]);
        }
        Ok(Err(NotInstantiated::Unlinked(error))) => {
            return failed(Action::Instantiate, "not linked", format!("{error:#}"));
        }
        Err(panic) => return failed(Action::Instantiate, PANICKED, panic_message(&*panic).to_owned()),
    };
    let outcome = instance.call(&invocation.export, &invocation.arguments);
    let state = left_behind(interface, &mut *instance);
    observe(action, &outcome, &stubs.calls(), state)
}

fn observe(action: Action, outcome: &Outcome, calls: &ImportCalls, state: Vec<(String, String)>) -> Observation {
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
