//! The scenarios as a user of Wasmer would write them: a file a theme.
mod drill;
mod early_exit;
mod limit;
mod metering;
mod soak;
mod stage;
mod threads;
mod trap;
mod wasi;

use super::Wasmer;
use crate::backend::{Play, Table};
use crate::scenario::Scenario;

/// A theme: its scenarios, and how each is played.
type Theme = Table<Scenario, Play<Wasmer>>;

pub(super) static REPERTOIRE: &[Theme] =
    &[early_exit::CAN, trap::CAN, metering::CAN, limit::CAN, threads::CAN, wasi::CAN, soak::CAN, drill::CAN];
