//! The scenarios that only Wasmer supports, and the early exit in Wasmer's API: one file per theme.
mod after;
mod asynchronous;
mod early_exit;
mod exit;
mod interrupt;
pub(super) mod limit;
mod metering;
mod nesting;
mod prebuilt;
mod read_error;
mod soak;

use super::{Wasmer, guest_view};
use crate::engine::ScenarioTable;

pub(super) const SCENARIOS: &[ScenarioTable<Wasmer>] = &[
    early_exit::SCENARIOS,
    exit::SCENARIOS,
    prebuilt::SCENARIOS,
    asynchronous::SCENARIOS,
    read_error::SCENARIOS,
    after::SCENARIOS,
    nesting::SCENARIOS,
    guest_view::SCENARIOS,
    metering::SCENARIOS,
    limit::SCENARIOS,
    interrupt::SCENARIOS,
    soak::SCENARIOS,
];
