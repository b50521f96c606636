//! From a module to an instance.
use super::{Benchmark, compile};

/// The smallest.
pub static EARLY_EXIT: Benchmark = Benchmark::by_family(
    "instantiate/early-exit",
    "from the compiled guest to an instance in a fresh store, with its one import, and its export looked up; \
     dropping them is not inside",
)
.headline();

/// Over the module's size.
pub static GENERATED: Benchmark = Benchmark::by_family(
    "instantiate/functions",
    "from a generated module to an instance in a fresh store, with its one import, and its export looked up; it has a \
     memory, a table of its functions and some data; dropping them is not inside",
)
.over("functions", compile::FUNCTIONS, &[]);

pub(crate) static ALL: &[&Benchmark] = &[&EARLY_EXIT, &GENERATED];
