//! What is left: what a guest sees of an exit, what a trap's error says of itself, and the drill that takes an engine's
//! own idiom.
use anyhow::{Context, Result, bail};

use super::api::{Error, Func, Val, downcast, host, outcome};
use super::stage::{Stage, instantiate};
use super::{Own, Theme};
use crate::catalog::scenario::{drill, trap};
use crate::engine::Support::Do;
use crate::engine::embedding::{Outcome, Transcript};
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(in super::super::super) const CAN: Theme =
    &[(&trap::DOWNCAST_SAYS_NO, Do(downcast_says_no)), (&drill::PANIC, Do(panic))];

fn downcast_says_no(own: &Own, out: &Transcript) -> Result<()> {
    let early_exit = |code: u32| -> Result<(), Error> { Err(host(ExitCode(code))) };
    let (mut store, instance) =
        instantiate(own, &guest::wasm(guest::TRAPS), (), |store| vec![Func::wrap(store, early_exit).into()])?;
    let mut error_of = |export: &str, arguments: &[i32]| -> Result<Error> {
        let arguments: Vec<_> = arguments.iter().copied().map(Val::I32).collect();
        let function = instance.get_func(&mut store, export).with_context(|| format!("no export `{export}`"))?;
        let mut results = vec![Val::I32(0); function.ty(&store).results().len()];
        let result = function.call(&mut store, &arguments, &mut results);
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
            Err(error) => say!(out, "{name}: no exit code; as a trap: {}", told(&error)),
        }
    }
    Ok(())
}

fn told(error: &Error) -> String {
    match outcome(error) {
        Outcome::Trapped(trap) => trap.to_string(),
        other => other.to_string(),
    }
}

fn panic(own: &Own, out: &Transcript) -> Result<()> {
    let panics = |code: u32| -> () { panic!("the host function panicked with {code}") };
    let mut stage = Stage::set(own, (), |store| Func::wrap(store, panics))?;
    let ended = stage.run.call(&mut stage.store, (1, 7));
    say!(out, "it came back: {ended:?}");
    Ok(())
}
