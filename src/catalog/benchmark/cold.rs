//! From nothing to the first exit.
use super::Benchmark;

/// All of it.
pub static BYTES_TO_EXIT: Benchmark = Benchmark::by_family(
    "cold/bytes-to-exit",
    "from the bytes of the early-exit guest to the exit code in the caller: making an engine, compiling, \
     instantiating, the call, the exit and the downcast; dropping what was made is not inside",
)
.parallel()
.headline();

/// Compiled before.
pub static ARTIFACT_TO_EXIT: Benchmark = Benchmark::by_family(
    "cold/artifact-to-exit",
    "as `cold/bytes-to-exit`, from the bytes of its artifact, on an engine without a compiler",
);

/// The first exit of a process.
pub static FIRST_EXIT: Benchmark = Benchmark::by_family(
    "cold/first-exit",
    "the first call of a fresh instance in a fresh store, which the host function ends, to the downcast exit code; \
     compiling and instantiating are not inside",
)
.fresh();

pub(crate) static ALL: &[&Benchmark] = &[&BYTES_TO_EXIT, &ARTIFACT_TO_EXIT, &FIRST_EXIT];
