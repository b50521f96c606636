//! Traps, and panics of host functions.
use std::panic::panic_any;

use anyhow::{Context, Result, ensure};

use super::api::{imports, outcome, trap_code, wrap};
use super::exit;
use super::guest_instance::{CODE, GuestInstance, RunFunc, describe};
use super::way::Typed;
use super::{BenchmarkTable, Do, Engine, ExitCode, guest};
use crate::catalog::benchmark::unwind;
use crate::engine::embedding::{Outcome, Prepared, Trap};
use crate::engine::expected_panic;

pub(crate) const BENCHMARKS: BenchmarkTable<Engine> = &[
    (&unwind::UNREACHABLE, Do(|engine, _| trap(engine, "unreachable", (1, 0), Trap::Unreachable))),
    (&unwind::DIVISION_BY_ZERO, Do(|engine, _| trap(engine, "divide", (7, 0), Trap::IntegerDivideByZero))),
    (&unwind::OVERFLOW, Do(|engine, _| trap(engine, "divide", (i32::MIN, -1), Trap::IntegerOverflow))),
    (&unwind::MEMORY_BOUNDS, Do(|engine, _| trap(engine, "load", (1 << 16, 0), Trap::OutOfBoundsMemoryAccess))),
    (&unwind::TABLE_BOUNDS, Do(|engine, _| trap(engine, "call", (4, 0), Trap::OutOfBoundsTableAccess))),
    (&unwind::NULL_CALL, Do(|engine, _| trap(engine, "call", (3, 0), Trap::UninitializedElement))),
    (&unwind::BAD_SIGNATURE, Do(|engine, _| trap(engine, "call", (2, 0), Trap::IndirectCallTypeMismatch))),
    (
        &unwind::BAD_CONVERSION,
        Do(|engine, _| trap(engine, "convert", (f32::NAN.to_bits() as i32, 0), Trap::InvalidConversionToInteger)),
    ),
    (&unwind::STACK_OVERFLOW, Do(|engine, _| trap(engine, "deeper", (1, 0), Trap::CallStackExhausted))),
    (&unwind::PANIC, Do(|engine, _| panic(engine))),
];

fn trap(engine: &Engine, export: &str, (a, b): (i32, i32), must: Trap) -> Result<Prepared> {
    let mut ready = exit::ready::<Typed>(engine, || ())?;
    let run: RunFunc = ready.function(export)?;
    let error = run.call(&mut ready.store, (a, b)).err().context("the guest did not trap")?;
    let observed = outcome(&error);
    ensure!(observed == Outcome::Trapped(must), "expected a trap, {must}, but the guest {observed}");
    trapping(ready, run, (a, b))
}

/// A cell whose calls must all end in the trap of the first call.
pub(super) fn trapping(mut ready: GuestInstance<u64>, run: RunFunc, (a, b): (i32, i32)) -> Result<Prepared> {
    let first = run.call(&mut ready.store, (a, b)).err().context("the guest did not trap")?;
    let must = trap_code(first).context("an error that is no trap")?;
    Ok(Prepared::repeat(
        move || run.call(&mut ready.store, (a, b)).map_err(trap_code),
        move |observed| matches!(observed, Err(Some(code)) if *code == must),
        |observed| match observed {
            Ok(returned) => format!("returned {returned}"),
            Err(Some(trap)) => format!("trapped: {trap:?}"),
            Err(None) => "an error that is no trap".into(),
        },
    ))
}

fn panic(engine: &Engine) -> Result<Prepared> {
    fn panicking(code: u32) {
        if code != 0 {
            panic_any(ExitCode(code));
        }
    }
    let mut ready = GuestInstance::new(&engine.cached_module(guest::LEAVING)?, (), |store| {
        imports! { "env" => { "early_exit" => wrap(store, panicking) } }
    })?;
    let run: RunFunc = ready.function("run")?;
    Ok(Prepared::laps(move || expected_panic::timed(CODE, || run.call(&mut ready.store, (CODE.0 as i32, 7)), describe)))
}
