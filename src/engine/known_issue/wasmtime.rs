//! Known issues of wasmtime.
use super::{KnownIssue, case, script};

pub(super) static KNOWN_ISSUES: &[KnownIssue] = &[KnownIssue {
    backends: &["wasmtime-cranelift", "wasmtime-winch"],
    platforms: &[],
    excuses: &[
        script("threads/[..]: module", "[..]shared memory support is disabled for this engine[..]"),
        case("shared-waiting[..]", "FAILED: [..]shared memory support is disabled for this engine[..]"),
    ],
    reason: "it takes atomic instructions, and memories that are shared only where a host turns them on (`Config::shared_memory`)",
    upstream: "docs/engines.md, what is different",
}];
