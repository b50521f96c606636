//! Stores and engines only grow: what to hold on to, and what to drop, when a host runs for long.
use std::process;

use anyhow::{Context, Result};
use wasmer::{Engine, Function, Imports, Instance, Module, RuntimeError, Store, TypedFunction, imports};

use super::Theme;
use super::stage::Stage;
use crate::backend::Can::Do;
use crate::backend::wasmer::Wasmer;
use crate::embedding::Transcript;
use crate::exit_code::ExitCode;
use crate::resident::resident_memory;
use crate::{guest, say, scenario::soak};

pub(super) const CAN: Theme = &[
    (&soak::EXITS, Do(exits)),
    (&soak::INSTANCES_IN_ONE_STORE, Do(instances_in_one_store)),
    (&soak::STORE_PER_INSTANCE, Do(store_per_instance)),
    (&soak::COMPILES_ON_ONE_ENGINE, Do(compiles_on_one_engine)),
];

fn early_exit(code: u32) -> Result<(), ExitCode> {
    Err(ExitCode(code))
}

fn exits(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut stage = Stage::set(wasmer, |store| Function::new_typed(store, early_exit))?;
    let mut exits = |codes: std::ops::Range<u32>| -> Result<usize> {
        let mut right = 0;
        for code in codes {
            right += usize::from(came(stage.exit(code)?, code));
        }
        Ok(right)
    };
    exits(0..1_000)?;
    let before = resident()?;
    let right = exits(0..100_000)?;
    let grew = resident()? as i64 - before as i64;
    say!(out, "{right} exits with the code that was raised");
    say!(out, "grew {grew}");
    Ok(())
}

fn instances_in_one_store(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut store = Store::new(wasmer.engine());
    let module = Module::new(&store, guest::wasm(guest::EARLY_EXIT))?;
    let imports = imports! { "env" => { "early_exit" => Function::new_typed(&mut store, early_exit) } };
    let mut right = 0;
    let before = resident()?;
    for code in 0..10_000 {
        right += usize::from(exit(&mut store, &module, &imports, code)?);
    }
    let grew = resident()? as i64 - before as i64;
    drop(store);
    let left = resident()? as i64 - before as i64;
    say!(out, "{right} exits with the code that was raised");
    say!(out, "grew {grew} left {left}");
    Ok(())
}

fn store_per_instance(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let engine = wasmer.engine();
    let module = Module::new(&engine, guest::wasm(guest::EARLY_EXIT))?;
    let exits = |codes: std::ops::Range<u32>| -> Result<usize> {
        let mut right = 0;
        for code in codes {
            let mut store = Store::new(engine.clone());
            let imports = imports! { "env" => { "early_exit" => Function::new_typed(&mut store, early_exit) } };
            right += usize::from(exit(&mut store, &module, &imports, code)?);
        }
        Ok(right)
    };
    exits(0..100)?;
    let before = resident()?;
    let right = exits(0..10_000)?;
    let grew = resident()? as i64 - before as i64;
    say!(out, "{right} exits with the code that was raised");
    say!(out, "grew {grew}");
    Ok(())
}

fn compiles_on_one_engine(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let engine = wasmer.engine();
    let wasm = guest::wasm(guest::EARLY_EXIT);
    let compile = |engine: &Engine, code: u32| -> Result<bool> {
        let module = Module::new(engine, &wasm)?;
        let mut store = Store::new(engine.clone());
        let imports = imports! { "env" => { "early_exit" => Function::new_typed(&mut store, early_exit) } };
        exit(&mut store, &module, &imports, code)
    };
    compile(&wasmer.engine(), 0)?;
    let t = std::time::Instant::now();
    let before = resident()?;
    let mut right = 0;
    for code in 0..1_000 {
        right += usize::from(compile(&engine, code)?);
    }
    let grew = resident()? as i64 - before as i64;
    let tt = t.elapsed();
    drop(engine);
    let left = resident()? as i64 - before as i64;
    say!(out, "{right} exits with the code that was raised");
    say!(out, "grew {grew} left {left} {tt:?} drop {:?}", t.elapsed());
    Ok(())
}

/// A new instance in the store, and whether it exits with the code.
fn exit(store: &mut Store, module: &Module, imports: &Imports, code: u32) -> Result<bool> {
    let instance = Instance::new(store, module, imports)?;
    let run: TypedFunction<(i32, i32), i32> = instance.exports.get_typed_function(store, "run")?;
    Ok(run.call(store, code as i32, 7).is_err_and(|error| came(error, code)))
}

fn came(error: RuntimeError, code: u32) -> bool {
    error.downcast::<ExitCode>().is_ok_and(|came| came == ExitCode(code))
}

fn resident() -> Result<u64> {
    resident_memory(process::id()).context("the platform does not tell how much memory a process holds")
}
