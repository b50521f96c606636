//! What an engine family fills in: its tables of scenarios and benchmarks, and what it says of itself.
use std::any::Any;
use std::borrow::Cow;
use std::path::Path;

use anyhow::Error;

use super::{BackendInfo, OpenBackend};
use crate::catalog::benchmark::{Benchmark, BenchmarkKind};
use crate::catalog::scenario::{Scenario, ScenarioKind};
use crate::engine::embedding::{Embedding, Prepared, Transcript, Unsupported};

/// An engine family: one API, one or more backends. What it can do is written in its own idiom.
pub trait Family: Embedding + Send + Sync + Sized + 'static {
    /// What it can do: a table a theme.
    const REPERTOIRE: SupportTable<Self>;

    /// What the backend says of itself.
    fn about(&self) -> BackendInfo;

    /// Why this backend of the family cannot prepare a benchmark that others of the family can.
    fn cannot(&self, _benchmark: &Benchmark) -> Option<&'static str> {
        None
    }

    /// Keeps what it compiles for benchmarks in a folder, and takes it from there.
    fn keep_artifacts(&self, _folder: &Path) {}

    /// What has to be there while a floor is timed, so that it can be held against an exit: the module of `unwind/typed`,
    /// since registered code slows every backtrace.
    ///
    /// # Errors
    /// When it could not be made.
    fn resident_code(&self) -> anyhow::Result<Box<dyn Any>> {
        Ok(Box::new(()))
    }
}

/// Plays a scenario on a family's backend.
pub type Play<F> = fn(&F, &Transcript) -> anyhow::Result<()>;

/// Prepares a cell with its parameter on a family's backend.
pub type Prepare<F> = fn(&F, u64) -> anyhow::Result<Prepared>;

/// A theme of what a family is asked: each row, and how it does that.
pub type Table<K, T> = &'static [(&'static K, Support<T>)];

/// A theme's scenarios, and how each is played on an engine family.
pub type ScenarioTable<F> = Table<Scenario, Play<F>>;

/// A theme's benchmarks, and how each is prepared on an engine family.
pub type BenchmarkTable<F> = Table<Benchmark, Prepare<F>>;

/// Several themes: those of the suite, or those of an engine's own.
pub type Tables<K, T> = &'static [Table<K, T>];

/// What an engine family can do, as tables: a row a scenario, a row a benchmark.
pub struct SupportTable<F: 'static> {
    /// Scenarios. Where one has several rows, the first counts.
    pub scenarios: &'static [Tables<Scenario, Play<F>>],
    /// Benchmarks. Where one has several rows, the first counts.
    pub benchmarks: &'static [Tables<Benchmark, Prepare<F>>],
    /// What it never does. A row of a table goes before.
    pub never: &'static [Never],
}

/// Whole themes, by what their ids begin with (`async/`), each with the reason why an engine never does it.
pub type Never = &'static [(&'static str, &'static str)];

/// What an engine that is compiled in does not do.
#[cfg(any(all(feature = "wasmer", unix), feature = "wasmi", feature = "wasmtime"))]
pub(crate) const NO_C_API: Never = &[("c-api/", "is about shared libraries with the C API: see `--library`")];

/// Does it, or says why not.
pub enum Support<T> {
    /// This is how.
    Do(T),
    /// This is why not.
    Not(&'static str),
}

/// Why a backend did not do what it was asked.
///
/// A table's [`Support::Not`] holds for a whole family. Where it depends on the backend, on what that claims to support, the
/// function that was asked returns an `Unsupported` as its error.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// It never does, for this reason.
    #[error("unsupported: {0}")]
    Unsupported(Cow<'static, str>),
    /// It tried.
    #[error("{0:#}")]
    Failed(Error),
}

impl BackendError {
    /// It never does, for this reason.
    pub fn unsupported(why: impl Into<Cow<'static, str>>) -> Self {
        Self::Unsupported(why.into())
    }

    /// What an error says: that it never does, where it was made to say that; else that it tried.
    pub(crate) fn from_error(error: Error) -> Self {
        match error.downcast::<Unsupported>() {
            Ok(Unsupported(why)) => Self::Unsupported(why),
            Err(error) => error.downcast().unwrap_or_else(Self::Failed),
        }
    }
}

impl<F: Family> OpenBackend for F {
    fn about(&self) -> BackendInfo {
        Family::about(self)
    }

