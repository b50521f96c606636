//! What a trap's error says of itself.
use anyhow::{Context, Result, bail};

use super::Engine;
use super::api::{Error, downcast, imports, outcome, wrap};
use super::fixture::{call_export, exit, instantiate};
use crate::catalog::scenario::trap;
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::embedding::{Outcome, Transcript};
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(crate) const SCENARIOS: ScenarioTable<Engine> = &[(&trap::DOWNCAST_SAYS_NO, Do(downcast_says_no))];

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
        let trap = match outcome(&error) {
            Outcome::Trapped(trap) => trap.to_string(),
            Outcome::Exited(_) => "none".into(),
            other => bail!("{name}: {other}"),
        };
        // By value: whoever is told no has the error back, and can ask on.
        match downcast::<ExitCode>(error) {
            Ok(code) => say!(out, "{name}: exit code {code}; as a trap: {trap}"),
            Err(error) => say!(out, "{name}: no exit code; as a trap: {}", trap_name(&error)),
        }
    }
    Ok(())
}

/// The trap's name.
fn trap_name(error: &Error) -> String {
    match outcome(error) {
        Outcome::Trapped(trap) => trap.to_string(),
        other => other.to_string(),
    }
}
