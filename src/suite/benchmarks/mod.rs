//! The benchmarks of all engines, one file per theme.
pub(crate) mod artifact;
pub(crate) mod call;
pub(crate) mod cold;
pub(crate) mod compile;
pub(crate) mod execute;
pub(crate) mod exit;
pub(crate) mod guest_instance;
pub(crate) mod instantiate;
pub(crate) mod interrupted;
pub(crate) mod recover;
mod start;
pub(crate) mod stop;
pub(crate) mod sweep;
pub(crate) mod trap;
pub(crate) mod way;

// The names that the files of the themes share.
use super::module_cache::CachedModule;
use super::{Engine, api};
use crate::engine::BenchmarkTable;
use crate::engine::Support::Do;
use crate::exit_code::ExitCode;
use crate::guest::{self, generated};

/// The tables of all themes.
pub(crate) const BENCHMARKS: &[BenchmarkTable<Engine>] = &[
    compile::BENCHMARKS,
    artifact::BENCHMARKS,
    instantiate::BENCHMARKS,
    cold::BENCHMARKS,
    call::BENCHMARKS,
    exit::BENCHMARKS,
    trap::BENCHMARKS,
    sweep::BENCHMARKS,
    recover::BENCHMARKS,
    stop::BENCHMARKS,
    execute::BENCHMARKS,
];
