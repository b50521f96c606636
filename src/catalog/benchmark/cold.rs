//! The benchmarks `cold/*`: from bytes or an artifact to the first exit or result.
use super::compile;

benchmarks![
    BYTES_TO_EXIT(
        "cold/bytes-to-exit",
        "from the bytes of the early-exit guest to the exit code in the caller: making an engine, compiling, \
         instantiating, the call, the exit and the downcast; dropping what was made is not inside",
    )
    .parallel()
    .in_quick_set(),
    // Includes any translation at a function's first call.
    BYTES_TO_RESULT(
        "cold/bytes-to-result",
        "from the bytes of a generated module to the result of the first call of its export: making an engine, \
         compiling, instantiating, and the call, which runs the last of its functions; dropping what was made is not \
         inside",
    )
    .over("functions", compile::FUNCTIONS, compile::MANY_FUNCTIONS)
    .parallel()
    .in_quick_set(),
    ARTIFACT_TO_EXIT(
        "cold/artifact-to-exit",
        "as `cold/bytes-to-exit`, from the bytes of its artifact, on an engine without a compiler",
    ),
    FIRST_EXIT(
        "cold/first-exit",
        "the first call of a fresh instance in a fresh store, which the host function ends, to the downcast exit code; \
         compiling and instantiating are not inside",
    )
    .fresh(),
];
