//! Ways to exit. They differ only in the host function, so one function runs all of them.
use anyhow::{Context, Result, bail};

use super::api::{
    self, Caller, Error, Func, Instance, Module, Raised, Store, TypedFunc, Val, ValType, constant, downcast, imports,
    new_store, raise, to_error, wrap, wrap_env,
};
use super::fixture::{Fixture, ended, exit as always_exit, global};
use super::{Do, Engine, ExitCode, ScenarioTable, Transcript, guest, say};
use crate::catalog::scenario::exit;
use crate::catalog::scenario::exit::{CODES, LET_PASS};

pub(crate) const SCENARIOS: ScenarioTable<Engine> = &[
    (&exit::TYPED, Do(|engine, out| play(engine, out, (typed, by_value), "direct"))),
    (&exit::TYPED_INDIRECT, Do(|engine, out| play(engine, out, (typed, by_value), "indirect"))),
    (&exit::TYPED_ENV, Do(|engine, out| play(engine, out, (typed_env, by_value), "direct"))),
    (&exit::TYPED_ENV_INDIRECT, Do(|engine, out| play(engine, out, (typed_env, by_value), "indirect"))),
    (&exit::DYNAMIC, Do(|engine, out| play(engine, out, (dynamic, by_value), "direct"))),
    (&exit::DYNAMIC_INDIRECT, Do(|engine, out| play(engine, out, (dynamic, by_value), "indirect"))),
    (&exit::DYNAMIC_ENV, Do(|engine, out| play(engine, out, (dynamic_env, by_value), "direct"))),
    (&exit::DYNAMIC_ENV_INDIRECT, Do(|engine, out| play(engine, out, (dynamic_env, by_value), "indirect"))),
    (
        &exit::START,
        Do(|engine, out| start(engine, out, &[("typed", (typed, by_value)), ("dynamic", (dynamic, by_value))])),
    ),
    (&exit::START_FILLS_TABLE, Do(start_fills_table)),
];

/// Two functions: one creates the host function, in a store whose data is the code that returns; one reads the exit code.
pub(crate) type ExitFunction = (fn(&mut Store<u32>) -> Func, ReadCode);

/// Reads the exit code of an error, or returns the error.
pub(crate) type ReadCode = fn(&Store<u32>, Error) -> Result<ExitCode, Error>;

/// Reads the code by value, which works for an error that is created for one exit.
pub(crate) fn by_value(_: &Store<u32>, error: Error) -> Result<ExitCode, Error> {
    downcast(error)
}

/// Exits with `code`, or returns it if it is `let_pass`. The error type is the host's own.
pub(crate) fn decide(code: u32, let_pass: u32) -> Result<u32, ExitCode> {
    if code == let_pass { Ok(code) } else { Err(ExitCode(code)) }
}

fn typed(store: &mut Store<u32>) -> Func {
    wrap(store, |code: u32| -> Result<u32, Raised<ExitCode>> { decide(code, LET_PASS).map_err(raise) })
}

fn typed_env(store: &mut Store<u32>) -> Func {
    wrap_env(store, |caller: Caller<'_, u32>, code: u32| -> Result<u32, Raised<ExitCode>> {
        decide(code, *caller.data()).map_err(raise)
    })
}

pub(crate) fn argument(arguments: &[Val]) -> u32 {
    arguments[0].i32().unwrap_or_default() as u32
}

fn dynamic(store: &mut Store<u32>) -> Func {
    api::dynamic(store, [ValType::I32], [ValType::I32], |arguments: &[Val]| {
        let code = decide(argument(arguments), LET_PASS).map_err(to_error)?;
        Ok([Val::I32(code as i32)])
    })
}

fn dynamic_env(store: &mut Store<u32>) -> Func {
    api::dynamic_env(store, [ValType::I32], [ValType::I32], |caller: Caller<'_, u32>, arguments: &[Val]| {
        let code = decide(argument(arguments), *caller.data()).map_err(to_error)?;
        Ok([Val::I32(code as i32)])
    })
}

