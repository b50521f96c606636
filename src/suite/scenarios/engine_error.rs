//! Errors of the engine itself, for wrong arguments and wrong results.
use anyhow::{Context, Result};

use super::Engine;
use super::api::{
    Caller, Error, Func, TypedFunc, Val, ValType, call_any, dynamic, imports, outcome, to_error, wrap_env,
};
use super::fixture::{Fixture, ended, instantiate};
use crate::catalog::scenario::catch;
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::embedding::{Outcome, Transcript};
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(crate) const SCENARIOS: ScenarioTable<Engine> =
    &[(&catch::WRONG_ARGUMENTS, Do(wrong_arguments)), (&catch::WRONG_RESULT, Do(wrong_result))];

/// The outcome of a call, without the engine's error message.
pub(crate) fn kind(result: &Result<i32, Error>) -> String {
    match result.as_ref().map_err(outcome) {
        Err(Outcome::Failed(_)) => "an error of the engine".into(),
        _ => ended(result),
    }
}

fn wrong_arguments(engine: &Engine, out: &Transcript) -> Result<()> {
    // Codes 1 to 4 call `run` again with the arguments for that code. Any other code exits.
    let mut fixture = Fixture::new(engine, None, |store| {
        wrap_env(store, |mut caller: Caller<'_, Option<Func>>, code: u32| -> Result<(), Error> {
            let arguments: &[Val] = match code {
                1 => &[Val::I32(0)],
                2 => &[Val::I32(0), Val::I32(0), Val::I32(0)],
                3 => &[Val::I32(0), Val::I64(0)],
                4 => &[Val::I32(5), Val::I32(0)],
                code => return Err(to_error(ExitCode(code))),
            };
            let run = caller.data().clone();
            run.map_or(Ok(()), |run| call_any(&run, &mut caller, arguments).map(drop))
        })
    })?;
    let run = fixture.instance.get_func(&mut fixture.store, "run").context("no export `run`")?;
    *fixture.store.data_mut() = Some(run);
    for (what, code) in [("too few", 1), ("too many", 2), ("of another type", 3), ("the right ones", 4)] {
        say!(out, "{what}: {}", kind(&fixture.run.call(&mut fixture.store, (code, 7))));
    }
    Ok(())
}

fn wrong_result(engine: &Engine, out: &Transcript) -> Result<()> {
    let (mut store, instance) = instantiate(engine, &guest::wasm(guest::WAYS_TO_CALL), (), |store| {
        let early_exit = dynamic(store, [ValType::I32], [ValType::I32], |arguments: &[Val]| match arguments[0].i32() {
            Some(4) => Ok([Val::I64(4)]),
            Some(5) => Ok([Val::I32(5)]),
            _ => Err(to_error(ExitCode(6))),
        });
        imports! { "env" => { "early_exit" => early_exit } }
    })?;
    let direct: TypedFunc<i32, i32> = instance.get_typed_func(&mut store, "direct")?;
    for (what, code) in [("an i64 for an i32", 4), ("the right one", 5), ("then", 6)] {
        say!(out, "{what}: {}", kind(&direct.call(&mut store, code)));
    }
    Ok(())
}
