//! Benchmarks of compilation.
use super::Benchmark;

/// Numbers of functions in the generated modules.
pub(crate) const FUNCTIONS: &[u64] = &[16, 128];
pub(crate) const MANY_FUNCTIONS: &[u64] = &[1024, 4096];

/// Compiles the smallest guest.
pub static EARLY_EXIT: Benchmark = Benchmark::by_family(
    "compile/early-exit",
    "from the bytes of the early-exit guest to its module, on a fresh engine; \
     making the engine is inside, dropping module and engine is not",
)
.parallel()
.headline();

/// Compiles generated modules of several sizes.
pub static GENERATED: Benchmark = Benchmark::by_family(
    "compile/functions",
    "from the bytes of a generated module to the module, on a fresh engine with as many threads as it takes by \
     itself; making the engine is inside, dropping module and engine is not",
)
.over("functions", FUNCTIONS, MANY_FUNCTIONS)
.parallel();

/// Compiles generated modules on one thread.
pub static ONE_THREAD: Benchmark = Benchmark::by_family(
    "compile/functions-one-thread",
    "as `compile/functions`, with one compiling thread",
)
.over("functions", FUNCTIONS, MANY_FUNCTIONS);

/// Measures the peak memory of compilation, in bytes.
pub static PEAK_MEMORY: Benchmark = Benchmark::by_family(
    "compile/peak-memory",
    "as `compile/functions`, the first one of a process; beside the time stands what it added to the most memory that \
     the process ever held, where the platform tells",
)
.over("functions", FUNCTIONS, MANY_FUNCTIONS)
.parallel()
.fresh();

pub(crate) static ALL: &[&Benchmark] = &[&EARLY_EXIT, &GENERATED, &ONE_THREAD, &PEAK_MEMORY];
