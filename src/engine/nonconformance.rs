//! Where a backend is known not to do what the specification's scripts say.
//!
//! As with known divergences, an entry excuses exactly what it describes.

use super::Dispute;

/// All of them: what comes is the script, the assertion, and what came in its place.
pub static NONCONFORMANCES: &[Dispute] = &[
    Dispute {
        backends: WASMER,
        came: "core/elem: module: refused: [..]unsupported init expr in element section: GlobalGet[..]",
        reason: "Wasmer takes no imported global as an element of a segment whose elements are expressions",
        upstream: "docs/findings.md, a global among elements",
    },
    Dispute {
        backends: WASMER,
        came: "core/table: module: [..]Table maximum (4294967295) is larger than maximum allowed size[..]",
        reason: "Wasmer holds no table that may grow beyond 2^27 elements: a limit that the specification allows",
        upstream: "https://webassembly.github.io/spec/core/appendix/implementation.html",
    },
    Dispute {
        backends: &["wasmtime-cranelift", "wasmtime-winch"],
        came: "threads/[..]: module: [..]shared memory support is disabled for this engine[..]",
        reason: "it takes atomic instructions, and memories that are shared only where a host turns them on (`Config::shared_memory`)",
        upstream: "docs/engines.md, what is different",
    },
];

const WASMER: &[&str] = &["singlepass", "cranelift", "llvm"];
