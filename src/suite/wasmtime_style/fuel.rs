//! Fuel: the engine charges a guest for executed code, and ends the guest when the store's fuel is used up.
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::super::api::{
    Caller, Error, Instance, Module, Store, imports, new_store, outcome, to_error, wrap, wrap_env,
};
use super::super::suite::benchmarks::guest_instance::{GuestInstance, RunFunc, early_exit, tell};
use super::super::suite::scenarios::fixture::{exit, told};
use super::Engine;
use crate::catalog::benchmark::unwind;
use crate::catalog::scenario::fuel;
use crate::engine::Support::Do;
use crate::engine::embedding::{Outcome, Prepared, Transcript, Trap};
use crate::engine::{BenchmarkTable, ScenarioTable};
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(crate) const SCENARIOS: ScenarioTable<Engine> = &[
    (&fuel::RUNS_OUT, Do(runs_out)),
    (&fuel::REFUEL, Do(refuel)),
    (&fuel::HOST_CHARGES, Do(host_charges)),
    (&fuel::AFTER_EXIT, Do(after_exit)),
];

pub(crate) const BENCHMARKS: BenchmarkTable<Engine> = &[(&unwind::METERING, Do(|engine, _| out_of_fuel(engine)))];

fn runs_out(engine: &Engine, out: &Transcript) -> Result<()> {
    let mut guest = FuelledGuest::with(engine, 1_000)?;
    guest.call("stop", &[], out)?;
    guest.call("count", &[10], out)?;
    guest.call("count", &[1_000_000], out)
}

fn refuel(engine: &Engine, out: &Transcript) -> Result<()> {
    let mut guest = FuelledGuest::with(engine, 500)?;
    guest.call("count", &[1_000_000], out)?;
    guest.call("count", &[1_000], out)?;
    guest.store.set_fuel(100_000)?;
    say!(out, "refuelled");
    guest.call("count", &[1_000], out)?;
    guest.call("count_and_exit", &[1, 7], out)
}

fn host_charges(engine: &Engine, out: &Transcript) -> Result<()> {
    let mut guest = FuelledGuest::with(engine, 100_000)?;
    guest.call("be_charged", &[2], out)?;
    guest.call("be_charged", &[9], out)?;
    say!(out, "charged {} times", guest.store.data());
    Ok(())
}

fn after_exit(engine: &Engine, out: &Transcript) -> Result<()> {
    let mut guest = FuelledGuest::with(engine, 100_000)?;
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

/// The fuel that one charge takes.
const PRICE: u64 = 30_000;
/// The exit code of a guest with less fuel than a charge takes.
const PAYMENT_REQUIRED: ExitCode = ExitCode(402);

/// The host function `charge`. The store's data counts the charges.
fn charge(mut caller: Caller<'_, u32>) -> Result<(), Error> {
    match caller.get_fuel()?.checked_sub(PRICE) {
        Some(left) => {
            caller.set_fuel(left)?;
            *caller.data_mut() += 1;
            Ok(())
        }
        None => Err(to_error(PAYMENT_REQUIRED)),
    }
}

/// An instance of the metered guest.
struct FuelledGuest {
    store: Store<u32>,
    instance: Instance,
}

impl FuelledGuest {
    fn with(engine: &Engine, fuel: u64) -> Result<Self> {
        let runtime = engine.metered_runtime(fuel);
        let module = Module::new(&runtime, guest::wasm(guest::METERED))?;
        let mut store = new_store(&runtime, 0);
        store.set_fuel(fuel)?;
        let imports = imports! {
            "env" => { "early_exit" => wrap(&mut store, exit), "charge" => wrap_env(&mut store, charge) },
        };
        let instance = Instance::new(&mut store, &module, &imports)?;
        Ok(Self { store, instance })
    }

    /// Calls an export, and adds the call and its outcome to the transcript.
    fn call(&mut self, export: &str, arguments: &[i32], out: &Transcript) -> Result<()> {
        say!(out, "{}", told(&mut self.store, &self.instance, export, arguments)?);
        Ok(())
    }
}

/// A cell that runs out of fuel. The guest needs a metered compilation, so it is not cached.
fn out_of_fuel(engine: &Engine) -> Result<Prepared> {
    let runtime = engine.metered_runtime(1);
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
        (took, if ran_out { Ok(()) } else { Err(tell(result)) })
    }))
}
