//! What stays behind when it goes on for long. Each in a worker of its own: what others gave back to the allocator would
//! hide what is lost here.
use super::Scenario;

/// An exit leaves nothing.
pub static EXITS: Scenario = Scenario::by_family(
    "soak/exits",
    "100,000 exits of one instance leave no memory behind",
    &["100000 exits with the code that was raised", "resident memory grew by less than 1 MiB"],
)
.within_seconds(30)
.alone();

/// Instances live as long as their store.
pub static INSTANCES_IN_ONE_STORE: Scenario = Scenario::by_family(
    "soak/instances-in-one-store",
    "10,000 instances in one store stay until the store is gone",
    &[
        "in one store: 10000 exits with the code that was raised",
        "resident memory grew by 0.25 to 8 KiB an instance",
        "in three more, each dropped before the next: 30000 exits with the code that was raised",
        "resident memory grew by less than 4 MiB",
    ],
)
.within_seconds(30)
.alone();

/// The way out of that.
pub static STORE_PER_INSTANCE: Scenario = Scenario::by_family(
    "soak/store-per-instance",
    "10,000 instances in a store each leave nothing behind",
    &["10000 exits with the code that was raised", "resident memory grew by less than 1 MiB"],
)
.within_seconds(30)
.alone();

/// Code lives as long as its engine. The modules are the smallest that have code: LLVM takes some ms for each.
pub static COMPILES_ON_ONE_ENGINE: Scenario = Scenario::by_family(
    "soak/compiles-on-one-engine",
    "the code of 1,000 modules stays until the engine is gone",
    &[
        "before: exited early with exit code: 1",
        "1000 modules compiled and dropped: resident memory grew by 4 to 64 KiB a module",
        "after: exited early with exit code: 2",
        "the engine dropped: 4 KiB a module came back, or more",
    ],
)
.within_seconds(60)
.alone();

pub(crate) static ALL: &[&Scenario] = &[&EXITS, &INSTANCES_IN_ONE_STORE, &STORE_PER_INSTANCE, &COMPILES_ON_ONE_ENGINE];
