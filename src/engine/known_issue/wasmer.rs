//! Known issues of Wasmer and its three compilers.
use super::{KnownIssue, case, claim, random_module, scenario, script, soak};

const ALL: &[&str] = &["singlepass", "cranelift", "llvm"];

pub(super) static KNOWN_ISSUES: &[KnownIssue] = &[
    KnownIssue {
        backends: &["singlepass"],
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
        excuses: &[
            claim(super::MULTI_VALUE_IMPORTS),
            scenario("exit/several-results", "CRASHED: panicked: assertion `left == right` failed[..]"),
        ],
        reason: "singlepass claims multi-value, and panics when it compiles a module that imports a function with two results",
        upstream: "docs/findings.md, an import with two results",
    },
    KnownIssue {
        backends: &["llvm"],
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
        backends: &["singlepass"],
        excuses: &[scenario(
            "exit/one-result",
            "FAILED: line 1: [..]came `5 host functions: 5 exited, 3 returned their values`",
        )],
        reason: "a call takes its result from an integer register, where a typed host function returns a float in a vector register",
        upstream: "https://github.com/wasmerio/wasmer/pull/6252",
    },
    // The outcomes vary, because the callee takes the arbitrary value of a register for the address of its memory.
    KnownIssue {
        backends: &["llvm"],
        excuses: &[
            scenario("module/table-of-another-instance", "FAILED: line 1: [..]").sometimes(),
            scenario("module/table-of-another-instance", "CRASHED: killed by signal [..]").sometimes(),
            case("indirect-call-after-table-set --invoke own[..]", "[..]").sometimes(),
        ],
        reason: "an indirect call hands on the caller's memory, or none, by what the table held at first: the callee takes it for its own",
        upstream: "docs/findings.md, a memory that is not the callee's",
    },
    KnownIssue {
        backends: &["llvm"],
        excuses: &[random_module("compile", "refused[..]two different kinds of nan canonicalization at the same time")],
        reason: "it refuses an instruction for doubles on a vector that one for floats has just made",
        upstream: "docs/findings.md, two kinds of NaN",
    },
    // The outcomes vary, because the code is unmapped with its engine, and other data may be mapped in its place.
    KnownIssue {
        backends: ALL,
        excuses: &[
            scenario("module/dropped-engine", "CRASHED: killed by signal [..]").sometimes(),
            scenario("module/dropped-engine", "FAILED: line 1: [..]came `trapped: out of bounds memory access`")
                .sometimes(),
        ],
        reason: "a module does not keep its engine's code alive, and nothing checks whether that is gone: the call ends in what has become of its address",
        upstream: "https://github.com/wasmerio/wasmer/issues/4949",
    },
    // If a trap comes from a signal, the trap code of the instruction takes precedence over the signal (Wasmer's
    // `trap/stack.rs`). LLVM has no trap codes for loads and stores.
    KnownIssue {
        backends: &["singlepass", "cranelift"],
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
        excuses: &[script("core/elem: module", "refused: [..]unsupported init expr in element section: GlobalGet[..]")],
        reason: "Wasmer takes no imported global as an element of a segment whose elements are expressions",
        upstream: "docs/findings.md, a global among elements",
    },
    KnownIssue {
        backends: ALL,
        excuses: &[script(
            "core/table: module",
            "[..]Table maximum (4294967295) is larger than maximum allowed size[..]",
        )],
        reason: "Wasmer holds no table that may grow beyond 2^27 elements: a limit that the specification allows",
        upstream: "https://webassembly.github.io/spec/core/appendix/implementation.html",
    },
    KnownIssue {
        backends: &["cranelift", "llvm"],
        excuses: &[
            soak("exceptions", "memory grows by [..]"),
            // A build with few engines uses less memory, and stays below the limit.
            case("exceptions-in-a-loop --invoke caught 300000 --memory 160M", "call: OVER MEMORY: used [..]")
                .sometimes(),
        ],
        reason: "an exception that was caught is not freed before its store is: 330 bytes and more each",
        upstream: "docs/findings.md, exceptions that stay",
    },
    KnownIssue {
        backends: ALL,
        excuses: &[
            case("wait-unshared --invoke wait32 65532 --exit-at stop", "exited early with exit code: 1; 1 call"),
            case("wait-unshared --invoke wait32_for_nothing 0", "trapped: interrupted; 0 calls"),
            case("wait-unshared --invoke wait64 65528", "returned 1; 1 call"),
        ],
        reason: "it waits on a memory that is not shared, or says that it was interrupted, and must trap",
        upstream: "docs/findings.md, waiting on unshared memory",
    },
    KnownIssue {
        backends: ALL,
        // The outcome depends on how much memory is available.
        excuses: &[
            case("grow-far --invoke table -2 --memory 600M", "call: CRASHED: [..]memory allocation of [..]")
                .sometimes(),
            case("grow-far --invoke table -2 --memory 600M", "call: OVER MEMORY: used [..]").sometimes(),
        ],
        reason: "a table without a maximum grows by an allocation that ends the process when it fails",
        upstream: "docs/findings.md, a table too large",
    },
    KnownIssue {
        backends: &["llvm"],
        excuses: &[case("table-of-exceptions[..]", "compile: CRASHED: killed by signal [..]")],
        reason: "reading a table of exceptions crashes the compiler",
        upstream: "docs/findings.md, a table of exceptions",
    },
    KnownIssue {
        backends: &["cranelift"],
        excuses: &[case(
            "table-of-exceptions[..]",
            "instantiate: FAILED: Insufficient resources: tables of types other [..]",
        )],
        reason: "it claims exceptions, and makes no table of them",
        upstream: "docs/findings.md, a table of exceptions",
    },
    KnownIssue {
        backends: &["singlepass"],
        excuses: &[case("large-frames --invoke parameters -1", "call: CRASHED: killed by signal [..]")],
        reason: "parameters on the stack that are larger than the guard page are not probed: the stack's end is overrun",
        upstream: "docs/findings.md, parameters beyond the guard page",
    },
    KnownIssue {
        backends: &["llvm"],
        excuses: &[
            case("nested-conditions[..]", "compile: TIMED OUT: no answer within [..]"),
            scenario("hostile/nested-conditions", "TIMED OUT: no answer within [..]"),
        ],
        reason: "100 kB of code within one function take another list of passes, which does not come to an end over 20,000 conditions within one another",
        upstream: "https://github.com/wasmerio/wasmer/issues/5997",
    },
    KnownIssue {
        backends: &["llvm"],
        excuses: &[case("tail-calls --invoke wide 100000[..]", "trapped: call stack exhausted; 0 calls")],
        reason: "a tail call to a function of another type is only a hint to LLVM: where parameters go on the stack it is a call",
        upstream: "docs/findings.md, tail calls that use up the stack",
    },
];
