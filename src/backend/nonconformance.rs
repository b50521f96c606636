//! Where a backend is known not to do what the specification's scripts say.
//!
//! As with known divergences, an entry excuses exactly what it describes.

/// What is known to come of assertions in scripts.
pub struct Nonconformance {
    /// The backends that it is seen on.
    pub backends: &'static [&'static str],
    /// What comes: the script, the assertion, and what came in its place; `[..]` stands for anything.
    pub came: &'static str,
    /// Why.
    pub reason: &'static str,
    /// Where upstream speaks of it; our own words where it does not.
    pub upstream: &'static str,
}

/// All of them.
pub static NONCONFORMANCES: &[Nonconformance] = &[
    Nonconformance {
        backends: WASMER,
        came: "core/elem: module: refused: [..]unsupported init expr in element section: GlobalGet[..]",
        reason: "Wasmer takes no imported global as an element of a segment whose elements are expressions",
        upstream: "docs/findings.md, a global among elements",
    },
    Nonconformance {
        backends: WASMER,
        came: "core/table: module: [..]Table maximum (4294967295) is larger than maximum allowed size[..]",
        reason: "Wasmer holds no table that may grow beyond 2^27 elements: a limit that the specification allows",
        upstream: "https://webassembly.github.io/spec/core/appendix/implementation.html",
    },
    Nonconformance {
        backends: &["wasmtime-cranelift", "wasmtime-winch"],
        came: "threads/[..]: module: [..]shared memory support is disabled for this engine[..]",
        reason: "it takes atomic instructions, and memories that are shared only where a host turns them on (`Config::shared_memory`)",
        upstream: "https://docs.rs/wasmtime/latest/wasmtime/struct.Config.html#method.shared_memory",
    },
];

const WASMER: &[&str] = &["singlepass", "cranelift", "llvm"];

impl Nonconformance {
    /// Whether it is known of a backend.
    pub fn is_of(&self, backend: &str) -> bool {
        self.backends.contains(&backend)
    }
}
