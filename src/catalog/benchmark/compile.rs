//! From bytes to a module.
use super::Benchmark;

/// How many functions the generated modules have.
pub(crate) const FUNCTIONS: &[u64] = &[16, 128];
pub(crate) const MANY_FUNCTIONS: &[u64] = &[1024, 4096];

/// The smallest.
pub static EARLY_EXIT: Benchmark = Benchmark::by_family(
    "compile/early-exit",
    "from the bytes of the early-exit guest to its module, on a fresh engine; \
     making the engine is inside, dropping module and engine is not",
)
.parallel()
.headline();

/// Over the module's size.
pub static GENERATED: Benchmark = Benchmark::by_family(
    "compile/functions",
    "from the bytes of a generated module to the module, on a fresh engine with as many threads as it takes by \
     itself; making the engine is inside, dropping module and engine is not",
)
.over("functions", FUNCTIONS, MANY_FUNCTIONS)
.parallel();

/// Over the module's size, with no help from other cores.
pub static ONE_THREAD: Benchmark = Benchmark::by_family(
    "compile/functions-one-thread",
    "as `compile/functions`, with one compiling thread",
)
.over("functions", FUNCTIONS, MANY_FUNCTIONS);

/// What it takes in memory.
pub static PEAK_MEMORY: Benchmark = Benchmark::by_family(
    "compile/peak-memory",
    "as `compile/functions`, the first one of a process; beside the time stands what it added to the most memory that \
     the process ever held, where the platform tells",
)
.over("functions", FUNCTIONS, MANY_FUNCTIONS)
.parallel()
.fresh();

pub(crate) static ALL: &[&Benchmark] = &[&EARLY_EXIT, &GENERATED, &ONE_THREAD, &PEAK_MEMORY];
