//! The benchmarks as a user of Wasmer would write them: a file a theme.
mod artifact;
mod call;
mod cold;
mod compile;
mod execute;
mod instantiate;
mod interrupt;
mod leave;
mod ready;
mod recover;
mod shelf;
mod start;
mod sweep;
mod trap;
mod way;

pub(super) use shelf::Shelf;

use super::Wasmer;
use crate::catalog::benchmark::Benchmark;
use crate::engine::{Prepare, Table};

/// A theme: its benchmarks, and how each is prepared.
type Theme = Table<Benchmark, Prepare<Wasmer>>;

pub(super) static REPERTOIRE: &[Theme] = &[
    compile::CAN,
    artifact::CAN,
    instantiate::CAN,
    cold::CAN,
    call::CAN,
    leave::CAN,
    trap::CAN,
    sweep::CAN,
    recover::CAN,
    execute::CAN,
];
