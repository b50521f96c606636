//! Scenarios of metering. This compiler middleware adds code to each guest that subtracts points from a global of the guest.
use anyhow::Result;
use wasmer_middlewares::metering::{MeteringPoints, get_remaining_points};

use crate::catalog::scenario::metering;
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::engine::wasmer::Wasmer;
use crate::engine::wasmer::api::{Instance, Store};
use crate::engine::wasmer::suite::scenarios::metering::{MeteredGuest, Till, host_charges, refuel, runs_out};

pub(super) const SCENARIOS: ScenarioTable<Wasmer> = &[
    (&metering::EXHAUSTED_OR_UNREACHABLE, Do(|wasmer, out| runs_out(wasmer, out, points_left))),
    (&metering::REFUEL, Do(|wasmer, out| refuel(wasmer, out, points_left, [1_000, 1], 10_000))),
    (&metering::HOST_CHARGES, Do(|wasmer, out| host_charges(wasmer, out, points_left, 1_000, 300))),
    (&metering::POINTS_AFTER_EXIT, Do(points_after_exit)),
];

fn points_left(store: &mut Store<Till>, instance: &Instance) -> String {
    match get_remaining_points(store, instance) {
        MeteringPoints::Remaining(points) => format!("; {points} points left"),
        MeteringPoints::Exhausted => "; exhausted".into(),
    }
}

fn points_after_exit(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut guest = MeteredGuest::new(wasmer, 10_000, points_left)?;
    guest.call("count_and_exit", &[10, 1], out)?;
    guest.call("count_and_exit", &[10, 2], out)?;
    guest.call("count_and_exit", &[100, 3], out)
}
