//! The scenarios of all engines, one file per theme.
pub(crate) mod after;
pub(crate) mod anyhow_error;
pub(crate) mod artifact;
pub(crate) mod deadline;
pub(crate) mod depth;
pub(crate) mod early_exit;
pub(crate) mod engine_error;
pub(crate) mod exit;
pub(crate) mod fixture;
pub(crate) mod interrupt;
pub(crate) mod limit;
pub(crate) mod metering;
pub(crate) mod module_origin;
pub(crate) mod nesting;
pub(crate) mod panic;
pub(crate) mod read_error;
pub(crate) mod reentrant_host;
pub(crate) mod results;
pub(crate) mod rust_stack;
pub(crate) mod soak;
pub(crate) mod threads;
pub(crate) mod trap;
pub(crate) mod wasi;

use super::{Engine, api};
use crate::engine::ScenarioTable;

/// The tables of all themes.
pub(crate) const SCENARIOS: &[ScenarioTable<Engine>] = &[
    early_exit::SCENARIOS,
    exit::SCENARIOS,
    results::SCENARIOS,
    read_error::SCENARIOS,
    anyhow_error::SCENARIOS,
    engine_error::SCENARIOS,
    after::SCENARIOS,
    rust_stack::SCENARIOS,
    nesting::SCENARIOS,
    depth::SCENARIOS,
    artifact::SCENARIOS,
    module_origin::SCENARIOS,
    panic::SCENARIOS,
    trap::SCENARIOS,
    limit::SCENARIOS,
    deadline::SCENARIOS,
    threads::SCENARIOS,
    wasi::SCENARIOS,
    soak::SCENARIOS,
];
