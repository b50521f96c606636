use anyhow::Error;

use super::{About, Subject};
use crate::benchmark::Benchmark;
use crate::embedding::{Embedding, Prepared, Transcript};
use crate::scenario::{Played, Scenario};

/// An engine family: one API, one or more backends. What it can do is written in its own idiom.
pub trait Family: Embedding + Send + Sync + Sized + 'static {
    /// What it can do: a table a theme.
    const REPERTOIRE: Repertoire<Self>;

    /// What the backend says of itself.
    fn about(&self) -> About;
}

/// Plays a scenario on a family's backend.
pub type Play<F> = fn(&F, &Transcript) -> anyhow::Result<()>;

/// Prepares a cell with its parameter on a family's backend.
pub type Prepare<F> = fn(&F, u64) -> anyhow::Result<Prepared>;

/// A theme of what a family is asked: each row, and how it does that.
pub type Table<K, T> = &'static [(&'static K, Can<T>)];

/// What an engine family can do, as tables: a row a scenario, a row a benchmark.
pub struct Repertoire<F: 'static> {
    /// Scenarios.
    pub scenarios: &'static [Table<Scenario, Play<F>>],
    /// Benchmarks.
    pub benchmarks: &'static [Table<Benchmark, Prepare<F>>],
}

/// Does it, or says why not.
pub enum Can<T> {
    /// This is how.
    Do(T),
    /// This is why not.
    Not(&'static str),
}

/// Why a backend did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Unable {
    /// It never does, for this reason.
    #[error("unsupported: {0}")]
    Unsupported(&'static str),
    /// It tried.
    #[error("{0:#}")]
    Failed(Error),
}

impl<F: Family> Subject for F {
    fn about(&self) -> About {
        Family::about(self)
    }

    fn play(&self, scenario: &Scenario, out: &Transcript) -> Result<(), Unable> {
        match scenario.played {
            Played::Anywhere(play) => play(self, out),
            Played::ByFamily => find(F::REPERTOIRE.scenarios, |known| known.id == scenario.id)?(self, out),
        }
        .map_err(Unable::Failed)
    }

    fn prepare(&self, benchmark: &Benchmark, at: u64) -> Result<Prepared, Unable> {
        find(F::REPERTOIRE.benchmarks, |known| known.id == benchmark.id)?(self, at).map_err(Unable::Failed)
    }
}

/// How a repertoire does what is asked.
fn find<K, T: Copy>(tables: &'static [Table<K, T>], asked: impl Fn(&K) -> bool) -> Result<T, Unable> {
    match tables.iter().flat_map(|table| table.iter()).find(|(known, _)| asked(known)) {
        Some((_, Can::Do(how))) => Ok(*how),
        Some((_, Can::Not(why))) => Err(Unable::Unsupported(why)),
        None => Err(Unable::Unsupported("not written for this engine")),
    }
}
