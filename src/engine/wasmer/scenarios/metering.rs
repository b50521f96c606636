//! Scenarios of metering. This compiler middleware adds code to each guest that subtracts points from a global of the guest.
use anyhow::Result;
use wasmer::FunctionEnvMut;
use wasmer_middlewares::metering::{MeteringPoints, get_remaining_points, set_remaining_points};

use crate::catalog::scenario::metering;
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::engine::wasmer::Wasmer;
use crate::engine::wasmer::api::{Instance, Module, Store, imports, wrap, wrap_env};
use crate::engine::wasmer::suite::scenarios::fixture::{exit, told};
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(super) const SCENARIOS: ScenarioTable<Wasmer> = &[
    (&metering::EXHAUSTED_OR_UNREACHABLE, Do(exhausted_or_unreachable)),
    (&metering::REFUEL, Do(refuel)),
    (&metering::HOST_CHARGES, Do(host_charges)),
    (&metering::POINTS_AFTER_EXIT, Do(points_after_exit)),
];

fn exhausted_or_unreachable(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut guest = MeteredGuest::with(wasmer, 1_000)?;
    guest.call("stop", &[], out)?;
    guest.call("count", &[10], out)?;
    guest.call("count", &[1_000_000], out)
}

fn refuel(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut guest = MeteredGuest::with(wasmer, 500)?;
    guest.call("count", &[1_000], out)?;
    guest.call("count", &[1], out)?;
    set_remaining_points(&mut guest.store, &guest.instance, 10_000);
    say!(out, "refuelled");
    guest.call("count", &[1_000], out)?;
    guest.call("count_and_exit", &[1, 7], out)
}

fn host_charges(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut guest = MeteredGuest::with(wasmer, 1_000)?;
    guest.call("be_charged", &[2], out)?;
    guest.call("be_charged", &[9], out)?;
    say!(out, "charged {} times", guest.store.data().charged);
    Ok(())
}

fn points_after_exit(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut guest = MeteredGuest::with(wasmer, 10_000)?;
    guest.call("count_and_exit", &[10, 1], out)?;
    guest.call("count_and_exit", &[10, 2], out)?;
    guest.call("count_and_exit", &[100, 3], out)
}

/// The cost of one charge, in points.
const PRICE: u64 = 300;
/// The exit code of a guest that cannot pay.
const PAYMENT_REQUIRED: ExitCode = ExitCode(402);

/// The data of `charge`. It needs the instance, because the guest's points are a global of the instance.
#[derive(Default)]
struct Till {
    guest: Option<Instance>,
    charged: u32,
}

fn charge(mut env: FunctionEnvMut<Till>) -> Result<(), ExitCode> {
    let (till, mut store) = env.data_and_store_mut();
    // The instance is set, because this guest has no start function and cannot run earlier.
    let guest = till.guest.as_ref().ok_or(PAYMENT_REQUIRED)?;
    match get_remaining_points(&mut store, guest) {
        MeteringPoints::Remaining(points) if points >= PRICE => {
            set_remaining_points(&mut store, guest, points - PRICE);
            till.charged += 1;
            Ok(())
        }
        _ => Err(PAYMENT_REQUIRED),
    }
}

/// An instance of the metered guest.
struct MeteredGuest {
    store: Store<Till>,
    instance: Instance,
}

impl MeteredGuest {
    fn with(wasmer: &Wasmer, points: u64) -> Result<Self> {
        let runtime = wasmer.metered_runtime(points);
        let module = Module::new(&runtime, guest::wasm(guest::METERED))?;
        let mut store = Store::new(&runtime, Till::default());
        let imports = imports! {
            "env" => { "early_exit" => wrap(&mut store, exit), "charge" => wrap_env(&mut store, charge) },
        };
        let instance = Instance::new(&mut store, &module, &imports)?;
        store.data_mut().guest = Some(instance.clone());
        Ok(Self { store, instance })
    }

    /// Calls an export, and reports the outcome and the remaining points.
    fn call(&mut self, export: &str, arguments: &[i32], out: &Transcript) -> Result<()> {
        let ended = told(&mut self.store, &self.instance, export, arguments)?;
        let left = match get_remaining_points(&mut self.store, &self.instance) {
            MeteringPoints::Remaining(points) => format!("{points} points left"),
            MeteringPoints::Exhausted => "exhausted".into(),
        };
        say!(out, "{ended}; {left}");
        Ok(())
    }
}
