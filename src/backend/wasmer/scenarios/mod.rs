//! The scenarios as a user of Wasmer would write them: a file a theme.
mod after;
mod depth;
mod early_exit;
mod guest_view;
mod module;
mod nesting;
mod panic;
mod rust_stack;
mod stage;
mod tower;

use super::Wasmer;
use crate::backend::{Play, Table};
use crate::scenario::Scenario;

/// A theme: its scenarios, and how each is played.
type Theme = Table<Scenario, Play<Wasmer>>;

pub(super) static REPERTOIRE: &[Theme] =
    &[early_exit::CAN, after::CAN, rust_stack::CAN, nesting::CAN, guest_view::CAN, depth::CAN, module::CAN, panic::CAN];
