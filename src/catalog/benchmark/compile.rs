//! Benchmarks of compilation.

/// Numbers of functions in the generated modules.
pub(crate) const FUNCTIONS: &[u64] = &[16, 128];
/// Larger numbers, for `--full`.
pub(crate) const MANY_FUNCTIONS: &[u64] = &[1024, 4096];

benchmarks![
    EARLY_EXIT(
        "compile/early-exit",
        "from the bytes of the early-exit guest to its module, on a fresh engine; making the engine is inside, \
         dropping module and engine is not",
    )
    .parallel()
    .in_quick_set(),
    GENERATED(
        "compile/functions",
        "from the bytes of a generated module to the module, on a fresh engine with as many threads as it takes by \
         itself; making the engine is inside, dropping module and engine is not",
    )
    .over("functions", FUNCTIONS, MANY_FUNCTIONS)
    .parallel(),
    ONE_THREAD("compile/functions-one-thread", "as `compile/functions`, with one compiling thread").over(
        "functions",
        FUNCTIONS,
        MANY_FUNCTIONS
    ),
    PEAK_MEMORY(
        "compile/peak-memory",
        "as `compile/functions`, the first one of a process; beside the time stands what it added to the most memory \
         that the process ever held, where the platform tells",
    )
    .over("functions", FUNCTIONS, MANY_FUNCTIONS)
    .parallel()
    .fresh(),
];
