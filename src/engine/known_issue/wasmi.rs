//! Known issues of wasmi.
use super::{KnownIssue, claim, random_module, scenario};
use crate::fuzz::feature_set::SELECT_BY_COMPARISON;

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
    KnownIssue {
        backends: &["wasmi"],
        platforms: &[],
        excuses: &[claim(SELECT_BY_COMPARISON)],
        reason: "a `select` on whether a local is zero reads a register that does not hold the local",
        upstream: "docs/findings.md, a select on zero",
    },
    KnownIssue {
        backends: &["wasmi"],
        platforms: &[],
        excuses: &[random_module("call[..]", "panicked: internal error: entered unreachable code")],
        reason: "it panics while it translates a store of a local at the local, where the memory is not the first or the offset takes more than 16 bits",
        upstream: "docs/findings.md, a store of its own address",
    },
];
