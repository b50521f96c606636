//! Known issues of Wasmer and its three compilers.
use super::{KnownIssue, claim, random_module, scenario, script, soak};

const ALL: &[&str] = &["singlepass", "cranelift", "llvm"];

pub(super) static KNOWN_ISSUES: &[KnownIssue] = &[
    KnownIssue {
        backends: &["singlepass"],
        platforms: &[],
        excuses: &[
            scenario("module/simd", "FAILED: Compilation error: not yet implemented: [..]"),
            scenario("module/simd-signature", "CRASHED: panicked: not implemented"),
            claim("simd"),
        ],
        reason: "it claims SIMD and has no vector instructions: what passes validation is refused, or panics, when it is compiled (`module/simd`)",
        upstream: "https://github.com/wasmerio/wasmer/issues/3015",
    },
    KnownIssue {
        backends: &["singlepass"],
        platforms: &[],
        excuses: &[claim(crate::fuzz::feature_set::MULTI_VALUE_IMPORTS)],
        reason: "singlepass claims multi-value, and panics when it compiles a module that imports a function with two results",
        upstream: "docs/findings.md, an import with two results",
    },
    KnownIssue {
        backends: &["llvm"],
        platforms: &[],
        excuses: &[
            scenario(
                "trap/set-before",
                "FAILED: [..]came `global, then a load: trapped: out of bounds memory access; it holds 0`",
            ),
            random_module("call[..]", "trapped: out of bounds memory access, export g[..]"),
        ],
        reason: "it takes loads and stores for what cannot trap, and leaves out setting a global that is set again after them",
        upstream: "docs/findings.md, a global before a trap",
    },
    KnownIssue {
        backends: &["llvm"],
        platforms: &[],
        excuses: &[random_module("compile", "refused[..]two different kinds of nan canonicalization at the same time")],
        reason: "it refuses an instruction for doubles on a vector that one for floats has just made",
        upstream: "docs/findings.md, two kinds of NaN",
    },
    // The code is unmapped with its engine, and what lies there afterwards is chance.
    KnownIssue {
        backends: ALL,
        platforms: &[],
        excuses: &[
            scenario("module/dropped-engine", "CRASHED: killed by signal [..]").sometimes(),
            scenario("module/dropped-engine", "FAILED: line 1: [..]came `trapped: out of bounds memory access`")
                .sometimes(),
        ],
        reason: "a module does not keep its engine's code alive, and nothing checks whether that is gone: the call ends in what has become of its address",
        upstream: "https://github.com/wasmerio/wasmer/issues/4949",
    },
    // Where a trap comes from a signal, the code that is noted for the place wins over the signal (the engine's
    // trap/stack.rs). LLVM notes none for loads and stores.
    KnownIssue {
        backends: &["singlepass", "cranelift"],
        platforms: &[],
        excuses: &[scenario(
            "interrupt/loop-with-memory",
            "FAILED: line 3: [..]came `reported as [..]trapped: out of bounds memory access, [..] times`",
        )
        .sometimes()],
        reason: "an interrupt that arrives at an instruction which itself could trap is reported as that trap: keep a flag of your own",
        upstream: "https://github.com/wasmerio/wasmer/pull/6075",
    },
    KnownIssue {
        backends: ALL,
        platforms: &[],
        excuses: &[script("core/elem: module", "refused: [..]unsupported init expr in element section: GlobalGet[..]")],
        reason: "Wasmer takes no imported global as an element of a segment whose elements are expressions",
        upstream: "docs/findings.md, a global among elements",
    },
    KnownIssue {
        backends: ALL,
        platforms: &[],
        excuses: &[script(
            "core/table: module",
            "[..]Table maximum (4294967295) is larger than maximum allowed size[..]",
        )],
        reason: "Wasmer holds no table that may grow beyond 2^27 elements: a limit that the specification allows",
        upstream: "https://webassembly.github.io/spec/core/appendix/implementation.html",
    },
    KnownIssue {
        backends: &["cranelift", "llvm"],
        platforms: &[],
        excuses: &[soak("exceptions", "memory grows by [..]")],
        reason: "an exception that was caught is never freed: 330 to 440 bytes each",
        upstream: "docs/findings.md, exceptions that stay",
    },
];
