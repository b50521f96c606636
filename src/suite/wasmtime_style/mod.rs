//! Code for wasmtime and wasmi, which share it because wasmi's API follows wasmtime's by design. The folders of both engines
//! include this module, like the suite.
#![allow(clippy::duplicate_mod, reason = "compiled once per engine")]
pub(crate) mod api;
pub(crate) mod fuel;
pub(crate) mod module_cache;
pub(crate) mod runtime;

use super::Engine;

/// Ids that neither engine supports: how they begin, and the reason.
pub(crate) const NEVER: &[(&str, &str)] = &[
    ("limit/memory-maximum", "a limiter refuses growth, and leaves a memory the type that it declares"),
    ("soak/compiles-on-one-engine", "is about Wasmer's engines, which keep the code of modules that are gone"),
];
