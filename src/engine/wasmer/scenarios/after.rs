//! What survives an exit.
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, bail};
use wasmer::{Function, FunctionEnv, FunctionEnvMut, FunctionType, RuntimeError, Store, Type, Value};

use super::Theme;
use super::stage::{Stage, ended};
use crate::catalog::scenario::after;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::engine::wasmer::Wasmer;
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(super) const CAN: Theme = &[
    (&after::FOOTPRINTS, Do(footprints)),
    (&after::CALL_AGAIN, Do(call_again)),
    (&after::DESTRUCTORS, Do(destructors)),
    (&after::PAYLOAD, Do(payload)),
    (&after::PAYLOAD_OF_CLONES, Do(payload_of_clones)),
    (&after::FUNCTION_ENV, Do(function_env)),
];

/// Ends the guest, unless the code is 0.
fn exit_unless_0(code: u32) -> Result<(), ExitCode> {
    if code == 0 { Ok(()) } else { Err(ExitCode(code)) }
}

fn footprints(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let Stage { mut store, instance, run } =
        Stage::set_for(wasmer, guest::FOOTPRINTS, |store| Function::new_typed(store, exit_unless_0))?;
    let memory = instance.exports.get_memory("memory")?;
    let table = instance.exports.get_table("table")?;
    let (before, after) = (instance.exports.get_global("before")?, instance.exports.get_global("after")?);
    let read = |store: &Store, at| -> Result<u8> { Ok(memory.view(store).read_u8(at)?) };

    say!(out, "{}", ended(&run.call(&mut store, 5, 7)));
    let (start, grown, behind) = (read(&store, 0)?, read(&store, 65536)?, read(&store, 4)?);
    say!(out, "memory at 0: {start}, in the page it grew: {grown}, after the call: {behind}");
    let counts = (before.get(&mut store).unwrap_i32(), after.get(&mut store).unwrap_i32());
    say!(out, "globals: {} before the call, {} after it", counts.0, counts.1);
    let held = match table.get(&mut store, 0) {
        Some(Value::FuncRef(Some(function))) if function.ty(&store) == run_type() => "the guest's own function".into(),
        other => format!("{other:?}"),
    };
    say!(out, "memory: {} pages, in the table: {held}", memory.view(&store).size().0);

    say!(out, "not asked to exit, it {}", ended(&run.call(&mut store, 0, 7)));
    let counts = (before.get(&mut store).unwrap_i32(), after.get(&mut store).unwrap_i32());
    let behind = read(&store, 4)?;
    say!(out, "memory after the call: {behind}, globals: {} before the call, {} after it", counts.0, counts.1);
    Ok(())
}

fn run_type() -> FunctionType {
    FunctionType::new([Type::I32, Type::I32], [Type::I32])
}

fn call_again(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    const CALLS: i32 = 10_000;
    let Stage { mut store, run, .. } = Stage::set(wasmer, |store| Function::new_typed(store, exit_unless_0))?;
    let (mut exited, mut returned) = (0, 0);
    for n in 0..CALLS {
        let code = if n % 2 == 0 { n + 1 } else { 0 };
        match run.call(&mut store, code, n) {
            Ok(sum) if code == 0 && sum == n => returned += 1,
            Err(error) if code != 0 && error.downcast_ref() == Some(&ExitCode(code as u32)) => exited += 1,
            other => bail!("call {n} was to exit with {code} (or return, if that is 0), but it {}", ended(&other)),
        }
    }
    say!(out, "of {CALLS} calls {exited} exited with the code they were given, {returned} returned");
    Ok(())
}

