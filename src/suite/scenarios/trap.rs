//! The errors of traps, which must differ from exits.
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::api::{Error, downcast, imports, outcome, wrap};
use super::fixture::{call_export, ended, exit, instantiate};
use super::reentrant_host::{DIVIDE_BY_ZERO, ReentrantHost};
use super::{Do, Engine, ExitCode, Outcome, ScenarioTable, Transcript, Trap, guest, say};
use crate::catalog::scenario::trap;

pub(crate) const SCENARIOS: ScenarioTable<Engine> =
    &[(&trap::DOWNCAST_SAYS_NO, Do(downcast_says_no)), (&trap::THROUGH_LEVELS, Do(through_levels))];

fn downcast_says_no(engine: &Engine, out: &Transcript) -> Result<()> {
    let (mut store, instance) = instantiate(engine, &guest::wasm(guest::TRAPS), (), |store| {
        imports! { "env" => { "early_exit" => wrap(store, exit) } }
    })?;
    let mut error_of = |export: &str, arguments: &[i32]| -> Result<Error> {
        let result = call_export(&mut store, &instance, export, arguments)?;
        result.err().with_context(|| format!("{export} was expected to end in an error, but returned"))
    };
    for (name, error) in [
        ("unreachable", error_of("unreachable_if", &[1])?),
        ("integer divide by zero", error_of("i32.div_s", &[1, 0])?),
        ("call stack exhausted", error_of("deeper", &[-1])?),
        ("5", error_of("exit", &[5])?),
    ] {
        let trap = trap_name(&error);
        // By value: a failed downcast returns the error, so that the caller can read the trap.
        match downcast::<ExitCode>(error) {
            Ok(code) => say!(out, "{name}: exit code {code}; as a trap: {trap}"),
            Err(error) => say!(out, "{name}: no exit code; as a trap: {}", trap_name(&error)),
        }
    }
    Ok(())
}

/// The trap's name; `none` for an exit.
fn trap_name(error: &Error) -> String {
    match outcome(error) {
        Outcome::Trapped(trap) => trap.to_string(),
        Outcome::Exited(_) => "none".into(),
        other => other.to_string(),
    }
}

fn through_levels(engine: &Engine, out: &Transcript) -> Result<()> {
    const LEVELS: u32 = 200;
    let handed_on = Arc::new(AtomicU32::new(0));
    let counted = handed_on.clone();
    let mut host = ReentrantHost::new(engine, move |level, enter_guest| {
        if level == 0 {
            return Ok(DIVIDE_BY_ZERO);
        }
        enter_guest().inspect_err(|error| {
            let the_same = outcome(error) == Outcome::Trapped(Trap::IntegerDivideByZero);
            counted.fetch_add(the_same.into(), Relaxed);
        })
    })?;
    say!(out, "through {LEVELS} levels: {}", ended(&host.enter(LEVELS)));
    say!(out, "handed on as that by host functions: {} times", handed_on.load(Relaxed));
    say!(out, "{}", host.calls()?);
    // The minimum of several times, because other processes only add to a time.
    let mut least = |levels: u32| {
        let time = |_| {
            let started = Instant::now();
            drop(host.enter(levels));
            started.elapsed()
        };
        (0..7).map(time).min().unwrap_or(Duration::MAX)
    };
    let (few, many) = (least(LEVELS / 4), least(LEVELS));
    say!(out, "four times the levels take less than nine times as long: {}", many < 9 * few);
    Ok(())
}
