//! Fuel: the engine charges a guest for executed code, and ends the guest when the store's fuel is used up.
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use super::super::api::{Instance, Module, Store, imports, outcome, wrap};
use super::super::suite::benchmarks::guest_instance::{GuestInstance, RunFunc, describe, early_exit};
use super::super::suite::scenarios::metering::{MeteredGuest, Till, host_charges, refuel, runs_out};
use super::Engine;
use crate::catalog::benchmark::unwind;
use crate::catalog::scenario::fuel;
use crate::engine::Support::Do;
use crate::engine::embedding::{Instant, Outcome, Prepared, Transcript, Trap};
use crate::engine::{BenchmarkTable, ScenarioTable};
use crate::{guest, say};

pub(crate) const SCENARIOS: ScenarioTable<Engine> = &[
    (&fuel::RUNS_OUT, Do(|engine, out| runs_out(engine, out, nothing))),
    (&fuel::REFUEL, Do(|engine, out| refuel(engine, out, nothing, [1_000_000, 1_000], 100_000))),
    (&fuel::HOST_CHARGES, Do(|engine, out| host_charges(engine, out, nothing, 100_000, 30_000))),
    (&fuel::AFTER_EXIT, Do(after_exit)),
];

pub(crate) const BENCHMARKS: BenchmarkTable<Engine> = &[(&unwind::METERING, Do(|engine, _| out_of_fuel(engine)))];

/// Fuel that is left is not shown, because the engines' costs differ.
fn nothing(_: &mut Store<Till>, _: &Instance) -> String {
    String::new()
}

fn after_exit(engine: &Engine, out: &Transcript) -> Result<()> {
    let mut guest = MeteredGuest::new(engine, 100_000, nothing)?;
    let mut costs = |n: i32, code: i32| -> Result<u64> {
        let before = guest.store.get_fuel()?;
        guest.call("count_and_exit", &[n, code], out)?;
        Ok(before - guest.store.get_fuel()?)
    };
    let (first, second, longer) = (costs(10, 1)?, costs(10, 2)?, costs(100, 3)?);
    say!(out, "the second cost what the first did: {}", second == first);
    say!(out, "ninety turns more cost something each: {}", longer >= first + 90);
    Ok(())
}

/// A cell that runs out of fuel. The guest needs a metered compilation, so it is not cached.
fn out_of_fuel(engine: &Engine) -> Result<Prepared> {
    // Enough to instantiate; each lap sets one unit.
    let runtime = engine.metered_runtime(u64::MAX);
    let module = Module::new(&runtime, guest::wasm(guest::EARLY_EXIT))?;
    let mut ready = GuestInstance::new(&Arc::new((runtime, module)), (), |store| {
        imports! { "env" => { "early_exit" => wrap(store, early_exit) } }
    })?;
    let run: RunFunc = ready.function("run")?;
    Ok(Prepared::laps(move || {
        if let Err(error) = ready.store.set_fuel(1) {
            return (Duration::ZERO, Err(error.to_string()));
        }
        let started = Instant::now();
        let result = run.call(&mut ready.store, (0, 7));
        let ran_out = result.as_ref().is_err_and(|error| outcome(error) == Outcome::Trapped(Trap::OutOfFuel));
        let took = started.elapsed();
        (took, if ran_out { Ok(()) } else { Err(describe(result)) })
    }))
}
