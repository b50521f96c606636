//! Known issues of wasmtime.
use super::{KnownIssue, case, scenario, script};

const ALL: &[&str] = &["wasmtime-cranelift", "wasmtime-winch"];

pub(super) static KNOWN_ISSUES: &[KnownIssue] = &[
    KnownIssue {
        backends: ALL,
        excuses: &[
            script("threads/[..]: module", "[..]shared memory support is disabled for this engine[..]"),
            case("wait-shared[..]", "[..]shared memory support is disabled for this engine[..]"),
        ],
        reason: "it takes atomic instructions, and memories that are shared only where a host turns them on (`Config::shared_memory`)",
        upstream: "docs/backends.md, what is different",
    },
    KnownIssue {
        backends: &["wasmtime-cranelift"],
        excuses: &[scenario("hostile/nested-conditions", "TIMED OUT: no answer within [..]").sometimes()],
        reason: "with `fuel=on`, 20,000 conditions within one another take Cranelift many times as long as without",
        upstream: "docs/findings.md, conditions within one another with fuel",
    },
    KnownIssue {
        backends: ALL,
        excuses: &[
            case("grow-far --invoke table -2 --memory 600M", "failed: out of memory [..]").sometimes(),
            case("grow-far --invoke table -2 --memory 600M", "call: OVER MEMORY: used [..]").sometimes(),
        ],
        reason: "a table that the host has no memory for is an error of the host's, and not a refusal that the guest sees",
        upstream: "https://docs.rs/wasmtime/latest/wasmtime/struct.OutOfMemory.html",
    },
];
