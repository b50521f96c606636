//! Known issues of libraries with the C API.
use super::{KnownIssue, scenario};

pub(super) static KNOWN_ISSUES: &[KnownIssue] = &[
    KnownIssue {
        backends: &["c-api/wasmtime", "c-api/wasmi"],
        excuses: &[
            scenario("c-api/message-without-nul", "CRASHED: killed by signal 6[..]stringz expected[..]"),
            scenario("c-api/message-without-nul", "CRASHED: killed by signal 6[..]null-terminated[..]"),
            scenario("c-api/message-without-nul", "FAILED: [..]`wasm_trap_new message stringz expected`[..]"),
        ],
        reason: "the header asks for a final NUL, and `wasm_trap_new` panics without one: that ends the process, or, with old \
                 releases of wasmtime, unwinds through the host function and becomes the message",
        upstream: "https://github.com/WebAssembly/wasm-c-api/blob/main/include/wasm.h",
    },
    KnownIssue {
        backends: &["c-api"],
        excuses: &[scenario("c-api/trap-host-info", "CRASHED: killed by signal 6[..]wasm_trap_set_host_info[..]")],
        reason: "`wasm_trap_set_host_info` is there, is not implemented, and ends the process",
        upstream: "docs/findings.md, the C API",
    },
    KnownIssue {
        backends: &["c-api/wasmtime"],
        excuses: &[scenario("c-api/message", "FAILED: line 2: [..]came `came `[..]wasm backtrace:[..]")],
        reason: "the guest's frames are part of the message: behind it until 2.0, and before it since 3.0",
        upstream: "docs/findings.md, the C API",
    },
    KnownIssue {
        backends: &["c-api/wasmi"],
        excuses: &[
            scenario("dynamic-exit", "FAILED: no such message: Error { kind: Message([..]"),
            scenario("c-api/message", "FAILED: line 2: [..]came `came `Error { kind: Message([..]"),
            scenario("c-api/message-within", "FAILED: line 1: [..]`Error { kind: Message([..]"),
        ],
        reason: "`wasm_trap_message` gives the error as `{:?}` shows it, and not its message",
        upstream: "docs/findings.md, the C API",
    },
    KnownIssue {
        backends: &["c-api/wasmi"],
        excuses: &[scenario("hostile/locals", "FAILED: line 1: [..]TooManyFunctionParams[..]")],
        reason: "a function has 30,000 locals at most, which is seen when it is called: a limit that the specification allows",
        upstream: "https://webassembly.github.io/spec/core/appendix/implementation.html",
    },
    KnownIssue {
        backends: &["c-api/wasmtime 0.", "c-api/wasmtime 1."],
        excuses: &[
            scenario("hostile/nested-conditions", "TIMED OUT: [..]").sometimes(),
            scenario("hostile/locals", "TIMED OUT: [..]").sometimes(),
        ],
        reason: "compiling nested conditions, and in 0.30 a function with many locals, takes over 20 s; from 4.0 on it takes less",
        upstream: "docs/libraries.md, which release broke my module",
    },
    KnownIssue {
        backends: &["c-api/wasmi"],
        excuses: &[scenario("c-api/export-order", "FAILED: line 1: [..]came `the module's exports: a, m, z`")],
        reason: "exports are sorted by name: a host that goes by the module's order takes another",
        upstream: "docs/findings.md, the C API",
    },
    KnownIssue {
        backends: &["c-api/wasmi"],
        excuses: &[scenario(
            "trap/stack-overflow",
            "FAILED: line 1: [..]came `deeper(4000): trapped: call stack exhausted[..]",
        )],
        reason: "a guest may be 1,000 calls deep, and the C API has no setting for that",
        upstream: "https://docs.rs/wasmi/2.0.0/wasmi/struct.Config.html#method.set_max_recursion_depth",
    },
    KnownIssue {
        backends: &["c-api/wasmer"],
        excuses: &[scenario("c-api/null-environment", "FAILED: the library makes no host function [..]")],
        reason: "`wasm_func_new_with_env` with a NULL environment makes no function",
        upstream: "docs/findings.md, the C API",
    },
];
