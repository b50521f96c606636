//! Where a module comes from, and what it may be mixed with.
use super::Scenario;

/// Compiled in another process, as it were.
pub static SERIALIZED: Scenario = Scenario::by_family(
    "module/serialized",
    "a guest that was compiled before, serialised and loaded by another engine exits as the original does",
    &["compiled: exited early with exit code: 5", "loaded: exited early with exit code: 5", "loaded: returned 7"],
);

/// Without a compiler.
pub static HEADLESS: Scenario = Scenario::by_family(
    "module/headless",
    "an engine without any compiler refuses to compile, and runs what was compiled elsewhere",
    &["compiling on it: refused: [..]ompiler[..]", "loaded: exited early with exit code: 5", "loaded: returned 7"],
);

/// A use of vectors.
pub static SIMD: Scenario = Scenario::by_family(
    "module/simd",
    "a guest that computes with vectors is compiled, or refused with an error where vectors are not claimed",
    &["exited early with exit code: 5", "returned 7"],
);

/// Another.
pub static SIMD_SIGNATURE: Scenario = Scenario::by_family(
    "module/simd-signature",
    "a guest that hands on a vector of the host's is compiled, or refused where vectors are not claimed",
    &["exited early with exit code: 5", "returned 0x102030405060708090a0b0c0d0e0f10"],
);

/// One of the four ways to mix.
pub static FUNCTION_OF_ANOTHER_STORE: Scenario = Scenario::by_family(
    "module/function-of-another-store",
    "to call a function of one store with another is a panic, and harms neither",
    &[
        "typed: panicked: [..]",
        "dynamic: panicked: [..]",
        "its own store: exited early with exit code: 5",
        "the other store: exited early with exit code: 6",
    ],
);

/// One of the four ways to mix.
pub static IMPORT_OF_ANOTHER_STORE: Scenario = Scenario::by_family(
    "module/import-of-another-store",
    "to import a function of another store is refused when the guest is instantiated, and harms neither",
    &[
        "refused: [..]tore[..]",
        "its own store: exited early with exit code: 5",
        "the other store: exited early with exit code: 6",
    ],
);

/// One of the four ways to mix.
pub static VALUE_OF_ANOTHER_STORE: Scenario = Scenario::by_family(
    "module/value-of-another-store",
    "to pass a function of another store as an argument is refused, and harms neither",
    &[
        "a function of its own: returned 0",
        "typed: refused: [..]",
        "dynamic: refused: [..]",
        "its own store: exited early with exit code: 5",
        "the other store: exited early with exit code: 6",
    ],
);

/// One of the four ways to mix.
pub static ANOTHER_ENGINE: Scenario = Scenario::by_family(
    "module/another-engine",
    "a module in a store of another engine runs as long as its own engine lives: nothing checks it",
    &["exited early with exit code: 5", "returned 7"],
);

/// What comes of that.
pub static DROPPED_ENGINE: Scenario = Scenario::by_family(
    "module/dropped-engine",
    "a module outlives the engine that compiled it, or is refused: its code must not be gone when it is called",
    &["exited early with exit code: 5", "returned 7"],
);

pub(crate) static ALL: &[&Scenario] = &[
    &SERIALIZED,
    &HEADLESS,
    &SIMD,
    &SIMD_SIGNATURE,
    &FUNCTION_OF_ANOTHER_STORE,
    &IMPORT_OF_ANOTHER_STORE,
    &VALUE_OF_ANOTHER_STORE,
    &ANOTHER_ENGINE,
    &DROPPED_ENGINE,
];
