//! What one backend does with a random module.
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::{Deserialize, Serialize};

use super::generate::GeneratedModule;
use crate::engine::embedding::{Compiled, Embedding, NotInstantiated, Outcome, panic_message};
use crate::run_module::exported_state::left_behind;
use crate::run_module::{ExitAt, ImportCalls, Interface, Invocation, Stubs};

/// What was seen of a random module on a backend.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Observation {
    /// While doing this.
    pub doing: Action,
    /// How it ended, in a few words that hold for others too.
    pub ended: String,
    /// What else is to be the same: values, calls of imports, memory and globals.
    pub with: Vec<String>,
    /// What the engine said, which need not be the same.
    pub said: Option<String>,
}

/// What is done with a random module.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "doing", rename_all = "kebab-case")]
pub enum Action {
    /// It is compiled.
    Compile,
    /// It is instantiated.
    Instantiate,
    /// An export of a new instance is called.
    Call {
        /// Which.
        invocation: Invocation,
        /// At which call of an import the guest is ended.
        exit_at: Option<u64>,
    },
}

/// Takes a module through everything, as far as it gets. `about_to` is told what, before it is done.
pub fn trial(
    engine: &dyn Embedding,
    generated: &GeneratedModule,
    mut about_to: impl FnMut(&Action),
) -> Vec<Observation> {
    about_to(&Action::Compile);
    let compiled = match catch_unwind(AssertUnwindSafe(|| engine.compile(&generated.wasm))) {
        Ok(Ok(compiled)) => compiled,
        Ok(Err(refused)) => return vec![short(Action::Compile, "refused", format!("{refused:#}"))],
        Err(panic) => return vec![short(Action::Compile, PANICKED, panic_message(&*panic).to_owned())],
    };
    let mut seen = vec![Observation { doing: Action::Compile, ended: "compiled".into(), with: vec![], said: None }];
    let interface = match Interface::read(&generated.wasm) {
        Ok(interface) => interface,
        Err(error) => return vec![short(Action::Compile, "no module", error.to_string())],
    };
    for invocation in &generated.calls {
        let mut called = |exit_at| {
            about_to(&Action::Call { invocation: invocation.clone(), exit_at });
            call(&*compiled, &interface, invocation, exit_at)
        };
        let (whole, calls) = called(None);
        let over = whole.doing == Action::Instantiate;
        seen.push(whole);
        // An instance that cannot be had once cannot be had again.
        if over {
            break;
        }
        if calls.made > 0 {
            let nth = 1 + generated.exit_at % calls.made;
            seen.push(called(Some(nth)).0);
        }
    }
    seen
}

/// One number for all that is to be the same.
pub fn digest(seen: &[Observation]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for seen in seen {
        (&seen.doing, &seen.ended, &seen.with).hash(&mut hasher);
    }
    hasher.finish()
}

/// Whether what the process holds is not to be trusted any more.
pub fn has_panicked(seen: &[Observation]) -> bool {
    seen.iter().any(|seen| seen.ended == PANICKED)
}

const PANICKED: &str = "panicked";

fn short(doing: Action, ended: &str, said: String) -> Observation {
    Observation { doing, ended: ended.into(), with: vec![], said: Some(said) }
}

fn call(
    compiled: &dyn Compiled,
    interface: &Interface,
    invocation: &Invocation,
    exit_at: Option<u64>,
) -> (Observation, ImportCalls) {
    let stubs = Stubs::new(exit_at.map(|nth| ExitAt { import: None, nth }));
    let doing = Action::Call { invocation: invocation.clone(), exit_at };
    let mut instance = match catch_unwind(AssertUnwindSafe(|| compiled.instantiate(stubs.host()))) {
        Ok(Ok(instance)) => instance,
        Ok(Err(NotInstantiated::Start(outcome))) => {
            // Which function was to be called does not matter then, but at which import it exits does.
            let doing = if exit_at.is_some() { doing } else { Action::Instantiate };
            return (ended(doing, &outcome, &stubs.calls(), vec![]), stubs.calls());
        }
        Ok(Err(NotInstantiated::Unlinked(error))) => {
            return (short(Action::Instantiate, "not linked", format!("{error:#}")), stubs.calls());
        }
        Err(panic) => {
            return (short(Action::Instantiate, PANICKED, panic_message(&*panic).to_owned()), stubs.calls());
        }
    };
    let outcome = instance.call(&invocation.export, &invocation.arguments);
    let left = left_behind(interface, &mut *instance);
    (ended(doing, &outcome, &stubs.calls(), left), stubs.calls())
}

fn ended(doing: Action, outcome: &Outcome, calls: &ImportCalls, left: Vec<(String, String)>) -> Observation {
    let (ended, said, mut with) = match outcome {
        // By their bits: two NaNs that are not the same are not the same.
        Outcome::Returned(values) => {
            ("returned".into(), None, values.iter().map(|value| format!("{value:?}")).collect())
        }
        Outcome::Exited(code) => (format!("exited {code}"), None, vec![]),
        Outcome::Trapped(trap) => (format!("trapped: {trap}"), None, vec![]),
        Outcome::Panicked(said) => (PANICKED.into(), Some(said.clone()), vec![]),
        Outcome::Failed(said) => ("failed".into(), Some(said.clone()), vec![]),
    };
    with.push(format!("{} calls of imports, at last {:?}", calls.made, calls.last));
    with.extend(left.into_iter().map(|(name, left)| format!("{name}: {left}")));
    Observation { doing, ended, with, said }
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
