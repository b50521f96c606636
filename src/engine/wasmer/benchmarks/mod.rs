//! The benchmarks that only Wasmer supports: one file per theme.
mod interrupt;
mod metering;
mod prebuilt;

use super::Wasmer;
use crate::engine::BenchmarkTable;

pub(super) const BENCHMARKS: &[BenchmarkTable<Wasmer>] =
    &[prebuilt::BENCHMARKS, metering::BENCHMARKS, interrupt::BENCHMARKS];
