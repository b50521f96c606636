//! Scenarios of guests that exit at the same time on several threads.
scenarios![
    ONE_ENGINE(
        "threads/one-engine",
        "eight stores on one engine exit at once, and each thread gets its own code",
        &["8 threads, 200 rounds: 1600 exits with the thread's own code", "astray: none"],
    ),
    ENGINE_EACH(
        "threads/engine-each",
        "eight engines compile and exit at once, and each thread gets its own code",
        &["8 threads, 200 rounds: 1600 exits with the thread's own code", "astray: none"],
    ),
    // Threads whose stack is smaller than the default limit of a guest's stack.
    SMALL_STACKS(
        "threads/small-stacks",
        "guests on threads with stacks of 128 KiB exit, and those that recurse endlessly trap",
        &[
            "8 threads: 800 exits with the thread's own code",
            "endless recursion: trapped: call stack exhausted, 8 times",
            "then: 8 exits with the thread's own code",
        ],
    ),
];
