//! Scenarios of memory limits set by the host: the refusal, and an early exit at the limit.
scenarios![
    MEMORY_GROW(
        "limit/memory-grow",
        "at a limit of 3 pages, memory.grow returns -1, and the memory keeps its size",
        &[
            "grow(1): returned 1",
            "grow(2): returned -1",
            "size(): returned 2",
            "grow(1): returned 2",
            "grow(1): returned -1",
            "size(): returned 3",
            "the host's view: 196608 bytes",
        ],
    ),
    MEMORY_MINIMUM(
        "limit/memory-minimum",
        "a memory whose minimum exceeds the limit fails at instantiation",
        &["(memory 4): instantiation failed: [..]", "(memory 3): instantiated with 3 pages"],
    ),
    MEMORY_MAXIMUM(
        "limit/memory-maximum",
        "a memory whose maximum exceeds the limit gets the limit as its maximum",
        &[
            "(memory 4): instantiation failed: [..]4 pages[..]3 pages[..]",
            "(memory 3): instantiated with 3 to 3 pages",
            "(memory 1 100): instantiated with 1 to 3 pages",
            "(memory 1 2): instantiated with 1 to 2 pages",
        ],
    ),
    MEMORY_OF_THE_HOST(
        "limit/memory-of-the-host",
        "a memory created by the host obeys the limit, whether the guest or the host grows it",
        &[
            "a memory of 4 pages: refused: [..]",
            "the guest grows by 1: returned 1",
            "the host grows by 1: from 2 pages",
            "the guest grows by 1: returned -1",
            "the host grows by 1: refused: [..]",
            "in the end: 3 pages",
        ],
    ),
    EXIT(
        "limit/exit",
        "a guest that has grown its memory to the limit exits early, and its memory persists",
        &[
            "take_all_and_exit(): exited early with exit code: 3",
            "in the last word: 42",
            "take_all_and_exit(): exited early with exit code: 3",
            "size(): returned 3",
        ],
    ),
    LIMITER(
        "limit/limiter-exits",
        "a limiter that returns an error in place of a refusal ends the guest with it, and the instance stays usable",
        &[
            "grow(1): returned 1",
            "grow(2): exited early with exit code: 4",
            "size(): returned 2",
            "grow(1): returned 2",
            "a memory of 4 pages: exited early with exit code: 4",
        ],
    ),
];