pub(crate) fn play(engine: &Engine, out: &Transcript, way: ExitFunction, export: &str) -> Result<()> {
    let (early_exit, read) = way;
    let Fixture { mut store, instance, run } =
        Fixture::<_, u32, u32>::with_guest(engine, guest::WAYS_TO_CALL, export, LET_PASS, early_exit)?;
    for code in CODES {
        match run.call(&mut store, code) {
            Ok(sum) => bail!("asked for {code}, but the guest returned {sum}"),
            Err(error) => match read(&store, error) {
                Ok(ExitCode(observed)) => say!(out, "asked for {code}: exit code {observed}"),
                Err(error) => bail!("asked for {code}, but the error holds no exit code: {error}"),
            },
        }
    }
    say!(out, "times that the guest went on: {}", global(&mut store, &instance, "went_on")?);
    // The same host function on the same instance can also return.
    say!(out, "let pass, it returns {}", run.call(&mut store, LET_PASS)?);
    say!(out, "times that the guest went on: {}", global(&mut store, &instance, "went_on")?);
    Ok(())
}

pub(crate) fn start(engine: &Engine, out: &Transcript, ways: &[(&str, ExitFunction)]) -> Result<()> {
    let runtime = engine.runtime();
    let module = Module::new(&runtime, guest::wasm(guest::EXIT_IN_START))?;
    let mut store = new_store(&runtime, LET_PASS);
    for (name, (way, read)) in ways {
        let early_exit = way(&mut store);
        let mut observed = Vec::new();
        for code in CODES {
            let code = constant(&mut store, code as i32)?;
            let imports = imports! { "env" => { "early_exit" => early_exit.clone(), "code" => code } };
            match Instance::new(&mut store, &module, &imports) {
                Ok(_) => bail!("expected an early exit, but the start function returned"),
                Err(error) => observed.push(read(&store, error)?.to_string()),
            }
        }
        say!(out, "{name}: {}", observed.join(", "));
    }
    let Some((_, (way, _))) = ways.last() else { return Ok(()) };
    let (early_exit, code) = (way(&mut store), constant(&mut store, LET_PASS as i32)?);
    let imports = imports! { "env" => { "early_exit" => early_exit, "code" => code } };
    let instance = Instance::new(&mut store, &module, &imports)?;
    say!(out, "let pass, it leaves {}", global(&mut store, &instance, "returned")?);
    Ok(())
}

fn start_fills_table(engine: &Engine, out: &Transcript) -> Result<()> {
    const TIMES: i32 = 100;
    let runtime = engine.runtime();
    let mut store = new_store(&runtime, ());
    let owner = Module::new(&runtime, guest::wasm(guest::TABLE))?;
    let owner = Instance::new(&mut store, &owner, &imports! {})?;
    let table = owner.get_table(&mut store, "table").context("no table")?;
    let call: TypedFunc<u32, i32> = owner.get_typed_func(&mut store, "call")?;

    let module = Module::new(&runtime, guest::wasm(guest::FILL_TABLE))?;
    let fill = |store: &mut Store<()>, code: i32| -> Result<String> {
        let (early_exit, code) = (wrap(store, always_exit), constant(store, code)?);
        let imports = imports! { "env" => { "early_exit" => early_exit, "table" => table.clone(), "code" => code } };
        Ok(ended(&Instance::new(store, &module, &imports).map(|_| "an instance")))
    };
    say!(out, "instantiation: {}", fill(&mut store, 7)?);
    say!(out, "set by a segment: {}", ended(&call.call(&mut store, 0)));
    say!(out, "set by the start function: {}", ended(&call.call(&mut store, 1)));
    let (mut exited, mut answered) = (0, 0);
    for code in 1..=TIMES {
        exited += i32::from(fill(&mut store, code)? == format!("exited early with exit code: {code}"));
        for index in 0..2 {
            let answer = call.call(&mut store, index);
            answered += i32::from(answer.is_ok_and(|answer| answer == 101 + code + index as i32));
        }
    }
    say!(out, "{TIMES} times more: exited {exited} times, {answered} calls returned what they must");
    drop((module, runtime));
    say!(out, "with the modules dropped: {}", ended(&call.call(&mut store, 0)));
    Ok(())
}
