//! What is done with a random module on one backend: each export is called, and called again with an exit at one of the calls of
//! imports.
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::generate::GeneratedModule;
use super::observation::{Action, Observation, PANICKED, observe};
use crate::engine::embedding::{Compiled, Embedding, Interface, Invocation, NotInstantiated, panic_message};
use crate::run_module::exported_state::left_behind;
use crate::run_module::{ExitAt, Stubs};

/// Compiles, instantiates and calls a module, up to the first failure. `about_to` gets each action before it starts, so that a crash
/// can be attributed.
pub fn run(engine: &dyn Embedding, generated: &GeneratedModule, mut about_to: impl FnMut(&Action)) -> Vec<Observation> {
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
            let nth = 1 + generated.exit_choice % calls;
            observations.push(call_export(Some(nth)).0);
        }
    }
    observations
}

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
