//! Scenarios and the benchmark of metering. This compiler middleware adds code to each guest that subtracts points from a global
//! of the guest.
use std::sync::Arc;

use anyhow::Result;
use wasmer_middlewares::metering::{MeteringPoints, get_remaining_points, set_remaining_points};

use super::Wasmer;
use super::api::{Instance, Module, Store, imports, wrap};
use super::suite::benchmarks::guest_instance::{GuestInstance, RunFunc, describe, early_exit};
use super::suite::scenarios::metering::{MeteredGuest, Till, host_charges, refuel, runs_out};
use crate::catalog::benchmark::unwind;
use crate::catalog::scenario::metering;
use crate::engine::Support::Do;
use crate::engine::embedding::{Instant, Prepared, Transcript};
use crate::engine::{BenchmarkTable, ScenarioTable};
use crate::guest;

pub(super) const SCENARIOS: ScenarioTable<Wasmer> = &[
    (&metering::EXHAUSTED_OR_UNREACHABLE, Do(|wasmer, out| runs_out(wasmer, out, points_left))),
    (&metering::REFUEL, Do(|wasmer, out| refuel(wasmer, out, points_left, [1_000, 1], 10_000))),
    (&metering::HOST_CHARGES, Do(|wasmer, out| host_charges(wasmer, out, points_left, 1_000, 300))),
    (&metering::POINTS_AFTER_EXIT, Do(points_after_exit)),
];

pub(super) const BENCHMARKS: BenchmarkTable<Wasmer> = &[(&unwind::METERING, Do(|wasmer, _| out_of_points(wasmer)))];

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

/// A cell that runs out of points. The module is not from the cache, because the middleware compiles the initial points into it.
fn out_of_points(wasmer: &Wasmer) -> Result<Prepared> {
    let runtime = wasmer.metered_runtime(1);
    let module = Module::new(&runtime, guest::wasm(guest::EARLY_EXIT))?;
    let mut ready = GuestInstance::new(&Arc::new((runtime, module)), (), |store| {
        imports! { "env" => { "early_exit" => wrap(store, early_exit) } }
    })?;
    let run: RunFunc = ready.function("run")?;
    Ok(Prepared::laps(move || {
        set_remaining_points(&mut ready.store, &ready.instance, 1);
        let started = Instant::now();
        let result = run.call(&mut ready.store, (0, 7));
        let points = get_remaining_points(&mut ready.store, &ready.instance);
        let took = started.elapsed();
        let exhausted = result.is_err() && points == MeteringPoints::Exhausted;
        (took, if exhausted { Ok(()) } else { Err(format!("{}, with {points:?}", describe(result))) })
    }))
}
