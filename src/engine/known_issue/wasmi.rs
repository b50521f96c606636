//! Known issues of wasmi.
use super::{BRANCH_TABLE_WITH_VALUES, SELECT_BY_COMPARISON};
use super::{KnownIssue, case, claim, random_module, scenario};

pub(super) static KNOWN_ISSUES: &[KnownIssue] = &[
    KnownIssue {
        backends: &["wasmi on x86_64"],
        excuses: &[
            scenario("panic/payload", "CRASHED: killed by signal [..]"),
            scenario("panic/afterwards", "CRASHED: killed by signal [..]"),
            scenario("panic/through-every-level", "CRASHED: killed by signal [..]"),
        ],
        reason: "wasmi's handlers call each other under a calling convention that no panic may unwind: it ends the process",
        upstream: "nothing upstream speaks of it",
    },
    KnownIssue {
        backends: &["wasmi"],
        excuses: &[scenario("catch/wrong-result", "FAILED: line 1: [..]came `an i64 for an i32: returned 8`")],
        reason: "nothing checks the types of what a dynamic host function returns: the bits are taken for those of the declared type",
        upstream: "https://docs.rs/wasmi/latest/wasmi/struct.Func.html#method.new",
    },
    // By default, wasmi translates a function at its first call. With `wasmi:compilation=eager`, no guest pays for translation.
    KnownIssue {
        backends: &["wasmi"],
        excuses: &[scenario("fuel/after-exit", "FAILED: line 4: [..]came `the second cost what the first did: false`")
            .sometimes()],
        reason: "a guest pays for the translation of a function when it first calls it",
        upstream: "nothing upstream speaks of it",
    },
    KnownIssue {
        backends: &["wasmi", "c-api/wasmi"],
        excuses: &[
            claim(SELECT_BY_COMPARISON),
            case("select-by-comparison --invoke eqz 1", "returned 1; 0 calls"),
            case("select-by-comparison --invoke eqz 5", "returned 1; 0 calls"),
            case("select-by-comparison --invoke ne 0 0", "returned 1; 0 calls"),
            case("select-by-comparison --invoke nested 5", "returned 2; 0 calls"),
        ],
        reason: "a `select` on whether a local is zero reads a register that does not hold the local",
        upstream: "docs/findings.md, a select on zero",
    },
    KnownIssue {
        backends: &["wasmi", "c-api/wasmi"],
        excuses: &[
            claim(BRANCH_TABLE_WITH_VALUES),
            case("branch-table-over-operand --invoke two 0", "returned 2, 0; 0 calls"),
            case("branch-table-over-operand --invoke two 1", "returned 3, 5; 0 calls"),
            case("branch-table-over-operand --invoke three 1", "returned 3, 7, 9; 0 calls"),
        ],
        reason: "a `br_table` with several values leaves them above an operand that the branch drops",
        upstream: "docs/findings.md, a branch table over an operand",
    },
    KnownIssue {
        backends: &["wasmi", "c-api/wasmi"],
        excuses: &[
            random_module("call[..]", "panicked: internal error: entered unreachable code"),
            case("store-of-address --invoke far 5", "panicked: internal error: entered unreachable code; 0 calls"),
        ],
        reason: "it panics while it translates a store of a local at the local, where the memory is not the first or the offset takes more than 16 bits",
        upstream: "docs/findings.md, a store of its own address",
    },
    KnownIssue {
        backends: &["wasmi"],
        excuses: &[
            case(
                "flat-loops --invoke table_grow_refused[..]",
                "call: CRASHED: killed by signal [..]overflowed its stack[..]",
            ),
            case(
                "flat-loops --invoke memory_grow_refused[..]",
                "call: CRASHED: killed by signal [..]overflowed its stack[..]",
            ),
            case("grow-at-stack-end --invoke down -1", "call: CRASHED: killed by signal [..]overflowed its stack[..]"),
        ],
        reason: "each `memory.grow` and `table.grow` leaves a frame on the native stack, which some 48,000 of them overflow",
        upstream: "https://github.com/wasmi-labs/wasmi/pull/1946",
    },
    KnownIssue {
        backends: &["wasmi"],
        excuses: &[
            case(
                "many-locals --invoke unused 3[..]",
                "failed: encountered function with too many function parameters; 0 calls",
            ),
            scenario(
                "hostile/locals",
                "FAILED: line 1: [..]failed: encountered function with too many function parameters`",
            ),
        ],
        reason: "a function has 30,000 locals at most, which is seen when it is called: a limit that the specification allows",
        upstream: "https://webassembly.github.io/spec/core/appendix/implementation.html",
    },
    KnownIssue {
        backends: &["wasmi"],
        excuses: &[case("grow-far --invoke table -2 --memory 600M", "call: OVER MEMORY: used [..]").sometimes()],
        reason: "a table grows by writing to all of it, 32 GiB here: `StoreLimits` says where it ends",
        upstream: "nothing upstream speaks of it",
    },
];
