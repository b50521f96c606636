//! Benchmarks of instantiation.
use super::compile;

benchmarks![
    EARLY_EXIT(
        "instantiate/early-exit",
        "instantiates the compiled guest in a fresh store with its one import, and looks its export up; dropping \
         instance and store is not timed",
    )
    .in_quick_set(),
    GENERATED(
        "instantiate/functions",
        "instantiates a generated module, with a memory, a table of its functions and some data, in a fresh store with \
         its one import, and looks its export up; dropping instance and store is not timed",
    )
    .over("functions", compile::FUNCTIONS, &[]),
];
