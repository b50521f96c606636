//! What a module may be mixed with.
use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Context, Result, bail};

use super::api::{
    Caller, Engine, Error, Extern, Func, Instance, Module, Reference, Store, TypedFunc, Val, ValType, func_type, host,
};
use super::stage::{Stage, compile_if_claimed, ended};
use super::{Own, Theme};
use crate::catalog::scenario::module;
use crate::engine::BackendError;
use crate::engine::Support::Do;
use crate::engine::embedding::{Outcome, Transcript};
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(in super::super::super) const CAN: Theme = &[
    (&module::SIMD, Do(simd)),
    (&module::SIMD_SIGNATURE, Do(simd_signature)),
    (&module::FUNCTION_OF_ANOTHER_STORE, Do(function_of_another_store)),
    (&module::IMPORT_OF_ANOTHER_STORE, Do(import_of_another_store)),
    (&module::VALUE_OF_ANOTHER_STORE, Do(value_of_another_store)),
    (&module::ANOTHER_ENGINE, Do(another_engine)),
    (&module::DROPPED_ENGINE, Do(dropped_engine)),
];

fn early_exit(code: u32) -> Result<(), Error> {
    if code == 0 { Ok(()) } else { Err(host(ExitCode(code))) }
}

/// Runs a module in a store of that engine: how `run(code, 7)` ends.
pub(in super::super::super) fn run(engine: &Engine, module: &Module, code: i32) -> Result<String> {
    let mut store = Store::new(engine, ());
    let early_exit = Func::wrap(&mut store, early_exit);
    let instance = Instance::new(&mut store, module, &[early_exit.into()])?;
    let run: TypedFunc<(i32, i32), i32> = instance.get_typed_func(&mut store, "run")?;
    Ok(ended(&run.call(&mut store, (code, 7))))
}

fn simd(own: &Own, out: &Transcript) -> Result<()> {
    let engine = own.engine();
    let module = compile_if_claimed(own, "simd", &engine, guest::SIMD)?;
    for code in [5, 0] {
        say!(out, "{}", run(&engine, &module, code)?);
    }
    Ok(())
}

fn simd_signature(own: &Own, out: &Transcript) -> Result<()> {
    let engine = own.engine();
    let module = compile_if_claimed(own, "simd", &engine, guest::HANDS_ON_VECTOR)?;
    let mut store = Store::new(&engine, ());
    let vector = |_: Caller<'_, ()>, _: &[Val], results: &mut [Val]| {
        results[0] = Val::V128(0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10_u128.into());
        Ok(())
    };
    let imports: [Extern; 2] = [
        Func::wrap(&mut store, early_exit).into(),
        Func::new(&mut store, func_type(&engine, [], [ValType::V128]), vector).into(),
    ];
    let instance = Instance::new(&mut store, &module, &imports)?;
    let hand_on = instance.get_func(&mut store, "hand_on").context("no export `hand_on`")?;
    for code in [5, 0] {
        let mut results = [Val::I32(0)];
        let vector = hand_on.call(&mut store, &[Val::I32(code)], &mut results).map(|()| match &results[0] {
            Val::V128(bits) => format!("{:#x}", bits.as_u128()),
            other => format!("{other:?}"),
        });
        say!(out, "{}", ended(&vector));
    }
    Ok(())
}

fn set(own: &Own) -> Result<Stage> {
    Stage::set(own, (), |store| Func::wrap(store, early_exit))
}

/// How two stages exit, after whatever was done to them.
fn both_exit(out: &Transcript, its_own: &mut Stage, other: &mut Stage) {
    say!(out, "its own store: {}", ended(&its_own.run.call(&mut its_own.store, (5, 7))));
    say!(out, "the other store: {}", ended(&other.run.call(&mut other.store, (6, 7))));
}

/// How something was refused, if it was: by an error, or by a panic.
fn refused<T: std::fmt::Debug>(result: std::thread::Result<Result<T, Error>>) -> String {
    match result {
        Ok(Ok(value)) => format!("returned {value:?}"),
        Ok(Err(error)) => format!("refused: {error:#}"),
        Err(panic) => format!("refused: {}", first_line(Err(panic))),
    }
}

