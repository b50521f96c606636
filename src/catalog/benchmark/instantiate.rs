//! Benchmarks of instantiation.
use super::{Benchmark, compile};

/// Instantiates the smallest guest.
pub static EARLY_EXIT: Benchmark = Benchmark::by_family(
    "instantiate/early-exit",
    "instantiates the compiled guest in a fresh store with its one import, and looks its export up; dropping instance \
     and store is not timed",
)
.headline();

/// Instantiates generated modules of several sizes.
pub static GENERATED: Benchmark = Benchmark::by_family(
    "instantiate/functions",
    "instantiates a generated module, with a memory, a table of its functions and some data, in a fresh store with its \
     one import, and looks its export up; dropping instance and store is not timed",
)
.over("functions", compile::FUNCTIONS, &[]);

pub(crate) static ALL: &[&Benchmark] = &[&EARLY_EXIT, &GENERATED];