    fn play(&self, scenario: &Scenario, out: &Transcript) -> Result<(), BackendError> {
        match scenario.played {
            ScenarioKind::Anywhere(play) => play(self, out),
            ScenarioKind::ByFamily => {
                let known = |known: &Scenario| known.id == scenario.id;
                find(F::REPERTOIRE.scenarios, known, F::REPERTOIRE.never, scenario.id)?(self, out)
            }
        }
        .map_err(BackendError::from_error)
    }

    fn resident_code(&self) -> anyhow::Result<Box<dyn Any>> {
        Family::resident_code(self)
    }

    fn keep_artifacts(&self, folder: &Path) {
        Family::keep_artifacts(self, folder);
    }

    fn lacks(&self, benchmark: &Benchmark) -> Option<Cow<'static, str>> {
        match benchmark.prepared {
            BenchmarkKind::Family => match (self.cannot(benchmark), prepares::<F>(benchmark)) {
                (Some(why), _) => Some(why.into()),
                (None, Err(BackendError::Unsupported(why))) => Some(why),
                _ => None,
            },
            BenchmarkKind::Anywhere(_) => None,
            BenchmarkKind::Module(_) => Some(NO_MODULE.into()),
            BenchmarkKind::Concurrently(same) => self.lacks(same),
        }
    }

    fn prepare(&self, benchmark: &Benchmark, at: u64) -> Result<Prepared, BackendError> {
        prepares::<F>(benchmark)?(self, at).map_err(BackendError::from_error)
    }
}

/// What there is to say of a cell of the user's module where there is none.
pub(crate) const NO_MODULE: &str = "no module was given; `measure --module FILE` takes one";

/// How a family prepares a benchmark.
fn prepares<F: Family>(benchmark: &Benchmark) -> Result<Prepare<F>, BackendError> {
    let known = |known: &Benchmark| known.id == benchmark.id;
    find(F::REPERTOIRE.benchmarks, known, F::REPERTOIRE.never, benchmark.id)
}

/// How a repertoire does what is asked.
fn find<K, T: Copy>(
    tables: &'static [Tables<K, T>],
    asked: impl Fn(&K) -> bool,
    never: &'static [Never],
    id: &str,
) -> Result<T, BackendError> {
    match tables.iter().copied().flatten().copied().flatten().find(|(known, _)| asked(known)) {
        Some((_, Support::Do(how))) => Ok(*how),
        Some((_, Support::Not(why))) => Err(BackendError::unsupported(*why)),
        None => match never.iter().copied().flatten().find(|(theme, _)| id.starts_with(theme)) {
            Some((_, why)) => Err(BackendError::unsupported(*why)),
            None => Err(BackendError::unsupported("not written for this engine")),
        },
    }
}

#[cfg(test)]
mod tests {
    use anyhow::{Context, anyhow};

    use super::*;

    #[test]
    fn a_row_precedes_its_theme_and_a_missing_one_is_named() {
        static ROWS: &[Tables<&str, u32>] = &[
            &[&[(&"async/typed", Support::Do(1)), (&"async/plain", Support::Not("waits"))]],
            &[&[(&"async/typed", Support::Do(2))]],
        ];
        let asked = |id: &'static str| find(ROWS, |known| *known == id, &[&[("async/", "no async")]], id);
        assert!(matches!(asked("async/typed"), Ok(1)));
        assert_eq!(asked("async/plain").unwrap_err().to_string(), "unsupported: waits");
        assert_eq!(asked("async/dropped").unwrap_err().to_string(), "unsupported: no async");
        assert_eq!(asked("soak/exits").unwrap_err().to_string(), "unsupported: not written for this engine");
    }

    #[test]
    fn missing_support_is_not_a_failure() {
        let never = Err::<(), _>(BackendError::unsupported("no exceptions")).context("while it played").unwrap_err();
        assert_eq!(BackendError::from_error(never).to_string(), "unsupported: no exceptions");
        let never = anyhow::Error::new(Unsupported("an interpreter".into())).context("while it serialised");
        assert_eq!(BackendError::from_error(never).to_string(), "unsupported: an interpreter");
        assert!(matches!(BackendError::from_error(anyhow!("it broke")), BackendError::Failed(_)));
    }
}
