//! What wasmtime and wasmi have in the same words, and Wasmer has not: wasmi has wasmtime's API by design. Each of their
//! folders has this module as its own, beside the suite.
#![allow(clippy::duplicate_mod, reason = "compiled once per engine")]
pub(crate) mod api;
pub(crate) mod fuel;
pub(crate) mod module_cache;
pub(crate) mod runtime;

use super::Engine;

/// What neither of them does: what ids begin with, each with the reason.
pub(crate) const NEVER: &[(&str, &str)] = &[
    ("limit/memory-maximum", "a limiter refuses growth, and leaves a memory the type that it declares"),
    ("soak/compiles-on-one-engine", "is about Wasmer's engines, which keep the code of modules that are gone"),
];
