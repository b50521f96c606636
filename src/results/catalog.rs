//! The output of `list` as data.
use std::collections::BTreeMap;

use serde::Serialize;

use super::Build;
use crate::engine::BackendInfo;

/// What there is: backends, scenarios, benchmarks.
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

/// A backend, as the registry knows it.
#[derive(Debug, Serialize)]
pub struct BackendEntry {
    /// What the command line calls it.
    pub name: &'static str,
    /// `here`, `not compiled in`, or why it cannot be had on this platform.
    pub presence: String,
    /// The Cargo feature that brings it.
    pub feature: Option<&'static str>,
    /// The licence of its compiler.
    pub licence: &'static str,
    /// Whether it is no backend, but what they are held against.
    pub floor: bool,
    /// Its options, each with the values that it takes; known only where it is here.
    pub options: BTreeMap<&'static str, Vec<&'static str>>,
    /// What it says of itself; known only where it is here.
    pub about: Option<BackendInfo>,
}

/// A scenario or a benchmark.
#[derive(Debug, Serialize)]
pub struct Entry {
    /// What the command line calls it.
    pub id: &'static str,
    /// What it shows, or what is inside its timer.
    pub shows: &'static str,
}
