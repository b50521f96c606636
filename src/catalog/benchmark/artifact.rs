//! Compiled modules, out of memory and back.
use super::{Benchmark, compile};

/// Module to bytes.
pub static SERIALIZE: Benchmark = Benchmark::by_family(
    "artifact/serialize",
    "from a generated module to the bytes of its artifact; freeing them is not inside",
)
.over("functions", compile::FUNCTIONS, &[]);

/// Bytes to module.
pub static DESERIALIZE: Benchmark = Benchmark::by_family(
    "artifact/deserialize",
    "from the bytes of a generated module's artifact, which are trusted, to the module; making the engine that it \
     lives in, and dropping both, are not inside",
)
.over("functions", compile::FUNCTIONS, &[])
.headline();

pub(crate) static ALL: &[&Benchmark] = &[&SERIALIZE, &DESERIALIZE];
