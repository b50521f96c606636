//! The interface that an engine family implements: its description, and its support tables of scenarios and benchmarks.
use std::any::Any;
use std::borrow::Cow;
use std::path::Path;

use anyhow::Result;

use super::{BackendInfo, OpenBackend};
use crate::catalog::benchmark::{Benchmark, BenchmarkKind};
use crate::catalog::scenario::{Scenario, ScenarioKind};
use crate::engine::embedding::{Embedding, Prepared, Transcript, Unsupported};

/// An engine family: one API with one or more backends.
pub trait Family: Embedding + Send + Sync + Sized + 'static {
    /// The support tables, one per theme.
    const SUPPORT: SupportTable<Self>;

    /// The description of the backend.
    fn about(&self) -> BackendInfo;

    /// Why this backend cannot prepare a benchmark that other backends of the family can; `None` if it can.
    fn cannot(&self, _benchmark: &Benchmark) -> Option<&'static str> {
        None
    }

    /// As [`OpenBackend::keep_artifacts`]. Does nothing by default.
    fn keep_artifacts(&self, _folder: &Path) {}

    /// As [`OpenBackend::resident_code`]: the module of `unwind/typed`, because registered code slows every backtrace. By default
    /// none.
    ///
    /// # Errors
    /// When the code cannot be loaded.
    fn resident_code(&self) -> Result<Box<dyn Any>> {
        Ok(Box::new(()))
    }
}

/// The scenarios or benchmarks of a theme, each with its support.
type Table<K, T> = &'static [(&'static K, Support<T>)];

/// The scenarios of a theme, each with the function that runs it.
pub type ScenarioTable<F> = Table<Scenario, fn(&F, &Transcript) -> Result<()>>;

/// Prepares a cell with its parameter on a backend of the family.
type Prepare<F> = fn(&F, u64) -> Result<Prepared>;

/// The benchmarks of a theme, each with the function that prepares a cell.
pub type BenchmarkTable<F> = Table<Benchmark, Prepare<F>>;

/// The support of an engine family, with a row per scenario and a row per benchmark. The tables of the engine precede those of
/// the suite.
pub struct SupportTable<F: 'static> {
    /// Scenarios. The first of several rows for a scenario counts.
    pub scenarios: &'static [&'static [ScenarioTable<F>]],
    /// Benchmarks. The first of several rows for a benchmark counts.
    pub benchmarks: &'static [&'static [BenchmarkTable<F>]],
    /// Unsupported themes. A row in a table takes precedence.
    pub never: &'static [Never],
}

/// Prefixes of ids that an engine does not support (`async/`), each with the reason.
pub type Never = &'static [(&'static str, &'static str)];

/// The unsupported prefixes of an engine that is compiled in.
#[cfg(any(all(feature = "wasmer", unix), feature = "wasmi", feature = "wasmtime"))]
pub(crate) const NO_C_API: Never = &[("c-api/", "is about shared libraries with the C API: see `--library`")];

/// The implementation of a scenario or benchmark, or the reason why there is none.
///
/// [`Support::Not`] holds for a whole family. If support depends on the backend, the implementation returns an [`Unsupported`]
/// as its error.
pub enum Support<T> {
    /// The implementation.
    Do(T),
    /// The reason.
    Not(&'static str),
}

impl<F: Family> OpenBackend for F {
    fn about(&self) -> BackendInfo {
        Family::about(self)
    }

    fn play(&self, scenario: &Scenario, out: &Transcript) -> Result<()> {
        match scenario.played {
            ScenarioKind::Anywhere(play) => play(self, out),
            ScenarioKind::ByFamily => {
                let known = |known: &Scenario| known.id == scenario.id;
                find(F::SUPPORT.scenarios, known, F::SUPPORT.never, scenario.id)?(self, out)
            }
        }
    }

    fn resident_code(&self) -> Result<Box<dyn Any>> {
        Family::resident_code(self)
    }

    fn keep_artifacts(&self, folder: &Path) {
        Family::keep_artifacts(self, folder);
    }

    fn lacks(&self, benchmark: &Benchmark) -> Option<Cow<'static, str>> {
        match benchmark.prepared {
            BenchmarkKind::ByFamily => match (self.cannot(benchmark), prepares::<F>(benchmark)) {
                (Some(why), _) => Some(why.into()),
                (None, Err(Unsupported(why))) => Some(why),
                _ => None,
            },
            BenchmarkKind::NativeBaseline(_) => None,
            BenchmarkKind::Module(_) => Some(NO_MODULE.into()),
            BenchmarkKind::Concurrently(same) => self.lacks(same),
        }
    }

    fn prepare(&self, benchmark: &Benchmark, at: u64) -> Result<Prepared> {
        prepares::<F>(benchmark)?(self, at)
    }
}

/// Why a benchmark of the user's module has no cell without a module.
pub(crate) const NO_MODULE: &str = "no module was given; `measure --module FILE` takes one";

/// The function that prepares a benchmark.
fn prepares<F: Family>(benchmark: &Benchmark) -> Result<Prepare<F>, Unsupported> {
    let known = |known: &Benchmark| known.id == benchmark.id;
    find(F::SUPPORT.benchmarks, known, F::SUPPORT.never, benchmark.id)
}

/// The function for a scenario or benchmark in the support tables.
fn find<K, T: Copy>(
    tables: &'static [&'static [Table<K, T>]],
    asked: impl Fn(&K) -> bool,
    never: &'static [Never],
    id: &str,
) -> Result<T, Unsupported> {
    let why = match tables.iter().copied().flatten().copied().flatten().find(|(known, _)| asked(known)) {
        Some((_, Support::Do(how))) => return Ok(*how),
        Some((_, Support::Not(why))) => *why,
        None => never
            .iter()
            .copied()
            .flatten()
            .find(|(theme, _)| id.starts_with(theme))
            .map_or("not written for this engine", |(_, why)| *why),
    };
    Err(Unsupported(why.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_precedes_its_theme_and_a_missing_one_is_named() {
        static ROWS: &[&[Table<&str, u32>]] = &[
            &[&[(&"async/typed", Support::Do(1)), (&"async/plain", Support::Not("waits"))]],
            &[&[(&"async/typed", Support::Do(2))]],
        ];
        let asked = |id: &'static str| find(ROWS, |known| *known == id, &[&[("async/", "no async")]], id);
        assert!(matches!(asked("async/typed"), Ok(1)));
        assert_eq!(asked("async/plain").unwrap_err().to_string(), "waits");
        assert_eq!(asked("async/dropped").unwrap_err().to_string(), "no async");
        assert_eq!(asked("soak/exits").unwrap_err().to_string(), "not written for this engine");
    }
}
