//! The scenarios that engines with points and engines with fuel share. The amounts are parameters, because the costs of
//! instructions differ.
use anyhow::Result;

use super::api::{Caller, Error, Instance, Module, Store, fuel, imports, new_store, refill, to_error, wrap, wrap_env};
use super::fixture::{call_and_describe, exit};
use super::{Engine, ExitCode, Transcript, guest, say};

/// Describes what a guest has left after a call, at the end of the call's line.
pub(crate) type ShowLeft = fn(&mut Store<Till>, &Instance) -> String;

/// The exit code of a guest that cannot pay.
const PAYMENT_REQUIRED: ExitCode = ExitCode(402);

/// The data of `charge`.
#[derive(Default)]
pub(crate) struct Till {
    /// The guest, because points are a global of the instance.
    guest: Option<Instance>,
    /// The cost of one charge.
    price: u64,
    charged: u32,
}

fn charge(mut caller: Caller<'_, Till>) -> Result<(), Error> {
    let (guest, price) = (caller.data().guest.clone(), caller.data().price);
    // The instance is set, because this guest has no start function and cannot run earlier.
    let guest = guest.ok_or_else(|| to_error(PAYMENT_REQUIRED))?;
    let left = fuel(&mut caller, &guest).and_then(|fuel| fuel.checked_sub(price));
    refill(&mut caller, &guest, left.ok_or_else(|| to_error(PAYMENT_REQUIRED))?)?;
    caller.data_mut().charged += 1;
    Ok(())
}

/// An instance of the metered guest.
pub(crate) struct MeteredGuest {
    pub(crate) store: Store<Till>,
    pub(crate) instance: Instance,
    show_left: ShowLeft,
}

impl MeteredGuest {
    pub(crate) fn new(engine: &Engine, fuel: u64, show_left: ShowLeft) -> Result<Self> {
        let runtime = engine.metered_runtime(fuel);
        let module = Module::new(&runtime, guest::wasm(guest::METERED))?;
        let mut store = new_store(&runtime, Till::default());
        let imports = imports! {
            "env" => { "early_exit" => wrap(&mut store, exit), "charge" => wrap_env(&mut store, charge) },
        };
        let instance = Instance::new(&mut store, &module, &imports)?;
        store.data_mut().guest = Some(instance.clone());
        Ok(Self { store, instance, show_left })
    }

    /// Calls an export, and reports the call, its outcome and what is left.
    pub(crate) fn call(&mut self, export: &str, arguments: &[i32], out: &Transcript) -> Result<()> {
        let ended = call_and_describe(&mut self.store, &self.instance, export, arguments)?;
        say!(out, "{ended}{}", (self.show_left)(&mut self.store, &self.instance));
        Ok(())
    }
}

pub(crate) fn runs_out(engine: &Engine, out: &Transcript, show_left: ShowLeft) -> Result<()> {
    let mut guest = MeteredGuest::new(engine, 1_000, show_left)?;
    guest.call("stop", &[], out)?;
    guest.call("count", &[10], out)?;
    guest.call("count", &[1_000_000], out)
}

/// The first two calls take `counts` turns, and use up all. `fuel` is enough for the other calls.
pub(crate) fn refuel(
    engine: &Engine,
    out: &Transcript,
    show_left: ShowLeft,
    counts: [i32; 2],
    fuel: u64,
) -> Result<()> {
    let mut guest = MeteredGuest::new(engine, 500, show_left)?;
    for count in counts {
        guest.call("count", &[count], out)?;
    }
    refill(&mut guest.store, &guest.instance, fuel)?;
    say!(out, "refuelled");
    guest.call("count", &[1_000], out)?;
    guest.call("count_and_exit", &[1, 7], out)
}

/// The guest can pay three charges.
pub(crate) fn host_charges(
    engine: &Engine,
    out: &Transcript,
    show_left: ShowLeft,
    fuel: u64,
    price: u64,
) -> Result<()> {
    let mut guest = MeteredGuest::new(engine, fuel, show_left)?;
    guest.store.data_mut().price = price;
    guest.call("be_charged", &[2], out)?;
    guest.call("be_charged", &[9], out)?;
    say!(out, "charged {} times", guest.store.data().charged);
    Ok(())
}
