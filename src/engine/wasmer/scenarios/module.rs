//! Where a module comes from, and what it may be mixed with.
use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Result, bail};
use wasmer::sys::EngineBuilder;
use wasmer::{
    Engine, Function, FunctionType, Instance, InstantiationError, Module, RuntimeError, Store, Type, TypedFunction,
    Value, imports,
};

use super::Theme;
use super::stage::{Stage, compile_if_claimed, ended};
use crate::catalog::scenario::module;
use crate::engine::Support::Do;
use crate::engine::embedding::{Outcome, Transcript};
use crate::engine::wasmer::Wasmer;
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(super) const CAN: Theme = &[
    (&module::SERIALIZED, Do(serialized)),
    (&module::HEADLESS, Do(headless)),
    (&module::SIMD, Do(simd)),
    (&module::SIMD_SIGNATURE, Do(simd_signature)),
    (&module::FUNCTION_OF_ANOTHER_STORE, Do(function_of_another_store)),
    (&module::IMPORT_OF_ANOTHER_STORE, Do(import_of_another_store)),
    (&module::VALUE_OF_ANOTHER_STORE, Do(value_of_another_store)),
    (&module::ANOTHER_ENGINE, Do(another_engine)),
    (&module::DROPPED_ENGINE, Do(dropped_engine)),
];

fn early_exit(code: u32) -> Result<(), ExitCode> {
    if code == 0 { Ok(()) } else { Err(ExitCode(code)) }
}

/// Runs a module in a store of that engine: how `run(code, 7)` ends.
fn run(engine: &Engine, module: &Module, code: i32) -> Result<String> {
    let mut store = Store::new(engine.clone());
    let imports = imports! {
        "env" => { "early_exit" => Function::new_typed(&mut store, early_exit) },
    };
    let instance = Instance::new(&mut store, module, &imports)?;
    let run: TypedFunction<(i32, i32), i32> = instance.exports.get_typed_function(&store, "run")?;
    Ok(ended(&run.call(&mut store, code, 7)))
}

fn serialized(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let engine = wasmer.engine();
    let module = Module::new(&engine, guest::wasm(guest::EARLY_EXIT))?;
    say!(out, "compiled: {}", run(&engine, &module, 5)?);
    let artifact = module.serialize()?;
    drop((module, engine));

    let engine = wasmer.engine();
    // SAFETY: the artifact was made above, by the same version of the same compiler.
    let module = unsafe { Module::deserialize(&engine, artifact) }?;
    for code in [5, 0] {
        say!(out, "loaded: {}", run(&engine, &module, code)?);
    }
    Ok(())
}

fn headless(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let wasm = guest::wasm(guest::EARLY_EXIT);
    let artifact = Module::new(&wasmer.engine(), &wasm)?.serialize()?;

    let engine: Engine = EngineBuilder::headless().into();
    match Module::new(&engine, &wasm) {
        Ok(_) => bail!("an engine without a compiler compiled a guest"),
        Err(error) => say!(out, "compiling on it: refused: {error}"),
    }
    // SAFETY: the artifact was made above, by this version of Wasmer.
    let module = unsafe { Module::deserialize(&engine, artifact) }?;
    for code in [5, 0] {
        say!(out, "loaded: {}", run(&engine, &module, code)?);
    }
    Ok(())
}

fn simd(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let engine = wasmer.engine();
    let module = compile_if_claimed(wasmer, "simd", &Store::new(engine.clone()), guest::SIMD)?;
    for code in [5, 0] {
        say!(out, "{}", run(&engine, &module, code)?);
    }
    Ok(())
}

fn simd_signature(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut store = Store::new(wasmer.engine());
    let module = compile_if_claimed(wasmer, "simd", &store, guest::HANDS_ON_VECTOR)?;
    let vector = |_: &[Value]| Ok(vec![Value::V128(0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10)]);
    let imports = imports! {
        "env" => {
            "early_exit" => Function::new_typed(&mut store, early_exit),
            "vector" => Function::new(&mut store, FunctionType::new([], [Type::V128]), vector),
        },
    };
    let instance = Instance::new(&mut store, &module, &imports)?;
    let hand_on = instance.exports.get_function("hand_on")?;
    for code in [5, 0] {
        let vector = hand_on.call(&mut store, &[Value::I32(code)]).map(|values| values[0].unwrap_v128());
        say!(out, "{}", ended(&vector.map(|bits| format!("{bits:#x}"))));
    }
    Ok(())
}

