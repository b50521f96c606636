//! Known issues of wasmi.
use super::{KnownIssue, scenario};

pub(super) static KNOWN_ISSUES: &[KnownIssue] = &[
    KnownIssue {
        backends: &["wasmi"],
        platforms: &["x86_64"],
        excuses: &[
            scenario("panic/payload", "CRASHED: killed by signal [..]"),
            scenario("panic/afterwards", "CRASHED: killed by signal [..]"),
            scenario("panic/through-every-level", "CRASHED: killed by signal [..]"),
        ],
        reason: "wasmi's handlers call each other under a calling convention that no panic may unwind: it ends the process",
        upstream: "nothing upstream speaks of it",
    },
    // Translated when it is first called, by default; `wasmi:compilation=eager` has it paid by nobody.
    KnownIssue {
        backends: &["wasmi"],
        platforms: &[],
        excuses: &[scenario("fuel/after-exit", "FAILED: line 4: [..]came `the second cost what the first did: false`")
            .sometimes()],
        reason: "a guest pays for the translation of a function when it first calls it",
        upstream: "nothing upstream speaks of it",
    },
];
