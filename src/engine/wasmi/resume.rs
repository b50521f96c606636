//! Scenarios of resumable calls. A host function's error suspends its guest, and the host resumes it with results.
use ::wasmi::{Func, Instance, Module, ResumableCall, Store, Val};
use anyhow::{Context, Result, bail};

use super::Wasmi;
use super::api::{Error, new_store, outcome};
use super::suite::scenarios::exit::decide;
use super::suite::scenarios::fixture::{ended, exit as early_exit, global, instantiate};
use crate::catalog::scenario::exit::LET_PASS;
use crate::catalog::scenario::resume;
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::embedding::{Outcome, Transcript};
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(super) const SCENARIOS: ScenarioTable<Wasmi> = &[
    (&resume::EXIT, Do(exit)),
    (&resume::OTHER_CALLS, Do(other_calls)),
    (&resume::TRAP, Do(trap)),
    (&resume::OUT_OF_FUEL, Do(out_of_fuel)),
];

/// An instance whose exports call `early_exit` with a code, and return the sum of the code and the function's result.
struct ResumableGuest {
    store: Store<()>,
    instance: Instance,
    /// The result of the call, after it has returned.
    result: [Val; 1],
}

impl ResumableGuest {
    fn new(wasmi: &Wasmi) -> Result<Self> {
        let exits = |code: u32| decide(code, LET_PASS).map_err(Error::host);
        let (store, instance) =
            instantiate(wasmi, &guest::wasm(guest::WAYS_TO_CALL), (), |store| vec![Func::wrap(store, exits).into()])?;
        Ok(Self { store, instance, result: [Val::I32(0)] })
    }

    fn start(&mut self, export: &str, arguments: &[Val], results: usize) -> Result<ResumableCall, Error> {
        let function = self.instance.get_func(&self.store, export).ok_or_else(|| Error::new("no such export"))?;
        function.call_resumable(&mut self.store, arguments, &mut self.result[..results])
    }

    /// Starts a resumable call that exits with a code.
    fn direct(&mut self, code: i32) -> Result<ResumableCall, Error> {
        self.start("direct", &[Val::I32(code)], 1)
    }

    fn resume(&mut self, call: ResumableCall, with: Val) -> Result<ResumableCall, Error> {
        match call {
            ResumableCall::HostTrap(call) => call.resume(&mut self.store, &[with], &mut self.result),
            _ => Err(Error::new("the call is not suspended by a host function")),
        }
    }

    /// Makes a call that is not resumable, and describes its outcome.
    fn call(&mut self, code: u32) -> Result<String> {
        let direct = self.instance.get_typed_func::<u32, u32>(&self.store, "direct")?;
        Ok(ended(&direct.call(&mut self.store, code)))
    }
}

/// Describes whether a call has returned, is suspended or has failed.
fn state(call: &Result<ResumableCall, Error>, result: &[Val]) -> String {
    match call {
        Ok(ResumableCall::Finished) => {
            let result = result.iter().filter_map(Val::i32).map(|n| format!(" {n}")).collect::<String>();
            format!("returned{result}")
        }
        Ok(ResumableCall::HostTrap(call)) => match call.host_error().downcast_ref() {
            Some(ExitCode(code)) => format!("suspended: exit code {code}"),
            None => format!("suspended: {}", call.host_error()),
        },
        Ok(ResumableCall::OutOfFuel(_)) => "suspended: out of fuel".into(),
        Err(error) => match outcome(error) {
            Outcome::Failed(_) => "an error of the engine".into(),
            outcome => outcome.to_string(),
        },
    }
}

fn exit(wasmi: &Wasmi, out: &Transcript) -> Result<()> {
    let mut guest = ResumableGuest::new(wasmi)?;
    let call = guest.direct(5);
    say!(out, "{}", state(&call, &[]));
    let call = guest.resume(call?, Val::I32(100));
    say!(out, "resumed with 100: {}", state(&call, &guest.result));
    let call = guest.direct(6);
    say!(out, "{}", state(&call, &[]));
    let call = guest.resume(call?, Val::I64(100));
    say!(out, "resumed with a value of another type: {}", state(&call, &[]));
    say!(out, "then: {}", guest.call(7)?);
    Ok(())
}

fn other_calls(wasmi: &Wasmi, out: &Transcript) -> Result<()> {
    let mut guest = ResumableGuest::new(wasmi)?;
    let suspended = guest.direct(5);
    say!(out, "{}", state(&suspended, &[]));
    say!(out, "another call: {}", guest.call(6)?);
    let call = guest.resume(suspended?, Val::I32(100));
    say!(out, "resumed with 100: {}", state(&call, &guest.result));
    for code in 0..1000 {
        if code != LET_PASS as i32 && !matches!(guest.direct(code)?, ResumableCall::HostTrap(_)) {
            bail!("expected an exit with {code}, but the call went on");
        }
    }
    say!(out, "999 suspended and dropped, then: {}", guest.call(7)?);
    let ResumableGuest { store, instance, .. } = &mut guest;
    say!(out, "times that the guest went on: {}", global(store, instance, "went_on")?);
    Ok(())
}

fn trap(wasmi: &Wasmi, out: &Transcript) -> Result<()> {
    let mut guest = ResumableGuest::new(wasmi)?;
    let call = guest.start("trap", &[], 0);
    say!(out, "{}", state(&call, &[]));
    let call = guest.direct(5);
    say!(out, "then {}", state(&call, &[]));
    Ok(())
}

fn out_of_fuel(wasmi: &Wasmi, out: &Transcript) -> Result<()> {
    let engine = wasmi.metered_runtime(5_000);
    let module = Module::new(&engine, guest::wasm(guest::METERED))?;
    let mut store = new_store(&engine, ());
    let imports = [Func::wrap(&mut store, early_exit).into(), Func::wrap(&mut store, || {}).into()];
    let instance = Instance::new(&mut store, &module, &imports)?;
    let function = instance.get_func(&store, "count_and_exit").context("no export `count_and_exit`")?;
    let mut result = [Val::I32(0)];

    let call = function.call_resumable(&mut store, &[Val::I32(100_000), Val::I32(7)], &mut result);
    say!(out, "{}", state(&call, &[]));
    let ResumableCall::OutOfFuel(call) = call? else { bail!("expected the call to run out of fuel") };
    store.set_fuel(10_000_000)?;
    let call = call.resume(&mut store, &mut result);
    say!(out, "refuelled: {}", state(&call, &[]));
    let ResumableCall::HostTrap(call) = call? else { bail!("expected the call to exit") };
    let call = call.resume(&mut store, &[], &mut result);
    say!(out, "resumed: {}", state(&call, &result));
    Ok(())
}