/// What was said, or how the panic began.
fn first_line(result: std::thread::Result<String>) -> String {
    let text = result.unwrap_or_else(|panic| Outcome::panicked(&*panic).to_string());
    text.lines().next().unwrap_or_default().to_owned()
}

fn function_of_another_store(own: &Own, out: &Transcript) -> Result<()> {
    let (mut its_own, mut other) = (set(own)?, set(own)?);
    let typed = catch_unwind(AssertUnwindSafe(|| ended(&its_own.run.call(&mut other.store, (5, 7)))));
    say!(out, "typed: {}", first_line(typed));
    let function = its_own.instance.get_func(&mut its_own.store, "run").context("no export `run`")?;
    let dynamic = catch_unwind(AssertUnwindSafe(|| {
        let mut results = [Val::I32(0)];
        let result = function.call(&mut other.store, &[Val::I32(5), Val::I32(7)], &mut results);
        ended(&result.map(|()| format!("{results:?}")))
    }));
    say!(out, "dynamic: {}", first_line(dynamic));
    both_exit(out, &mut its_own, &mut other);
    Ok(())
}

fn import_of_another_store(own: &Own, out: &Transcript) -> Result<()> {
    let (mut its_own, mut other) = (set(own)?, set(own)?);
    let module = Module::new(other.store.engine(), guest::wasm(guest::EARLY_EXIT))?;
    let foreign = Func::wrap(&mut its_own.store, early_exit);
    let instantiated = catch_unwind(AssertUnwindSafe(|| {
        Instance::new(&mut other.store, &module, &[foreign.into()]).map(|_| "instantiated")
    }));
    say!(out, "{}", refused(instantiated));
    both_exit(out, &mut its_own, &mut other);
    Ok(())
}

fn value_of_another_store(own: &Own, out: &Transcript) -> Result<()> {
    let set = || Stage::set_for(own, guest::TAKES_FUNCTION, (), |store| Func::wrap(store, early_exit));
    let (mut its_own, mut other) = (set()?, set()?);
    let foreign = its_own.instance.get_func(&mut its_own.store, "run").context("no export `run`")?;
    let familiar = other.instance.get_func(&mut other.store, "run").context("no export `run`")?;
    let is_null: TypedFunc<Reference, i32> = other.instance.get_typed_func(&mut other.store, "is_null")?;

    say!(out, "a function of its own: {}", ended(&is_null.call(&mut other.store, familiar.into())));
    let typed = catch_unwind(AssertUnwindSafe(|| is_null.call(&mut other.store, foreign.into())));
    say!(out, "typed: {}", refused(typed));
    let dynamic = other.instance.get_func(&mut other.store, "is_null").context("no export `is_null`")?;
    let result = catch_unwind(AssertUnwindSafe(|| {
        let mut results = [Val::I32(-1)];
        dynamic.call(&mut other.store, &[Val::FuncRef(foreign.into())], &mut results).map(|()| results)
    }));
    say!(out, "dynamic: {}", refused(result));
    both_exit(out, &mut its_own, &mut other);
    Ok(())
}

fn another_engine(own: &Own, out: &Transcript) -> Result<()> {
    let (compiled_by, runs_on) = (own.engine(), own.engine());
    let module = Module::new(&compiled_by, guest::wasm(guest::EARLY_EXIT))?;
    let refused = |panic: &str| bail!(BackendError::unsupported(format!("it is refused: {panic}")));
    for code in [5, 0] {
        match catch_unwind(AssertUnwindSafe(|| run(&runs_on, &module, code))) {
            Ok(Ok(ended)) => say!(out, "{ended}"),
            Ok(Err(error)) => return refused(&format!("{error:#}")),
            Err(panic) => return refused(&first_line(Err(panic))),
        }
    }
    Ok(())
}

/// The module's own handle of its engine is enough.
fn dropped_engine(own: &Own, out: &Transcript) -> Result<()> {
    let module = Module::new(&own.engine(), guest::wasm(guest::EARLY_EXIT))?;
    for code in [5, 0] {
        say!(out, "{}", run(module.engine(), &module, code)?);
    }
    Ok(())
}
