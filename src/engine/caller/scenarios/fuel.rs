//! Fuel: the engine counts what a guest executes, and ends it when the store has none left.
use anyhow::Result;

use super::api::{Caller, Error, Func, Instance, Module, Store, host};
use super::stage::told;
use super::{Own, Theme};
use crate::catalog::scenario::fuel;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(in super::super::super) const CAN: Theme = &[
    (&fuel::RUNS_OUT, Do(runs_out)),
    (&fuel::REFUEL, Do(refuel)),
    (&fuel::HOST_CHARGES, Do(host_charges)),
    (&fuel::AFTER_EXIT, Do(after_exit)),
];

fn runs_out(own: &Own, out: &Transcript) -> Result<()> {
    let mut guest = Guest::with(own, 1_000)?;
    guest.call("stop", &[], out)?;
    guest.call("count", &[10], out)?;
    guest.call("count", &[1_000_000], out)
}

fn refuel(own: &Own, out: &Transcript) -> Result<()> {
    let mut guest = Guest::with(own, 500)?;
    guest.call("count", &[1_000_000], out)?;
    guest.call("count", &[1_000], out)?;
    guest.store.set_fuel(100_000)?;
    say!(out, "refuelled");
    guest.call("count", &[1_000], out)?;
    guest.call("count_and_exit", &[1, 7], out)
}

fn host_charges(own: &Own, out: &Transcript) -> Result<()> {
    let mut guest = Guest::with(own, 100_000)?;
    guest.call("be_charged", &[2], out)?;
    guest.call("be_charged", &[9], out)?;
    say!(out, "charged {} times", guest.store.data());
    Ok(())
}

fn after_exit(own: &Own, out: &Transcript) -> Result<()> {
    let mut guest = Guest::with(own, 100_000)?;
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

/// What a charge costs.
const PRICE: u64 = 30_000;
/// What becomes of a guest that cannot pay.
const PAYMENT_REQUIRED: ExitCode = ExitCode(402);

/// Counts in its store how often it charged.
fn charge(mut caller: Caller<'_, u32>) -> Result<(), Error> {
    match caller.get_fuel()?.checked_sub(PRICE) {
        Some(left) => {
            caller.set_fuel(left)?;
            *caller.data_mut() += 1;
            Ok(())
        }
        None => Err(host(PAYMENT_REQUIRED)),
    }
}

/// The guest that pays, at work.
struct Guest {
    store: Store<u32>,
    instance: Instance,
}

impl Guest {
    fn with(own: &Own, fuel: u64) -> Result<Self> {
        let engine = own.fuelled_engine();
        let module = Module::new(&engine, guest::wasm(guest::METERED))?;
        let mut store = Store::new(&engine, 0);
        store.set_fuel(fuel)?;
        let early_exit = |code: u32| -> Result<(), Error> { Err(host(ExitCode(code))) };
        let imports = [Func::wrap(&mut store, early_exit).into(), Func::wrap(&mut store, charge).into()];
        let instance = Instance::new(&mut store, &module, &imports)?;
        Ok(Self { store, instance })
    }

    /// Calls an export, and says how that ended.
    fn call(&mut self, export: &str, arguments: &[i32], out: &Transcript) -> Result<()> {
        say!(out, "{}", told(&mut self.store, &self.instance, export, arguments)?);
        Ok(())
    }
}
