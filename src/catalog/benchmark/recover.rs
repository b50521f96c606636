//! What it takes to be ready for the next call after an exit. The guest is one in Rust, with a stack of its own in its
//! memory, of which every exit loses what lay below it.
use super::Benchmark;

/// Nothing at all.
pub static REUSE: Benchmark = Benchmark::by_family(
    "recover/reuse",
    "after an exit, the next call of the same instance, which returns; the exit is not inside, and the others of this \
     group end in such a call too",
)
.headline();

/// The guest's stack mended.
pub static STACK_POINTER: Benchmark = Benchmark::by_family(
    "recover/stack-pointer",
    "after an exit, setting the guest's global `__stack_pointer` back, and the next call, which returns",
);

/// A new instance.
pub static INSTANCE: Benchmark = Benchmark::by_family(
    "recover/instance",
    "after an exit, instantiating the module again in the same store with the same import, looking its export up, and \
     the next call, which returns; every few iterations the store is replaced, which is not inside",
);

/// Everything new but the module.
pub static STORE: Benchmark = Benchmark::by_family(
    "recover/store",
    "after an exit, making a store, the import and an instance, looking its export up, and the next call, which \
     returns; dropping the old store is not inside",
);

pub(crate) static ALL: &[&Benchmark] = &[&REUSE, &STACK_POINTER, &INSTANCE, &STORE];
