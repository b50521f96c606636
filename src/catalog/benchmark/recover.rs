//! Benchmarks of recovery: preparing the next call after an exit. The guest is written in Rust and keeps a stack in its
//! memory. An exit does not free the frames on that stack.
use super::Benchmark;

/// Calls the same instance again.
pub static REUSE: Benchmark = Benchmark::by_family(
    "recover/reuse",
    "after an exit, the next call of the same instance, which returns; the exit is not timed, and every benchmark of this \
     theme ends in such a call",
)
.headline();

/// Restores the guest's stack pointer.
pub static STACK_POINTER: Benchmark = Benchmark::by_family(
    "recover/stack-pointer",
    "after an exit, restoring the guest's global `__stack_pointer`, and the next call, which returns",
);

/// Creates a new instance in the same store.
pub static INSTANCE: Benchmark = Benchmark::by_family(
    "recover/instance",
    "after an exit, instantiating the module again in the same store with the same import, looking its export up, and \
     the next call, which returns; replacing the store every few iterations is not timed",
);

/// Creates a new store and instance.
pub static STORE: Benchmark = Benchmark::by_family(
    "recover/store",
    "after an exit, creating a store, the import and an instance, looking its export up, and the next call, which \
     returns; dropping the old store is not timed",
);

pub(crate) static ALL: &[&Benchmark] = &[&REUSE, &STACK_POINTER, &INSTANCE, &STORE];
