//! The catalogue of benchmarks, as data. No entry is for one engine only.
//!
//! An entry names the timed part and the parameter. Each engine family prepares most benchmarks. Native baselines, benchmarks
//! of the user's module, and benchmarks that run another benchmark on several threads are prepared once for all families. The code is
//! in the file of the same name in `src/suite/benchmarks/`, or in the folder of an engine.

/// Defines the benchmarks of a theme, and their list `ALL` in the order of the tables. An entry is `NAME(id, timed part)`,
/// followed by the methods of [`Benchmark`] that change a default.
macro_rules! benchmarks {
    ($($name:ident($id:expr, $inside:expr $(,)?) $(.$method:ident($($value:expr),*))*),* $(,)?) => {
        $(
            #[doc = $inside]
            pub static $name: $crate::catalog::benchmark::Benchmark =
                $crate::catalog::benchmark::Benchmark::by_family($id, $inside)$(.$method($($value),*))*;
        )*
        pub(crate) static ALL: &[&$crate::catalog::benchmark::Benchmark] = &[$(&$name),*];
    };
}

pub mod artifact;
pub mod call;
mod cell_id;
pub mod cold;
pub mod compile;
pub mod execute;
pub mod instantiate;
pub mod module;
pub mod native;
pub mod recover;
pub mod stop;
pub mod unwind;

pub use cell_id::CellId;

use anyhow::Result;

use crate::engine::embedding::Prepared;

/// One thing to measure. On a variant and with its parameter, a benchmark is a cell.
pub struct Benchmark {
    /// The identifier on the command line, without the parameter: `theme/name`.
    pub id: &'static str,
    /// What the timer includes and excludes.
    pub inside: &'static str,
    /// The parameter, if the benchmark has one.
    pub parameter: Option<Parameter>,
    /// The numbers of host frames below which it is measured, because the cost of an exit grows with each frame.
    pub host_frames: &'static [u64],
    /// How the benchmark is implemented.
    pub prepared: BenchmarkKind,
    /// The native baseline, if there is one: the same work without WebAssembly.
    pub native_baseline: Option<&'static Benchmark>,
    /// Whether it is in the quick set: the benchmarks of `cargo bench` and `measure --quick`.
    pub in_quick_set: bool,
    /// Whether it uses several threads, so that it is not pinned to one processor.
    pub parallel: bool,
    /// Whether each sample needs a fresh process. Criterion skips the benchmark, because its samples share a process.
    pub fresh: bool,
}

/// The parameter of a benchmark.
pub struct Parameter {
    /// The name, which is also the unit: `guest frames`.
    pub name: &'static str,
    /// The default values.
    pub values: &'static [u64],
    /// The additional values of `--full`.
    pub full: &'static [u64],
}

/// How a benchmark is implemented.
pub enum BenchmarkKind {
    /// One function per engine family.
    ByFamily,
    /// One function without an engine.
    NativeBaseline(fn(u64) -> Result<Prepared>),
    /// One function for the user's module. Without a module there is no cell.
    Module(module::ModuleBenchmark),
    /// Another benchmark on several threads. The parameter is the number of threads.
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
            prepared: BenchmarkKind::ByFamily,
            native_baseline: None,
            in_quick_set: false,
            parallel: false,
            fresh: false,
        }
    }

    /// Makes it a native baseline, which one function prepares without an engine.
    pub const fn without_engine(self, prepare: fn(u64) -> Result<Prepared>) -> Self {
        Self { prepared: BenchmarkKind::NativeBaseline(prepare), ..self }
    }

    /// Measures the user's module.
    pub const fn of_module(self, operation: module::ModuleBenchmark) -> Self {
        Self { prepared: BenchmarkKind::Module(operation), ..self }
    }

    /// Adds a parameter with its default values and the additional values of `--full`.
    pub const fn over(self, name: &'static str, values: &'static [u64], full: &'static [u64]) -> Self {
        Self { parameter: Some(Parameter { name, values, full }), ..self }
    }

    /// Sets the numbers of host frames.
    pub const fn below_host_frames(self, host_frames: &'static [u64]) -> Self {
        Self { host_frames, ..self }
    }

    /// Sets the native baseline.
    pub const fn native_baseline(self, native_baseline: &'static Benchmark) -> Self {
        Self { native_baseline: Some(native_baseline), ..self }
    }

    /// Runs the benchmark `same` on several threads at once. The parameter is the number of threads.
    pub const fn concurrently(self, same: &'static Benchmark) -> Self {
        Self { prepared: BenchmarkKind::Concurrently(same), ..self }
    }

    /// Adds the benchmark to the quick set.
    pub const fn in_quick_set(self) -> Self {
        Self { in_quick_set: true, ..self }
    }

    /// Marks the benchmark as using several threads.
    pub const fn parallel(self) -> Self {
        Self { parallel: true, ..self }
    }

    /// Marks the benchmark as needing a fresh process for each sample.
    pub const fn fresh(self) -> Self {
        Self { fresh: true, ..self }
    }

    /// The cells of the benchmark on one variant; with `full`, also those of the additional values.
    pub fn cell_ids(&'static self, full: bool) -> impl Iterator<Item = CellId> {
        let values = self.parameter.as_ref().map_or(vec![None], |parameter| {
            let more = if full { parameter.full } else { &[] };
            parameter.values.iter().chain(more).copied().map(Some).collect()
        });
        let cell_id = |at, host_frames| CellId { benchmark: self.id.into(), at, host_frames };
        values.into_iter().flat_map(move |at| self.host_frames.iter().map(move |frames| cell_id(at, *frames)))
    }
}

/// The themes, in the order of the tables.
static THEMES: &[&[&Benchmark]] = &[
    compile::ALL,
    artifact::ALL,
    instantiate::ALL,
    cold::ALL,
    call::ALL,
    unwind::RETURNED,
    unwind::RETURN_LATENCY,
    unwind::WHOLE,
    unwind::LATENCY,
    unwind::ALL,
    recover::ALL,
    stop::ALL,
    execute::ALL,
    native::ALL,
    native::EXITS,
    native::KERNELS,
    module::ALL,
];

/// Benchmarks of earlier versions. Their cells are dropped from reports. `unwind/threads` replaced `unwind/beside-threads`.
pub const RETIRED: &[&str] = &["unwind/beside-threads"];

/// Every benchmark.
pub fn all() -> impl Iterator<Item = &'static Benchmark> {
    THEMES.iter().flat_map(|theme| theme.iter().copied())
}

/// The benchmark with this id, if there is one.
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
