//! Scenarios of a module's origin, and of modules, functions and values used with another store or engine.
scenarios![
    SERIALIZED(
        "module/serialized",
        "a guest that was compiled, serialized and loaded by another engine exits as the original does",
        &["compiled: exited early with exit code: 5", "loaded: exited early with exit code: 5", "loaded: returned 7"],
    ),
    HEADLESS(
        "module/headless",
        "an engine without a compiler refuses to compile, and runs modules compiled elsewhere",
        &["compiling on it: refused: [..]ompiler[..]", "loaded: exited early with exit code: 5", "loaded: returned 7"],
    ),
    SIMD(
        "module/simd",
        "a guest that computes with vectors compiles, or is refused with an error if the backend does not claim \
         vectors",
        &["exited early with exit code: 5", "returned 7"],
    ),
    SIMD_SIGNATURE(
        "module/simd-signature",
        "a guest that returns a vector of the host compiles, or is refused if the backend does not claim vectors",
        &["exited early with exit code: 5", "returned 0x102030405060708090a0b0c0d0e0f10"],
    ),
    FUNCTION_OF_ANOTHER_STORE(
        "module/function-of-another-store",
        "calling a function of another store panics, and both stores stay usable",
        &[
            "typed: panicked: [..]",
            "dynamic: panicked: [..]",
            "its own store: exited early with exit code: 5",
            "the other store: exited early with exit code: 6",
        ],
    ),
    IMPORT_OF_ANOTHER_STORE(
        "module/import-of-another-store",
        "importing a function of another store is refused at instantiation, and both stores stay usable",
        &[
            "refused: [..]tore[..]",
            "its own store: exited early with exit code: 5",
            "the other store: exited early with exit code: 6",
        ],
    ),
    VALUE_OF_ANOTHER_STORE(
        "module/value-of-another-store",
        "passing a function of another store as an argument is refused, and both stores stay usable",
        &[
            "a function of its own: returned 0",
            "typed: refused: [..]",
            "dynamic: refused: [..]",
            "its own store: exited early with exit code: 5",
            "the other store: exited early with exit code: 6",
        ],
    ),
    ANOTHER_ENGINE(
        "module/another-engine",
        "a module in a store of another engine runs while its own engine lives: no engine checks this",
        &["exited early with exit code: 5", "returned 7"],
    ),
    DROPPED_ENGINE(
        "module/dropped-engine",
        "a module outlives the engine that compiled it, or is refused: its code must exist when it is called",
        &["exited early with exit code: 5", "returned 7"],
    ),
    TABLE_OF_ANOTHER_INSTANCE(
        "module/table-of-another-instance",
        "a function that is called through the table of another instance loads from the memory of its own instance",
        &["the other instance has no memory: returned 100", "the other instance has a memory: returned 100"],
    ),
];
