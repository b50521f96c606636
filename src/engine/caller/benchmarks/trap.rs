//! Guests that end without asking for it.
use std::panic::panic_any;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::api::{Error, Func, Module, Store, outcome, trap as code_of};
use super::leave;
use super::ready::{CODE, Ready, Run, early_exit, tell};
use super::way::Typed;
use super::{Own, Theme};
use crate::catalog::benchmark::unwind;
use crate::engine::Support::Do;
use crate::engine::embedding::{Instant, Outcome, Prepared, Trap};
use crate::engine::expected_panic;
use crate::exit_code::ExitCode;
use crate::guest;

pub(in super::super::super) const CAN: Theme = &[
    (&unwind::UNREACHABLE, Do(|own, _| trap(own, "unreachable", (1, 0), Trap::Unreachable))),
    (&unwind::DIVISION_BY_ZERO, Do(|own, _| trap(own, "divide", (7, 0), Trap::IntegerDivideByZero))),
    (&unwind::OVERFLOW, Do(|own, _| trap(own, "divide", (i32::MIN, -1), Trap::IntegerOverflow))),
    (&unwind::MEMORY_BOUNDS, Do(|own, _| trap(own, "load", (1 << 16, 0), Trap::OutOfBoundsMemoryAccess))),
    (&unwind::TABLE_BOUNDS, Do(|own, _| trap(own, "call", (4, 0), Trap::OutOfBoundsTableAccess))),
    (&unwind::NULL_CALL, Do(|own, _| trap(own, "call", (3, 0), Trap::UninitializedElement))),
    (&unwind::BAD_SIGNATURE, Do(|own, _| trap(own, "call", (2, 0), Trap::IndirectCallTypeMismatch))),
    (
        &unwind::BAD_CONVERSION,
        Do(|own, _| trap(own, "convert", (f32::NAN.to_bits() as i32, 0), Trap::InvalidConversionToInteger)),
    ),
    (&unwind::STACK_OVERFLOW, Do(|own, _| trap(own, "deeper", (1, 0), Trap::CallStackExhausted))),
    (&unwind::METERING, Do(|own, _| fuel(own))),
    (&unwind::PANIC, Do(|own, _| panic(own))),
];

fn trap(own: &Own, export: &str, (a, b): (i32, i32), must: Trap) -> Result<Prepared> {
    let mut ready = leave::ready::<Typed>(own, || ())?;
    let run: Run = ready.function(export)?;
    let error = run.call(&mut ready.store, (a, b)).err().context("the guest did not trap")?;
    let came = outcome(&error);
    ensure!(came == Outcome::Trapped(must), "expected a trap, {must}, but the guest {came}");
    trapping(ready, run, (a, b))
}

/// A call that must end in the trap that it ended in the first time.
pub(super) fn trapping(mut ready: Ready<u64>, run: Run, (a, b): (i32, i32)) -> Result<Prepared> {
    let first = run.call(&mut ready.store, (a, b)).err().context("the guest did not trap")?;
    let must = code_of(&first).context("an error that is no trap")?;
    Ok(Prepared::repeat(
        move || run.call(&mut ready.store, (a, b)).map_err(|error| code_of(&error)),
        move |came| matches!(came, Err(Some(code)) if *code == must),
        |came| match came {
            Ok(returned) => format!("returned {returned}"),
            Err(Some(trap)) => format!("trapped: {trap:?}"),
            Err(None) => "an error that is no trap".into(),
        },
    ))
}

/// The engine has to compile the guest for it, so this one cannot be shared.
fn fuel(own: &Own) -> Result<Prepared> {
    let engine = own.fuelled_engine();
    let module = Module::new(&engine, guest::wasm(guest::EARLY_EXIT))?;
    let fill = |store: &mut Store<()>| store.set_fuel(1);
    let guest = Arc::new((engine, module));
    let mut ready = Ready::prepared(&guest, (), fill, |store| vec![Func::wrap(store, early_exit).into()])?;
    let run: Run = ready.function("run")?;
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

fn panic(own: &Own) -> Result<Prepared> {
    fn panicking(code: u32) -> Result<(), Error> {
        if code != 0 {
            panic_any(ExitCode(code));
        }
        Ok(())
    }
    let mut ready = Ready::new(&own.shelved(guest::LEAVING)?, (), |store| vec![Func::wrap(store, panicking).into()])?;
    let run: Run = ready.function("run")?;
    Ok(Prepared::laps(move || expected_panic::timed(CODE, || run.call(&mut ready.store, (CODE.0 as i32, 7)), tell)))
}