/// Says that it is dropped.
struct Told(&'static str, Transcript);

impl Drop for Told {
    fn drop(&mut self) {
        say!(self.1, "dropped: {}", self.0);
    }
}

/// Notes that it is dropped, for a line that says it of all that a store held: in which order is the engine's business.
struct Held(&'static str, Arc<Mutex<Vec<&'static str>>>);

impl Drop for Held {
    fn drop(&mut self) {
        self.1.lock().unwrap_or_else(PoisonError::into_inner).push(self.0);
    }
}

fn destructors(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let dropped = Arc::default();
    let held = |what| Held(what, Arc::clone(&dropped));

    say!(out, "typed function");
    let said = out.clone();
    let (captured, data) = (held("what the host function captured"), held("the data of the environment"));
    let stage = Stage::set(wasmer, |store| {
        let env = FunctionEnv::new(store, data);
        Function::new_typed_with_env(store, &env, move |_: FunctionEnvMut<Held>, code: u32| {
            let (_local, _) = (Told("a local of the host function", said.clone()), &captured);
            Err::<(), _>(ExitCode(code))
        })
    })?;
    exit_with_a_local(stage, &dropped, out)?;

    say!(out, "dynamic function");
    let said = out.clone();
    let (captured, data) = (held("what the host function captured"), held("the data of the environment"));
    let stage = Stage::set(wasmer, |store| {
        let env = FunctionEnv::new(store, data);
        Function::new_with_env(store, &env, FunctionType::new([Type::I32], []), move |_, values: &[Value]| {
            let (_local, _) = (Told("a local of the host function", said.clone()), &captured);
            Err(RuntimeError::user(Box::new(ExitCode(values[0].unwrap_i32() as u32))))
        })
    })?;
    exit_with_a_local(stage, &dropped, out)
}

/// Exits below a frame that holds something, and drops the store.
fn exit_with_a_local(mut stage: Stage, dropped: &Mutex<Vec<&'static str>>, out: &Transcript) -> Result<()> {
    let call = |stage: &mut Stage| {
        let _local = Told("a local of the caller", out.clone());
        stage.run.call(&mut stage.store, 5, 7)
    };
    let result = call(&mut stage);
    say!(out, "{}", ended(&result));
    drop(stage);
    let mut dropped = std::mem::take(&mut *dropped.lock().unwrap_or_else(PoisonError::into_inner));
    dropped.sort_unstable();
    say!(out, "dropped with the store: {}", dropped.join(", "));
    Ok(())
}

/// An error that counts how often one like it was dropped.
#[derive(Debug)]
struct Counted(Arc<AtomicU32>);

impl std::fmt::Display for Counted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} dropped", self.0.load(Relaxed))
    }
}

impl std::error::Error for Counted {}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// Stages whose host functions raise it.
fn counting(wasmer: &Wasmer, counter: &Arc<AtomicU32>) -> Result<[(&'static str, Stage); 2]> {
    let raised = counter.clone();
    let typed =
        Stage::set(wasmer, |store| Function::new_typed(store, move |_: u32| Err::<(), _>(Counted(raised.clone()))))?;
    let raised = counter.clone();
    let dynamic = Stage::set(wasmer, |store| {
        Function::new(store, FunctionType::new([Type::I32], []), move |_| {
            Err(RuntimeError::user(Box::new(Counted(raised.clone()))))
        })
    })?;
    Ok([("typed", typed), ("dynamic", dynamic)])
}

fn payload_of_clones(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let counter = Arc::new(AtomicU32::new(0));
    let dropped = || counter.load(Relaxed);
    for (kind, stage) in &mut counting(wasmer, &counter)? {
        counter.store(0, Relaxed);
        let error = stage.exit(5)?;
        let clone = error.clone();
        drop(error);
        let in_a_clone = dropped();
        drop(clone);
        say!(out, "{kind}: alive in a clone, {in_a_clone} dropped; both gone, {} dropped", dropped());
    }
    Ok(())
}

fn payload(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let counter = Arc::new(AtomicU32::new(0));
    let dropped = || counter.load(Relaxed);
    let mut stages = counting(wasmer, &counter)?;
    for (kind, stage) in &mut stages {
        counter.store(0, Relaxed);
        let error = stage.exit(5)?;
        let in_the_error = dropped();
        let ours: Counted = error.downcast()?;
        let by_value = dropped();
        drop(ours);
        let gone = dropped();
        say!(
            out,
            "{kind}: alive in the error, {in_the_error} dropped; downcast by value, {by_value} dropped; \
             gone, {gone} dropped"
        );
    }

    let [(_, stage), _] = &mut stages;
    counter.store(0, Relaxed);
    for _ in 0..1000 {
        drop(stage.exit(5)?);
    }
    say!(out, "1000 exits whose error nobody looked at: {} dropped", dropped());
    counter.store(0, Relaxed);
    for _ in 0..1000 {
        if let Ok(code) = stage.exit(5)?.downcast::<ExitCode>() {
            bail!("an error of another type became exit code {code}");
        }
    }
    say!(out, "1000 failed downcasts to another type: {} dropped", dropped());
    Ok(())
}

fn function_env(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut store_env = None;
    let Stage { mut store, run, .. } = Stage::set(wasmer, |store| {
        let env = FunctionEnv::new(store, Vec::new());
        store_env = Some(env.clone());
        Function::new_typed_with_env(store, &env, |mut env: FunctionEnvMut<Vec<u32>>, code: u32| {
            env.data_mut().push(code);
            exit_unless_0(code)
        })
    })?;
    let Some(env) = store_env else { bail!("the host function was never made") };

    for code in [5, 6] {
        say!(out, "{}", ended(&run.call(&mut store, code, 7)));
        say!(out, "it noted: {:?}", env.as_ref(&store));
    }
    env.as_mut(&mut store).clear();
    say!(out, "{}", ended(&run.call(&mut store, 0, 7)));
    say!(out, "it noted: {:?}", env.as_ref(&store));
    Ok(())
}
