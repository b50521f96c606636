//! Benchmarks that serialize and deserialize compiled modules.
use super::compile;

benchmarks![
    SERIALIZE(
        "artifact/serialize",
        "serializes a generated module to the bytes of its artifact; freeing the bytes is not timed",
    )
    .over("functions", compile::FUNCTIONS, &[]),
    DESERIALIZE(
        "artifact/deserialize",
        "deserializes a generated module from the trusted bytes of its artifact; creating the engine and dropping the \
         module and the engine are not timed",
    )
    .over("functions", compile::FUNCTIONS, &[])
    .in_quick_set(),
];
