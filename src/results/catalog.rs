//! The output of `list` as data.
use std::collections::BTreeMap;

use serde::Serialize;

use super::Build;
use crate::engine::BackendInfo;

/// Backends, scenarios and benchmarks.
#[derive(Debug, Serialize)]
pub struct Catalog {
    /// This build.
    pub build: Build,
    /// Every backend, compiled in or not.
    pub backends: Vec<BackendEntry>,
    /// Every scenario.
    pub scenarios: Vec<Entry>,
    /// Every benchmark.
    pub benchmarks: Vec<Entry>,
}

/// A backend in the registry.
#[derive(Debug, Serialize)]
pub struct BackendEntry {
    /// The name on the command line.
    pub name: &'static str,
    /// `here`, `not compiled in`, or why the backend is not available on this platform.
    pub availability: String,
    /// The Cargo feature that compiles it in.
    pub feature: Option<&'static str>,
    /// The licence of its compiler.
    pub licence: &'static str,
    /// Whether it is the native baseline, not a WebAssembly backend.
    #[serde(rename = "floor")]
    pub native: bool,
    /// Its options with their values; empty unless the backend is compiled in.
    pub options: BTreeMap<&'static str, Vec<&'static str>>,
    /// The backend's description of itself; absent unless the backend is compiled in.
    pub backend_info: Option<BackendInfo>,
}

/// A scenario or a benchmark.
#[derive(Debug, Serialize)]
pub struct Entry {
    /// The name on the command line.
    pub id: &'static str,
    /// What the scenario shows, or what the benchmark times.
    pub description: &'static str,
}
