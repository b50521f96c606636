//! Modules with vectors, modules from artifacts, and modules, functions and tables of another store, engine or instance.
use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Context, Result, bail};

use super::api::{
    Instance, Module, Reference, Runtime, TypedFunc, Val, ValType, call_any, call_dynamic, deserialize, dynamic,
    from_engine, headless_runtime, imports, new_store, runtime_for, serialize, wrap,
};
use super::fixture::{
    Fixture, compile_if_claimed, ended, exit_unless_0 as early_exit, first_line, instantiate, refused,
};
use super::{Do, Engine, ScenarioTable, Transcript, guest, say};
use crate::catalog::scenario::module;
use crate::engine::embedding::{Unsupported, Value};

pub(crate) const SCENARIOS: ScenarioTable<Engine> = &[
    (&module::SIMD, Do(simd)),
    (&module::SIMD_SIGNATURE, Do(simd_signature)),
    (&module::FUNCTION_OF_ANOTHER_STORE, Do(function_of_another_store)),
    (&module::IMPORT_OF_ANOTHER_STORE, Do(import_of_another_store)),
    (&module::VALUE_OF_ANOTHER_STORE, Do(value_of_another_store)),
    (&module::ANOTHER_ENGINE, Do(another_engine)),
    (&module::DROPPED_ENGINE, Do(dropped_engine)),
    (&module::TABLE_OF_ANOTHER_INSTANCE, Do(table_of_another_instance)),
    (&module::SERIALIZED, Do(serialized)),
    (&module::HEADLESS, Do(headless)),
];

/// The outcome of `run(code, 7)` of a module in a new store of the runtime.
fn run(runtime: &Runtime, module: &Module, code: i32) -> Result<String> {
    let mut fixture: Fixture = Fixture::of_module(runtime, module, "run", (), |store| wrap(store, early_exit))?;
    Ok(ended(&fixture.run.call(&mut fixture.store, (code, 7))))
}

fn simd(engine: &Engine, out: &Transcript) -> Result<()> {
    let runtime = engine.runtime();
    let module = compile_if_claimed(engine, "simd", &runtime, guest::SIMD)?;
    for code in [5, 0] {
        say!(out, "{}", run(&runtime, &module, code)?);
    }
    Ok(())
}

fn simd_signature(engine: &Engine, out: &Transcript) -> Result<()> {
    let runtime = engine.runtime();
    let module = compile_if_claimed(engine, "simd", &runtime, guest::HANDS_ON_VECTOR)?;
    let mut store = new_store(&runtime, ());
    let vector = |_: &[Val]| Ok([Val::V128(0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10_u128.into())]);
    let imports = imports! {
        "env" => {
            "early_exit" => wrap(&mut store, early_exit),
            "vector" => dynamic(&mut store, [], [ValType::V128], vector),
        },
    };
    let instance = Instance::new(&mut store, &module, &imports)?;
    let hand_on = instance.get_func(&mut store, "hand_on").context("no export `hand_on`")?;
    for code in [5, 0] {
        let vector = call_dynamic::<1>(&hand_on, &mut store, &[Val::I32(code)]);
        let vector = vector.map(|[vector]| match from_engine(&store, &vector) {
            Ok(Value::V128(bits)) => format!("{bits:#x}"),
            other => format!("{other:?}"),
        });
        say!(out, "{}", ended(&vector));
    }
    Ok(())
}

fn set(engine: &Engine) -> Result<Fixture> {
    Fixture::new(engine, (), |store| wrap(store, early_exit))
}

/// Reports an exit of each of two fixtures, to test that both still work.
fn both_exit(out: &Transcript, its_own: &mut Fixture, other: &mut Fixture) {
    say!(out, "its own store: {}", ended(&its_own.run.call(&mut its_own.store, (5, 7))));
    say!(out, "the other store: {}", ended(&other.run.call(&mut other.store, (6, 7))));
}

fn function_of_another_store(engine: &Engine, out: &Transcript) -> Result<()> {
    let (mut its_own, mut other) = (set(engine)?, set(engine)?);
    let typed = catch_unwind(AssertUnwindSafe(|| ended(&its_own.run.call(&mut other.store, (5, 7)))));
    say!(out, "typed: {}", first_line(typed));
    let function = its_own.instance.get_func(&mut its_own.store, "run").context("no export `run`")?;
    let dynamic = catch_unwind(AssertUnwindSafe(|| {
        let result = call_any(&function, &mut other.store, &[Val::I32(5), Val::I32(7)]);
        ended(&result.map(|results| format!("{results:?}")))
    }));
    say!(out, "dynamic: {}", first_line(dynamic));
    both_exit(out, &mut its_own, &mut other);
    Ok(())
}

