//! Metering is a middleware of the compiler's: it rewrites each guest to pay as it goes, from a global of its own.
use anyhow::Result;
use wasmer::{Engine, Function, FunctionEnv, FunctionEnvMut, Instance, Module, Store, imports};
use wasmer_middlewares::metering::{MeteringPoints, get_remaining_points, set_remaining_points};

use super::Theme;
use super::stage::told;
use crate::catalog::scenario::metering;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::engine::wasmer::Wasmer;
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(super) const CAN: Theme = &[
    (&metering::EXHAUSTED_OR_UNREACHABLE, Do(exhausted_or_unreachable)),
    (&metering::REFUEL, Do(refuel)),
    (&metering::HOST_CHARGES, Do(host_charges)),
    (&metering::POINTS_AFTER_EXIT, Do(points_after_exit)),
];

fn exhausted_or_unreachable(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut guest = Guest::with(wasmer.metered(1_000))?;
    guest.call("stop", &[], out)?;
    guest.call("count", &[10], out)?;
    guest.call("count", &[1_000_000], out)
}

fn refuel(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut guest = Guest::with(wasmer.metered(500))?;
    guest.call("count", &[1_000], out)?;
    guest.call("count", &[1], out)?;
    set_remaining_points(&mut guest.store, &guest.instance, 10_000);
    say!(out, "refuelled");
    guest.call("count", &[1_000], out)?;
    guest.call("count_and_exit", &[1, 7], out)
}

fn host_charges(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut guest = Guest::with(wasmer.metered(1_000))?;
    guest.call("be_charged", &[2], out)?;
    guest.call("be_charged", &[9], out)?;
    say!(out, "charged {} times", guest.till.as_ref(&guest.store).charged);
    Ok(())
}

fn points_after_exit(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut guest = Guest::with(wasmer.metered(10_000))?;
    guest.call("count_and_exit", &[10, 1], out)?;
    guest.call("count_and_exit", &[10, 2], out)?;
    guest.call("count_and_exit", &[100, 3], out)
}

/// What a charge costs.
const PRICE: u64 = 300;
/// What becomes of a guest that cannot pay.
const PAYMENT_REQUIRED: ExitCode = ExitCode(402);

/// What the host function that charges needs: the guest's points are a global of its instance.
#[derive(Default)]
struct Till {
    guest: Option<Instance>,
    charged: u32,
}

fn charge(mut env: FunctionEnvMut<Till>) -> Result<(), ExitCode> {
    let (till, mut store) = env.data_and_store_mut();
    // It is there: no guest runs before its instance is made. A start function would.
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

/// The metered guest, at work.
struct Guest {
    store: Store,
    instance: Instance,
    till: FunctionEnv<Till>,
}

impl Guest {
    fn with(engine: Engine) -> Result<Self> {
        let mut store = Store::new(engine);
        let module = Module::new(&store, guest::wasm(guest::METERED))?;
        let till = FunctionEnv::new(&mut store, Till::default());
        let early_exit = |code: u32| -> Result<(), ExitCode> { Err(ExitCode(code)) };
        let imports = imports! {
            "env" => {
                "early_exit" => Function::new_typed(&mut store, early_exit),
                "charge" => Function::new_typed_with_env(&mut store, &till, charge),
            },
        };
        let instance = Instance::new(&mut store, &module, &imports)?;
        till.as_mut(&mut store).guest = Some(instance.clone());
        Ok(Self { store, instance, till })
    }

    /// Calls an export, and says how that ended and what is left.
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
