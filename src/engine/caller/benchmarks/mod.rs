//! The benchmarks as a user of either engine would write them: a file a theme.
pub(in super::super) mod call;
pub(in super::super) mod cold;
pub(in super::super) mod compile;
pub(in super::super) mod execute;
pub(in super::super) mod instantiate;
pub(in super::super) mod leave;
mod ready;
pub(in super::super) mod recover;
mod start;
pub(in super::super) mod sweep;
pub(in super::super) mod trap;
mod way;

use super::{Own, api, shelf};
use crate::catalog::benchmark::Benchmark;
use crate::engine::{Prepare, Table};

/// A theme: its benchmarks, and how each is prepared.
type Theme = Table<Benchmark, Prepare<Own>>;
