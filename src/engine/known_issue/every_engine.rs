//! Known issues of all engines: differences that the specification allows.
use super::{KnownIssue, random_module};

pub(super) static KNOWN_ISSUES: &[KnownIssue] = &[KnownIssue {
    backends: &[],
    excuses: &[random_module("[..]", "trapped: call stack exhausted")],
    reason: "how deep a guest may recurse is the engine's to say, and compilers' frames are not of one size",
    upstream: "https://webassembly.github.io/spec/core/appendix/implementation.html",
}];
