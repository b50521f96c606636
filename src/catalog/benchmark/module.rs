//! A module of the user's own: there only where one was given.
use super::{Benchmark, BenchmarkKind};

/// What is done with the module that was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the benchmarks say it")]
pub enum ModuleBenchmark {
    Compile,
    Serialize,
    Deserialize,
    Instantiate,
    Call,
    Exit,
}

/// Bytes to module.
pub static COMPILE: Benchmark = of(
    ModuleBenchmark::Compile,
    "module/compile",
    "from the bytes of the module that was given (--module) to the compiled module, on a fresh engine; making the \
     engine is inside, dropping both is not",
)
.parallel()
.headline();

/// Module to artifact.
pub static SERIALIZE: Benchmark = of(
    ModuleBenchmark::Serialize,
    "module/serialize",
    "from the module that was given, compiled, to the bytes of its artifact",
);

/// Artifact to module.
pub static DESERIALIZE: Benchmark = of(
    ModuleBenchmark::Deserialize,
    "module/deserialize",
    "from the bytes of its artifact to the module; making the engine that it lives in, and dropping both, are not inside",
)
.headline();

/// Module to instance.
pub static INSTANTIATE: Benchmark = of(
    ModuleBenchmark::Instantiate,
    "module/instantiate",
    "from the module to an instance in a fresh store, with a stub for each import; its start function is inside, \
     dropping it is not",
)
.headline();

/// A call that returns.
pub static CALL: Benchmark = of(
    ModuleBenchmark::Call,
    "module/call",
    "the call that was asked for (--invoke), on an instance that was made for it, where it returns; with values whose \
     types are known at run time only",
)
.headline();

/// A call that does not.
pub static EXIT: Benchmark = of(
    ModuleBenchmark::Exit,
    "module/exit",
    "from just before a stub returns the error that ends the guest until the caller has its exit code; the call is made \
     on an instance of its own, and what it does before is not inside",
)
.headline();

const fn of(cell: ModuleBenchmark, id: &'static str, inside: &'static str) -> Benchmark {
    Benchmark { prepared: BenchmarkKind::Module(cell), ..Benchmark::by_family(id, inside) }
}

pub(crate) static ALL: &[&Benchmark] = &[&COMPILE, &SERIALIZE, &DESERIALIZE, &INSTANTIATE, &CALL, &EXIT];
