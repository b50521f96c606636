//! Guests that end without asking for it.
use std::panic::panic_any;
use std::sync::Arc;

use anyhow::Result;
use wasmer::sys::EngineBuilder;
use wasmer::sys::vm::TrapCode;
use wasmer::{Engine, Function, Module, Store, imports};
use wasmer_middlewares::Metering;
use wasmer_middlewares::metering::{MeteringPoints, get_remaining_points, set_remaining_points};

use super::Theme;
use super::interrupt;
use super::leave;
use super::ready::{CODE, Ready, Run, early_exit, tell};
use super::way::Typed;
use crate::catalog::benchmark::unwind;
use crate::engine::Support::Do;
use crate::engine::embedding::{Instant, Prepared};
use crate::engine::expected_panic;
use crate::engine::wasmer::Wasmer;
use crate::exit_code::ExitCode;
use crate::guest;

pub(super) const CAN: Theme = &[
    (&unwind::UNREACHABLE, Do(|w, _| trap(w, "unreachable", (1, 0), TrapCode::UnreachableCodeReached))),
    (&unwind::DIVISION_BY_ZERO, Do(|w, _| trap(w, "divide", (7, 0), TrapCode::IntegerDivisionByZero))),
    (&unwind::OVERFLOW, Do(|w, _| trap(w, "divide", (i32::MIN, -1), TrapCode::IntegerOverflow))),
    (&unwind::MEMORY_BOUNDS, Do(|w, _| trap(w, "load", (1 << 16, 0), TrapCode::HeapAccessOutOfBounds))),
    (&unwind::TABLE_BOUNDS, Do(|w, _| trap(w, "call", (4, 0), TrapCode::TableAccessOutOfBounds))),
    (&unwind::NULL_CALL, Do(|w, _| trap(w, "call", (3, 0), TrapCode::IndirectCallToNull))),
    (&unwind::BAD_SIGNATURE, Do(|w, _| trap(w, "call", (2, 0), TrapCode::BadSignature))),
    (
        &unwind::BAD_CONVERSION,
        Do(|w, _| trap(w, "convert", (f32::NAN.to_bits() as i32, 0), TrapCode::BadConversionToInteger)),
    ),
    (&unwind::STACK_OVERFLOW, Do(|w, _| trap(w, "deeper", (1, 0), TrapCode::StackOverflow))),
    (&unwind::METERING, Do(|wasmer, _| metering(wasmer))),
    (&unwind::PANIC, Do(|wasmer, _| panic(wasmer))),
    (&unwind::INTERRUPT, interrupt::CAN),
];

fn trap(wasmer: &Wasmer, export: &str, (a, b): (i32, i32), must: TrapCode) -> Result<Prepared> {
    let ready = leave::ready::<Typed>(wasmer, || ())?;
    let run: Run = ready.function(export)?;
    Ok(trapping(ready, run, (a, b), must))
}

/// A call that must end in a trap.
pub(super) fn trapping(mut ready: Ready, run: Run, (a, b): (i32, i32), must: TrapCode) -> Prepared {
    Prepared::repeat(
        move || run.call(&mut ready.store, a, b).map_err(|error| error.to_trap()),
        move |came| *came == Err(Some(must)),
        |came| match came {
            Ok(returned) => format!("returned {returned}"),
            Err(Some(trap)) => format!("trapped: {trap}"),
            Err(None) => "an error that is no trap".into(),
        },
    )
}

/// The middleware puts the points into the module, so this one cannot be shared.
fn metering(wasmer: &Wasmer) -> Result<Prepared> {
    let mut config = wasmer.config();
    config.push_middleware(Arc::new(Metering::new(1, |_| 1)));
    let engine: Engine = EngineBuilder::new(config).into();
    let module = Module::new(&engine, guest::wasm(guest::EARLY_EXIT))?;
    let mut ready = Ready::new(&Arc::new((engine, module)), |store| {
        imports! { "env" => { "early_exit" => Function::new_typed(store, early_exit) } }
    })?;
    let run: Run = ready.function("run")?;
    Ok(Prepared::laps(move || {
        set_remaining_points(&mut ready.store, &ready.instance, 1);
        let started = Instant::now();
        let result = run.call(&mut ready.store, 0, 7);
        let points = get_remaining_points(&mut ready.store, &ready.instance);
        let took = started.elapsed();
        let exhausted = result.is_err() && points == MeteringPoints::Exhausted;
        (took, if exhausted { Ok(()) } else { Err(format!("{}, with {points:?}", tell(result))) })
    }))
}

fn panic(wasmer: &Wasmer) -> Result<Prepared> {
    fn panicking(code: u32) {
        if code != 0 {
            panic_any(ExitCode(code));
        }
    }
    let mut ready = Ready::new(&wasmer.shelved(guest::LEAVING)?, |store: &mut Store| {
        imports! { "env" => { "early_exit" => Function::new_typed(store, panicking) } }
    })?;
    let run: Run = ready.function("run")?;
    Ok(Prepared::laps(move || expected_panic::timed(CODE, || run.call(&mut ready.store, CODE.0 as i32, 7), tell)))
}
