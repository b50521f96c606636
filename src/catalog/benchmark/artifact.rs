//! Benchmarks that serialize and deserialize compiled modules.
use super::{Benchmark, compile};

/// Serializes a compiled module.
pub static SERIALIZE: Benchmark = Benchmark::by_family(
    "artifact/serialize",
    "serializes a generated module to the bytes of its artifact; freeing the bytes is not timed",
)
.over("functions", compile::FUNCTIONS, &[]);

/// Deserializes an artifact.
pub static DESERIALIZE: Benchmark = Benchmark::by_family(
    "artifact/deserialize",
    "deserializes a generated module from the trusted bytes of its artifact; creating the engine and dropping the \
     module and the engine are not timed",
)
.over("functions", compile::FUNCTIONS, &[])
.headline();

pub(crate) static ALL: &[&Benchmark] = &[&SERIALIZE, &DESERIALIZE];
