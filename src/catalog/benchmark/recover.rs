//! Benchmarks of recovery: preparing the next call after an exit. The guest is written in Rust and keeps a stack in its
//! memory. An exit does not free the frames on that stack.
benchmarks![
    REUSE(
        "recover/reuse",
        "after an exit, the next call of the same instance, which returns; the exit is not timed, and every benchmark \
         of this theme ends in such a call",
    )
    .in_quick_set(),
    STACK_POINTER(
        "recover/stack-pointer",
        "after an exit, restoring the guest's global `__stack_pointer`, and the next call, which returns",
    ),
    INSTANCE(
        "recover/instance",
        "after an exit, instantiating the module again in the same store with the same import, looking its export up, \
         and the next call, which returns; replacing the store every few iterations is not timed",
    ),
    STORE(
        "recover/store",
        "after an exit, creating a store, the import and an instance, looking its export up, and the next call, which \
         returns; dropping the old store is not timed",
    ),
];