fn import_of_another_store(engine: &Engine, out: &Transcript) -> Result<()> {
    let (mut its_own, mut other) = (set(engine)?, set(engine)?);
    let module = Module::new(other.store.engine(), guest::wasm(guest::EARLY_EXIT))?;
    let foreign = imports! { "env" => { "early_exit" => wrap(&mut its_own.store, early_exit) } };
    let instantiate = || Instance::new(&mut other.store, &module, &foreign).map(|_| "instantiated");
    say!(out, "{}", refused(instantiate));
    both_exit(out, &mut its_own, &mut other);
    Ok(())
}

fn value_of_another_store(engine: &Engine, out: &Transcript) -> Result<()> {
    let set = || Fixture::with_guest(engine, guest::TAKES_FUNCTION, "run", (), |store| wrap(store, early_exit));
    let (mut its_own, mut other) = (set()?, set()?);
    let foreign = its_own.instance.get_func(&mut its_own.store, "run").context("no export `run`")?;
    let familiar = other.instance.get_func(&mut other.store, "run").context("no export `run`")?;
    let is_null: TypedFunc<Reference, i32> = other.instance.get_typed_func(&mut other.store, "is_null")?;

    say!(out, "a function of its own: {}", ended(&is_null.call(&mut other.store, familiar.into())));
    say!(out, "typed: {}", refused(|| is_null.call(&mut other.store, foreign.clone().into())));
    let dynamic = other.instance.get_func(&mut other.store, "is_null").context("no export `is_null`")?;
    let foreign = [Val::FuncRef(foreign.into())];
    say!(out, "dynamic: {}", refused(|| call_any(&dynamic, &mut other.store, &foreign)));
    both_exit(out, &mut its_own, &mut other);
    Ok(())
}

fn another_engine(engine: &Engine, out: &Transcript) -> Result<()> {
    let (compiled_by, runs_on) = (engine.runtime(), engine.runtime());
    let module = Module::new(&compiled_by, guest::wasm(guest::EARLY_EXIT))?;
    let refuses = |panic: &str| bail!(Unsupported(format!("it is refused: {panic}").into()));
    for code in [5, 0] {
        match catch_unwind(AssertUnwindSafe(|| run(&runs_on, &module, code))) {
            Ok(Ok(ended)) => say!(out, "{ended}"),
            Ok(Err(error)) => return refuses(&format!("{error:#}")),
            Err(panic) => return refuses(&first_line(Err(panic))),
        }
    }
    Ok(())
}

fn dropped_engine(engine: &Engine, out: &Transcript) -> Result<()> {
    let module = Module::new(&engine.runtime(), guest::wasm(guest::EARLY_EXIT))?;
    let runtime = runtime_for(engine, &module);
    for code in [5, 0] {
        say!(out, "{}", run(&runtime, &module, code)?);
    }
    Ok(())
}

fn table_of_another_instance(engine: &Engine, out: &Transcript) -> Result<()> {
    const LOADS: &str = r#"(module
        (import "env" "table" (table 1 funcref))
        (memory 1) (data (i32.const 0) "\64")
        (elem (i32.const 0) $load)
        (func $load (result i32) (i32.load (i32.const 0))))"#;
    for (memory, declared) in [("no memory", ""), ("a memory", r#"(memory 1) (data (i32.const 0) "\07")"#)] {
        let calls = format!(
            r#"(module {declared} (table (export "table") 1 funcref)
                (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))"#
        );
        let (mut store, instance) = instantiate(engine, &guest::wasm(&calls), (), |_| imports! {})?;
        let table = instance.get_table(&mut store, "table").context("no table")?;
        let loads = Module::new(store.engine(), guest::wasm(LOADS))?;
        Instance::new(&mut store, &loads, &imports! { "env" => { "table" => table } })?;
        let call: TypedFunc<(), i32> = instance.get_typed_func(&mut store, "call")?;
        say!(out, "the other instance has {memory}: {}", ended(&call.call(&mut store, ())));
    }
    Ok(())
}

fn serialized(engine: &Engine, out: &Transcript) -> Result<()> {
    let runtime = engine.runtime();
    let module = Module::new(&runtime, guest::wasm(guest::EARLY_EXIT))?;
    say!(out, "compiled: {}", run(&runtime, &module, 5)?);
    let artifact = serialize(&module)?;
    drop((module, runtime));

    let runtime = engine.runtime();
    let module = deserialize(&runtime, artifact)?;
    for code in [5, 0] {
        say!(out, "loaded: {}", run(&runtime, &module, code)?);
    }
    Ok(())
}

fn headless(engine: &Engine, out: &Transcript) -> Result<()> {
    let wasm = guest::wasm(guest::EARLY_EXIT);
    let artifact = serialize(&Module::new(&engine.runtime(), &wasm)?)?;

    let runtime = headless_runtime(engine)?;
    match Module::new(&runtime, &wasm) {
        Ok(_) => bail!("an engine without a compiler compiled a guest"),
        Err(error) => say!(out, "compiling on it: refused: {error:#}"),
    }
    let module = deserialize(&runtime, artifact)?;
    for code in [5, 0] {
        say!(out, "loaded: {}", run(&runtime, &module, code)?);
    }
    Ok(())
}
