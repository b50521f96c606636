//! The scenarios as a user of either engine would write them: a file a theme.
pub(in super::super) mod after;
pub(in super::super) mod catch;
pub(in super::super) mod depth;
pub(in super::super) mod early_exit;
pub(in super::super) mod exit;
pub(in super::super) mod fuel;
pub(in super::super) mod interrupt;
pub(in super::super) mod last;
pub(in super::super) mod limit;
pub(in super::super) mod module;
pub(in super::super) mod nesting;
pub(in super::super) mod panic;
pub(in super::super) mod rust_stack;
pub(in super::super) mod soak;
pub(in super::super) mod stage;
pub(in super::super) mod threads;
mod tower;
pub(in super::super) mod wasi;

use super::{Own, api};
use crate::catalog::scenario::Scenario;
use crate::engine::{Play, Table};

/// A theme: its scenarios, and how each is played.
type Theme = Table<Scenario, Play<Own>>;
