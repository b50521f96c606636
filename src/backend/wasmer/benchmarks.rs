//! The benchmarks as a user of Wasmer would write them.
use std::time::Instant;

use anyhow::Result;
use wasmer::{Engine, Function, Instance, Module, RuntimeError, Store, TypedFunction, imports};

use super::Wasmer;
use crate::backend::Can::Do;
use crate::backend::{Prepare, Table};
use crate::benchmark::{Benchmark, cold, unwind};
use crate::embedding::{Ended, Prepared};
use crate::exit_code::ExitCode;
use crate::guest;

pub(super) const REPERTOIRE: Table<Benchmark, Prepare<Wasmer>> = &[
    (&cold::COMPILE, Do(|wasmer, _| compile(wasmer))),
    (&cold::INSTANTIATE, Do(|wasmer, _| instantiate(wasmer))),
    (&cold::FIRST_EXIT, Do(|wasmer, _| first_exit(wasmer))),
    (&unwind::TYPED, Do(|wasmer, _| exit_typed(wasmer))),
];

type Run = TypedFunction<(i32, i32), i32>;

fn early_exit(code: u32) -> Result<(), ExitCode> {
    if code == 0 { Ok(()) } else { Err(ExitCode(code)) }
}

fn ready(engine: &Engine, module: &Module) -> Result<(Store, Run)> {
    let mut store = Store::new(engine.clone());
    let imports = imports! {
        "env" => { "early_exit" => Function::new_typed(&mut store, early_exit) },
    };
    let run = Instance::new(&mut store, module, &imports)?.exports.get_typed_function(&store, "run")?;
    Ok((store, run))
}

fn exited(result: &Result<ExitCode, Result<i32, RuntimeError>>) -> bool {
    matches!(result, Ok(ExitCode(1)))
}

fn told(result: Result<ExitCode, Result<i32, RuntimeError>>) -> String {
    match result {
        Ok(code) => format!("exit code {code}"),
        Err(Ok(sum)) => format!("returned {sum}"),
        Err(Err(error)) => error.to_string(),
    }
}

fn exit(store: &mut Store, run: &Run) -> Result<ExitCode, Result<i32, RuntimeError>> {
    match run.call(store, 1, 7) {
        Ok(sum) => Err(Ok(sum)),
        Err(error) => error.downcast().map_err(Err),
    }
}

fn compile(wasmer: &Wasmer) -> Result<Prepared> {
    let wasm = guest::wasm(guest::EARLY_EXIT);
    let artifact = Module::new(&wasmer.engine(), &wasm)?.serialize()?;
    let facts = [("wasm bytes", wasm.len()), ("artifact bytes", artifact.len())];
    let wasmer = wasmer.clone();
    let lap = move || {
        let started = Instant::now();
        let engine = wasmer.engine();
        let module = Module::new(&engine, &wasm);
        let took = started.elapsed();
        (took, module.map(drop).map_err(|error| error.to_string()))
    };
    Ok(Prepared::laps(lap).with_facts(facts.map(|(name, bytes)| (name, bytes as f64))))
}

fn instantiate(wasmer: &Wasmer) -> Result<Prepared> {
    let engine = wasmer.engine();
    let module = Module::new(&engine, guest::wasm(guest::EARLY_EXIT))?;
    Ok(Prepared::laps(move || {
        let started = Instant::now();
        let ready = ready(&engine, &module);
        let took = started.elapsed();
        (took, ready.map(drop).map_err(|error| error.to_string()))
    }))
}

fn first_exit(wasmer: &Wasmer) -> Result<Prepared> {
    let engine = wasmer.engine();
    let module = Module::new(&engine, guest::wasm(guest::EARLY_EXIT))?;
    Ok(Prepared::laps(move || {
        let (mut store, run) = match ready(&engine, &module) {
            Ok(ready) => ready,
            Err(error) => return (Default::default(), Err(error.to_string())),
        };
        let started = Instant::now();
        let result = exit(&mut store, &run);
        let took = started.elapsed();
        let ended: Ended = if exited(&result) { Ok(()) } else { Err(told(result)) };
        (took, ended)
    }))
}

fn exit_typed(wasmer: &Wasmer) -> Result<Prepared> {
    let engine = wasmer.engine();
    let module = Module::new(&engine, guest::wasm(guest::EARLY_EXIT))?;
    let (mut store, run) = ready(&engine, &module)?;
    Ok(Prepared::repeat(move || exit(&mut store, &run), exited, told))
}
