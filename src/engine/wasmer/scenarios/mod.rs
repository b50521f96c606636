//! The scenarios as a user of Wasmer would write them: a file a theme.
mod after;
mod asynchronous;
mod catch;
mod depth;
mod drill;
mod dynamic_exit;
mod early_exit;
mod exit;
mod guest_view;
mod interrupt;
mod interrupt_execution;
mod limit;
mod metering;
mod module;
mod nesting;
mod panic;
mod rust_stack;
mod soak;
mod stage;
mod threads;
mod tower;
mod trap;
mod wasi;

use super::Wasmer;
use crate::catalog::scenario::Scenario;
use crate::engine::{Play, Table};

/// A theme: its scenarios, and how each is played.
type Theme = Table<Scenario, Play<Wasmer>>;

pub(super) static REPERTOIRE: &[Theme] = &[
    early_exit::CAN,
    interrupt_execution::CAN,
    dynamic_exit::CAN,
    exit::CAN,
    asynchronous::CAN,
    catch::CAN,
    after::CAN,
    rust_stack::CAN,
    nesting::CAN,
    guest_view::CAN,
    depth::CAN,
    module::CAN,
    panic::CAN,
    trap::CAN,
    metering::CAN,
    limit::CAN,
    interrupt::CAN,
    threads::CAN,
    wasi::CAN,
    soak::CAN,
    drill::CAN,
];
