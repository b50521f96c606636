//! From bytes to the first exit, step by step.
use super::Benchmark;

/// Bytes to module.
pub static COMPILE: Benchmark = Benchmark::by_family(
    "compile/early-exit",
    "from the bytes of the early-exit guest to its module, on a fresh engine; \
     making the engine is inside, dropping module and engine is not",
)
.headline();

/// Module to instance.
pub static INSTANTIATE: Benchmark = Benchmark::by_family(
    "instantiate/early-exit",
    "from the compiled guest to an instance in a fresh store, with its one import, and its export looked up; \
     dropping them is not inside",
)
.headline();

/// The first exit of a process.
pub static FIRST_EXIT: Benchmark = Benchmark::by_family(
    "cold/first-exit",
    "the first call of a fresh instance in a fresh store, which the host function ends, to the downcast exit code; \
     compiling and instantiating are not inside",
)
.fresh();

pub(super) static ALL: &[&Benchmark] = &[&COMPILE, &INSTANTIATE, &FIRST_EXIT];
