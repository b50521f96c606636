//! Code for wasmtime and wasmi, which share it because wasmi's API follows wasmtime's by design. The folders of both engines
//! include this module, like the suite.
#![allow(clippy::duplicate_mod, reason = "compiled once per engine")]
pub(crate) mod api;
pub(crate) mod fuel;

use super::Engine;
use crate::engine::Never;

const NO_CLONES: &str = "its error cannot be cloned: each exit makes its own";
const MADE_BY_THE_HOST: &str = "every host function makes the engine's error itself: this is the plain way";
const NO_SOURCE: &str = "is about an error that is a source of others: this engine's is opened by downcast alone";

/// Prefixes of ids that neither engine supports, each with the reason. Most need an engine error that a host can create
/// beforehand, clone, or inspect without a downcast. Only Wasmer has one.
pub(crate) const NEVER: Never = &[
    ("limit/memory-maximum", "a limiter refuses growth, and leaves a memory the type that it declares"),
    ("soak/compiles-on-one-engine", "is about Wasmer's engines, which keep the code of modules that are gone"),
    ("exit/on-the-spot", MADE_BY_THE_HOST),
    ("exit/typed-clone", NO_CLONES),
    ("exit/dynamic-clone", NO_CLONES),
    ("exit/typed-sentinel", NO_CLONES),
    ("exit/dynamic-sentinel", NO_CLONES),
    ("exit/start-clone", NO_CLONES),
    ("exit/clone-is-the-same", NO_CLONES),
    ("exit/mixed-up-", NO_CLONES),
    ("catch/source", NO_SOURCE),
    ("catch/clone", NO_CLONES),
    ("catch/wrong-type", "is about the message that Wasmer's error has of its own"),
    ("catch/on-the-spot-outlives-everything", MADE_BY_THE_HOST),
    ("catch/boxed-anyhow", "is about the box that Wasmer's error takes in"),
    ("catch/display", "is about the text of Wasmer's error"),
    ("after/payload-of-clones-dropped-once", NO_CLONES),
    ("nesting/wrapped", NO_SOURCE),
    ("unwind/runtime-error", MADE_BY_THE_HOST),
    ("call/runtime-error", MADE_BY_THE_HOST),
    ("unwind/typed-prebuilt", NO_CLONES),
    ("call/typed-prebuilt", NO_CLONES),
    ("unwind/dynamic-prebuilt", NO_CLONES),
    ("call/dynamic-prebuilt", NO_CLONES),
    ("unwind/guest-depth-prebuilt", NO_CLONES),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_entry_is_about_something_in_the_catalogues() {
        let ids: Vec<_> = crate::catalog::scenario::all()
            .map(|scenario| scenario.id)
            .chain(crate::catalog::benchmark::all().map(|benchmark| benchmark.id))
            .collect();
        for (theme, _) in NEVER {
            assert!(ids.iter().any(|id| id.starts_with(theme)), "{theme}");
        }
    }
}