/// How two stages exit, after whatever was done to them.
fn both_exit(out: &Transcript, its_own: &mut Stage, other: &mut Stage) {
    say!(out, "its own store: {}", ended(&its_own.run.call(&mut its_own.store, 5, 7)));
    say!(out, "the other store: {}", ended(&other.run.call(&mut other.store, 6, 7)));
}

fn function_of_another_store(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let set = || Stage::set(wasmer, |store| Function::new_typed(store, early_exit));
    let (mut its_own, mut other) = (set()?, set()?);

    let typed = catch_unwind(AssertUnwindSafe(|| ended(&its_own.run.call(&mut other.store, 5, 7))));
    say!(out, "typed: {}", first_line(typed));
    let function = its_own.instance.exports.get_function("run")?;
    let arguments = [Value::I32(5), Value::I32(7)];
    let dynamic = catch_unwind(AssertUnwindSafe(|| match function.call(&mut other.store, &arguments) {
        Ok(values) => format!("returned {values:?}"),
        Err(error) => error.to_string(),
    }));
    say!(out, "dynamic: {}", first_line(dynamic));
    both_exit(out, &mut its_own, &mut other);
    Ok(())
}

/// What was said, or how the panic began: what follows are the numbers of the stores.
fn first_line(result: std::thread::Result<String>) -> String {
    let text = result.unwrap_or_else(|panic| Outcome::panicked(&*panic).to_string());
    text.lines().next().unwrap_or_default().to_owned()
}

fn import_of_another_store(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let set = || Stage::set(wasmer, |store| Function::new_typed(store, early_exit));
    let (mut its_own, mut other) = (set()?, set()?);

    let module = Module::new(&other.store, guest::wasm(guest::EARLY_EXIT))?;
    let imports = imports! {
        "env" => { "early_exit" => Function::new_typed(&mut its_own.store, early_exit) },
    };
    match Instance::new(&mut other.store, &module, &imports) {
        Ok(_) => say!(out, "instantiated"),
        Err(InstantiationError::DifferentStores) => say!(out, "refused: different stores"),
        Err(error) => say!(out, "refused: {error}"),
    }
    both_exit(out, &mut its_own, &mut other);
    Ok(())
}

fn value_of_another_store(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let set = || Stage::set_for(wasmer, guest::TAKES_FUNCTION, |store| Function::new_typed(store, early_exit));
    let (mut its_own, mut other) = (set()?, set()?);
    let foreign = its_own.instance.exports.get_function("run")?.clone();
    let familiar = other.instance.exports.get_function("run")?.clone();
    let is_null: TypedFunction<Option<Function>, i32> =
        other.instance.exports.get_typed_function(&other.store, "is_null")?;

    say!(out, "a function of its own: {}", ended(&is_null.call(&mut other.store, Some(familiar))));
    say!(out, "typed: {}", refused(is_null.call(&mut other.store, Some(foreign.clone()))));
    let dynamic = other.instance.exports.get_function("is_null")?;
    let result = dynamic.call(&mut other.store, &[Value::FuncRef(Some(foreign))]);
    say!(out, "dynamic: {}", refused(result));
    both_exit(out, &mut its_own, &mut other);
    Ok(())
}

/// How a call was refused, if it was.
fn refused<T: std::fmt::Debug>(result: Result<T, RuntimeError>) -> String {
    match result {
        Ok(value) => format!("returned {value:?}"),
        Err(error) => format!("refused: {}", error.message()),
    }
}

fn another_engine(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let (compiled_by, runs_on) = (wasmer.engine(), wasmer.engine());
    let module = Module::new(&compiled_by, guest::wasm(guest::EARLY_EXIT))?;
    for code in [5, 0] {
        say!(out, "{}", run(&runs_on, &module, code)?);
    }
    drop(compiled_by);
    Ok(())
}

fn dropped_engine(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let module = Module::new(&wasmer.engine(), guest::wasm(guest::EARLY_EXIT))?;
    let engine = wasmer.engine();
    for code in [5, 0] {
        say!(out, "{}", run(&engine, &module, code)?);
    }
    Ok(())
}
