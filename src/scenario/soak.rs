//! What stays behind when it goes on for long.
use super::Scenario;

/// An exit leaves nothing.
pub static EXITS: Scenario = Scenario::by_family(
    "soak/exits",
    "100,000 exits of one instance leave no memory behind",
    &["100000 exits with the code that was raised", "resident memory grew by less than 1 MiB"],
)
.within_seconds(30);

/// Instances live as long as their store.
pub static INSTANCES_IN_ONE_STORE: Scenario = Scenario::by_family(
    "soak/instances-in-one-store",
    "10,000 instances in one store stay until the store is gone",
    &["10000 exits with the code that was raised", "x"],
)
.within_seconds(30);

/// The way out of that.
pub static STORE_PER_INSTANCE: Scenario = Scenario::by_family(
    "soak/store-per-instance",
    "10,000 instances in a store each leave nothing behind",
    &["10000 exits with the code that was raised", "resident memory grew by less than 1 MiB"],
)
.within_seconds(30);

/// Code lives as long as its engine.
pub static COMPILES_ON_ONE_ENGINE: Scenario = Scenario::by_family(
    "soak/compiles-on-one-engine",
    "1,000 modules on one engine stay until the engine is gone",
    &["1000 exits with the code that was raised", "x"],
)
.within_seconds(60);

pub(super) static ALL: &[&Scenario] = &[&EXITS, &INSTANCES_IN_ONE_STORE, &STORE_PER_INSTANCE, &COMPILES_ON_ONE_ENGINE];
