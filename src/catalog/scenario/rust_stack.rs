//! The stack in its memory that an exit leaves behind in a Rust or C guest.
use super::Scenario;

/// The stack that an exit leaves behind.
pub static RUNS_OUT: Scenario = Scenario::by_family(
    "rust-stack/runs-out",
    "each exit of a Rust guest loses the frames on its shadow stack, until it traps instead of exiting",
    &[
        "4 frames, returned 130560, the stack pointer fell by 0",
        "4 frames, exited early with exit code: 5, the stack pointer fell by 1024",
        "exit 65 trapped: out of bounds memory access",
        "of 1000 exits 64 came back, 936 trapped",
    ],
);

/// How a host mends that.
pub static PUT_BACK: Scenario = Scenario::by_family(
    "rust-stack/put-back",
    "a host that puts the Rust guest's stack pointer back after each exit can go on for ever",
    &[
        "of 100000 exits 100000 came back, 0 trapped",
        "not asked to exit, it returned 130560",
        "not put back: of 100 exits 64 came back, 36 trapped",
        "put back, it exited early with exit code: 5",
    ],
)
.within_seconds(30);

/// The other way.
pub static NEW_INSTANCE: Scenario = Scenario::by_family(
    "rust-stack/new-instance",
    "beside a Rust guest that has used up its stack, a new instance of it has all of its own",
    &[
        "first instance: of 100 exits 64 came back, 36 trapped",
        "second instance: of 100 exits 64 came back, 36 trapped",
        "1000 instances, an exit each: 1000 came back, 0 trapped",
    ],
);

pub(crate) static ALL: &[&Scenario] = &[&RUNS_OUT, &PUT_BACK, &NEW_INSTANCE];
