//! The output of `list` as data.
use std::collections::BTreeMap;

use serde::Serialize;

use super::Build;
use crate::engine::BackendInfo;

/// Backends, scenarios and benchmarks.
#[derive(Serialize)]
pub(crate) struct Catalog {
    pub(crate) build: Build,
    /// Every backend, compiled in or not.
    pub(crate) backends: Vec<BackendEntry>,
    pub(crate) scenarios: Vec<Entry>,
    pub(crate) benchmarks: Vec<Entry>,
}

/// A backend in the registry.
#[derive(Serialize)]
pub(crate) struct BackendEntry {
    /// The name on the command line.
    pub(crate) name: &'static str,
    /// `here`, `not compiled in`, or why the backend is not available on this platform.
    pub(crate) availability: String,
    /// The Cargo feature that compiles it in.
    pub(crate) feature: Option<&'static str>,
    /// The licence of its compiler.
    pub(crate) licence: &'static str,
    /// Whether it is the native baseline, not a WebAssembly backend.
    #[serde(rename = "floor")]
    pub(crate) native: bool,
    /// Its options with their values; empty unless the backend is compiled in.
    pub(crate) options: BTreeMap<&'static str, Vec<&'static str>>,
    /// The backend's description of itself; absent unless the backend is compiled in.
    pub(crate) backend_info: Option<BackendInfo>,
}

/// A scenario or a benchmark.
#[derive(Serialize)]
pub(crate) struct Entry {
    /// The name on the command line.
    pub(crate) id: &'static str,
    /// What the scenario shows, or what the benchmark times.
    pub(crate) description: &'static str,
}
