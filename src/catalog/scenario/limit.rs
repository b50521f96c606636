//! Limits that a host sets on what a guest may hold: how a guest is refused, and that it still exits early.
use super::Scenario;

/// A guest without a maximum of its own gets the host's.
pub static MEMORY_GROW: Scenario = Scenario::by_family(
    "limit/memory-grow",
    "at a limit of 3 pages, memory.grow returns -1, and the memory stays as it is",
    &[
        "grow(1): returned 1",
        "grow(2): returned -1",
        "size(): returned 2",
        "grow(1): returned 2",
        "grow(1): returned -1",
        "size(): returned 3",
        "the host's view: 196608 bytes",
    ],
);

/// A guest that asks for more than the limit at least.
pub static MEMORY_MINIMUM: Scenario = Scenario::by_family(
    "limit/memory-minimum",
    "a memory whose minimum is too large fails at instantiation",
    &["(memory 4): instantiation failed: [..]", "(memory 3): instantiated with 3 pages"],
);

/// A guest that asks for more than the limit at most.
pub static MEMORY_MAXIMUM: Scenario = Scenario::by_family(
    "limit/memory-maximum",
    "a memory whose maximum is too large has it cut down",
    &[
        "(memory 4): instantiation failed: [..]4 pages[..]3 pages[..]",
        "(memory 3): instantiated with 3 to 3 pages",
        "(memory 1 100): instantiated with 1 to 3 pages",
        "(memory 1 2): instantiated with 1 to 2 pages",
    ],
);

/// A memory that the host makes and the guest imports is held to the limit too.
pub static MEMORY_OF_THE_HOST: Scenario = Scenario::by_family(
    "limit/memory-of-the-host",
    "a memory that the host makes obeys the limit, whoever grows it",
    &[
        "a memory of 4 pages: refused: [..]",
        "the guest grows by 1: returned 1",
        "the host grows by 1: from 2 pages",
        "the guest grows by 1: returned -1",
        "the host grows by 1: refused: [..]",
        "in the end: 3 pages",
    ],
);

/// A guest that was refused can still exit, and what it wrote at the edge is there.
pub static EXIT: Scenario = Scenario::by_family(
    "limit/exit",
    "a guest that took all it may exits early, and its memory stays",
    &[
        "take_all_and_exit(): exited early with exit code: 3",
        "in the last word: 42",
        "take_all_and_exit(): exited early with exit code: 3",
        "size(): returned 3",
    ],
);

pub(crate) static ALL: &[&Scenario] = &[&MEMORY_GROW, &MEMORY_MINIMUM, &MEMORY_MAXIMUM, &MEMORY_OF_THE_HOST, &EXIT];
