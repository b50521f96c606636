//! What it costs: the catalogue. No engine is named here.
//!
//! A benchmark is data: what is inside the timer, and with which parameter. An engine family prepares it in its own
//! idiom; what needs no engine (the floors) or is made of other cells (exits on several threads) is prepared here.
pub mod artifact;
pub mod call;
mod cell_id;
pub mod cold;
pub mod compile;
pub mod execute;
pub mod floor;
pub mod instantiate;
pub mod module;
pub mod recover;
pub mod stop;
pub mod unwind;

pub use cell_id::CellId;

use anyhow::Result;

use crate::engine::embedding::Prepared;

/// One thing that is timed. On a variant, with its parameter, it is a cell.
pub struct Benchmark {
    /// What the command line calls it, without its parameter: `theme/name`.
    pub id: &'static str,
    /// What is inside the timer, and what is not.
    pub inside: &'static str,
    /// What it is a function of, where it is one.
    pub parameter: Option<Parameter>,
    /// Below how many frames of the host it is sampled: an exit's cost grows with each.
    pub host_frames: &'static [u64],
    /// Who knows how to prepare it.
    pub prepared: BenchmarkKind,
    /// The same work with no WebAssembly in it.
    pub floor: Option<&'static Benchmark>,
    /// Among the few that `cargo bench` and `measure --quick` take.
    pub headline: bool,
    /// Is about several threads: it is not held to one processor.
    pub parallel: bool,
    /// Means something only in a process that has done nothing else; criterion leaves it out.
    pub fresh: bool,
}

/// What a benchmark is a function of.
pub struct Parameter {
    /// Its name, with its unit: `guest frames`.
    pub name: &'static str,
    /// The values that it takes.
    pub values: &'static [u64],
    /// The values that it takes besides, where everything is asked for.
    pub full: &'static [u64],
}

/// How a benchmark is implemented.
pub enum BenchmarkKind {
    /// Once per engine family, in its own idiom.
    Family,
    /// One function without an engine.
    Anywhere(fn(u64) -> Result<Prepared>),
    /// One function for the user's module. Without a module there is no cell.
    Module(module::ModuleBenchmark),
    /// Another benchmark, on as many threads as the parameter says.
    Concurrently(&'static Benchmark),
}

impl Benchmark {
    /// A benchmark without a parameter that each engine family prepares.
    pub const fn by_family(id: &'static str, inside: &'static str) -> Self {
        Self {
            id,
            inside,
            parameter: None,
            host_frames: &[1],
            prepared: BenchmarkKind::Family,
            floor: None,
            headline: false,
            parallel: false,
            fresh: false,
        }
    }

    /// A floor.
    pub const fn floor(id: &'static str, inside: &'static str, prepare: fn(u64) -> Result<Prepared>) -> Self {
        Self { prepared: BenchmarkKind::Anywhere(prepare), ..Self::by_family(id, inside) }
    }

    /// As a function of a parameter.
    pub const fn over(self, name: &'static str, values: &'static [u64], full: &'static [u64]) -> Self {
        Self { parameter: Some(Parameter { name, values, full }), ..self }
    }

    /// Below so many frames of the host.
    pub const fn below_host_frames(self, host_frames: &'static [u64]) -> Self {
        Self { host_frames, ..self }
    }

    /// Held against a floor.
    pub const fn above(self, floor: &'static Benchmark) -> Self {
        Self { floor: Some(floor), ..self }
    }

    /// On as many threads at once as the parameter says, each doing the same.
    pub const fn concurrently(self, same: &'static Benchmark) -> Self {
        Self { prepared: BenchmarkKind::Concurrently(same), ..self }
    }

    /// Among the headlines.
    pub const fn headline(self) -> Self {
        Self { headline: true, ..self }
    }

    /// About several threads.
    pub const fn parallel(self) -> Self {
        Self { parallel: true, ..self }
    }

    /// In a fresh process only.
    pub const fn fresh(self) -> Self {
        Self { fresh: true, ..self }
    }

    /// Its cells on one variant; with `all`, those of a full run too.
    pub fn cell_ids(&'static self, full: bool) -> impl Iterator<Item = CellId> {
        let values: Vec<Option<u64>> = match &self.parameter {
            Some(parameter) => {
                let more = if full { parameter.full } else { &[] };
                parameter.values.iter().chain(more).copied().map(Some).collect()
            }
            None => vec![None],
        };
        let cell_id = |at, host_frames| CellId { benchmark: self.id.into(), at, host_frames };
        values.into_iter().flat_map(move |at| self.host_frames.iter().map(move |frames| cell_id(at, *frames)))
    }
}

/// The themes, in the order in which tables show them.
static THEMES: &[&[&Benchmark]] = &[
    compile::ALL,
    artifact::ALL,
    instantiate::ALL,
    cold::ALL,
    call::ALL,
    unwind::RETURNED,
    unwind::RETURNING,
    unwind::WHOLE,
    unwind::LEAVING,
    unwind::TRAPS,
    unwind::SWEEPS,
    recover::ALL,
    stop::ALL,
    execute::ALL,
    floor::ALL,
    module::ALL,
];

/// What earlier versions measured and this one does not: `unwind/threads` has replaced it. Reports that have it are read without.
pub const RETIRED: &[&str] = &["unwind/beside-threads"];

/// Every benchmark.
pub fn all() -> impl Iterator<Item = &'static Benchmark> {
    THEMES.iter().flat_map(|theme| theme.iter().copied())
}

/// The benchmark of that name.
pub fn find(id: &str) -> Option<&'static Benchmark> {
    all().find(|benchmark| benchmark.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_sorted_into_themes() {
        let mut ids: Vec<_> = all().map(|benchmark| benchmark.id).collect();
        assert!(ids.iter().all(|id| id.split('/').count() == 2), "{ids:?}");
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all().count());
    }

    #[test]
    fn a_sweep_has_a_cell_for_each_value_and_depth() {
        static SWEEP: Benchmark = Benchmark::by_family("a/b", "").over("n", &[1, 8], &[64]).below_host_frames(&[1, 50]);
        let shown = |full| SWEEP.cell_ids(full).map(|cell_id| cell_id.to_string()).collect::<Vec<_>>();
        assert_eq!(shown(false), ["a/b/1", "a/b/1@50", "a/b/8", "a/b/8@50"]);
        assert_eq!(shown(true).len(), 6);
    }
}
