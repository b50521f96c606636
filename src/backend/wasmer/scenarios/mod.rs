//! The scenarios as a user of Wasmer would write them: a file a theme.
mod catch;
mod dynamic_exit;
mod early_exit;
mod exit;
mod interrupt_execution;
mod stage;

use super::Wasmer;
use crate::backend::{Play, Table};
use crate::scenario::Scenario;

/// A theme: its scenarios, and how each is played.
type Theme = Table<Scenario, Play<Wasmer>>;

pub(super) static REPERTOIRE: &[Theme] = &[early_exit::CAN, interrupt_execution::CAN, dynamic_exit::CAN, exit::CAN, catch::CAN];
