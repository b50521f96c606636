//! Benchmarks of the module that the user gives with `--module`.
use super::{Benchmark, BenchmarkKind};

/// The operation on the user's module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the benchmarks document the operations")]
pub enum ModuleBenchmark {
    Compile,
    Serialize,
    Deserialize,
    Instantiate,
    Call,
    Exit,
}

/// Compiles the module.
pub static COMPILE: Benchmark = of(
    ModuleBenchmark::Compile,
    "module/compile",
    "compiles the bytes of the given module (--module) on a fresh engine; creating the engine is timed, dropping module \
     and engine is not",
)
.parallel()
.headline();

/// Serializes the compiled module.
pub static SERIALIZE: Benchmark =
    of(ModuleBenchmark::Serialize, "module/serialize", "serializes the compiled module to the bytes of its artifact");

/// Deserializes the artifact.
pub static DESERIALIZE: Benchmark = of(
    ModuleBenchmark::Deserialize,
    "module/deserialize",
    "deserializes the module from its artifact; creating the engine and dropping module and engine are not timed",
)
.headline();

/// Instantiates the module.
pub static INSTANTIATE: Benchmark = of(
    ModuleBenchmark::Instantiate,
    "module/instantiate",
    "instantiates the module in a fresh store with a stub for each import; its start function is timed, dropping the \
     instance is not",
)
.headline();

/// A call that returns.
pub static CALL: Benchmark = of(
    ModuleBenchmark::Call,
    "module/call",
    "the dynamic call given by --invoke, on an instance created for it, until it returns",
)
.headline();

/// A call that ends in an exit.
pub static EXIT: Benchmark = of(
    ModuleBenchmark::Exit,
    "module/exit",
    "from just before a stub returns the error that ends the guest until the caller has the exit code; each call gets \
     its own instance, and the part before the stub is not timed",
)
.headline();

const fn of(cell: ModuleBenchmark, id: &'static str, inside: &'static str) -> Benchmark {
    Benchmark { prepared: BenchmarkKind::Module(cell), ..Benchmark::by_family(id, inside) }
}

pub(crate) static ALL: &[&Benchmark] = &[&COMPILE, &SERIALIZE, &DESERIALIZE, &INSTANTIATE, &CALL, &EXIT];
