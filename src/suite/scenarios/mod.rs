//! The scenarios of all engines, one file per theme.
pub(crate) mod after;
pub(crate) mod depth;
pub(crate) mod early_exit;
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

// The names that the files of the themes share.
use super::{Engine, api};
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::embedding::{Outcome, Transcript, Trap};
use crate::exit_code::ExitCode;
use crate::{guest, say};

/// The tables of all themes.
pub(crate) const SCENARIOS: &[ScenarioTable<Engine>] = &[
    early_exit::SCENARIOS,
    exit::SCENARIOS,
    results::SCENARIOS,
    read_error::SCENARIOS,
    after::SCENARIOS,
    rust_stack::SCENARIOS,
    nesting::SCENARIOS,
    depth::SCENARIOS,
    module_origin::SCENARIOS,
    panic::SCENARIOS,
    trap::SCENARIOS,
    limit::SCENARIOS,
    interrupt::SCENARIOS,
    threads::SCENARIOS,
    wasi::SCENARIOS,
    soak::SCENARIOS,
];
