//! Scenarios that only Wasmer supports, and the early exit in Wasmer's API. Those of metering and interrupts are beside their
//! mechanisms.
#[cfg(feature = "async")]
mod asynchronous;
mod early_exit;
mod exit;
pub(super) mod limit;
mod read_error;
mod soak;

#[cfg(feature = "host-interrupt")]
use super::interrupt;
use super::{Wasmer, guest_view, metering};
use crate::engine::ScenarioTable;

pub(super) const SCENARIOS: &[ScenarioTable<Wasmer>] = &[
    early_exit::SCENARIOS,
    exit::SCENARIOS,
    #[cfg(feature = "async")]
    asynchronous::SCENARIOS,
    read_error::SCENARIOS,
    guest_view::SCENARIOS,
    metering::SCENARIOS,
    limit::SCENARIOS,
    #[cfg(feature = "host-interrupt")]
    interrupt::SCENARIOS,
    soak::SCENARIOS,
];
