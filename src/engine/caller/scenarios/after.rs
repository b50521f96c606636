//! What survives an exit.
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};

use super::api::{Caller, Error, Func, HostError, Store, Val, ValType, downcast, func_type, function_at, host};
use super::exit::NO_CLONES;
use super::stage::{Stage, ended, global};
use super::{Own, Theme};
use crate::catalog::scenario::after;
use crate::engine::Support::{Do, Not};
use crate::engine::embedding::Transcript;
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(in super::super::super) const CAN: Theme = &[
    (&after::FOOTPRINTS, Do(footprints)),
    (&after::CALL_AGAIN, Do(call_again)),
    (&after::DESTRUCTORS, Do(destructors)),
    (&after::PAYLOAD, Do(payload)),
    (&after::PAYLOAD_OF_CLONES, Not(NO_CLONES)),
    (&after::FUNCTION_ENV, Do(function_env)),
];

/// Ends the guest, unless the code is 0.
fn exit_unless_0(code: u32) -> Result<(), Error> {
    if code == 0 { Ok(()) } else { Err(host(ExitCode(code))) }
}

fn footprints(own: &Own, out: &Transcript) -> Result<()> {
    let Stage { mut store, instance, run } =
        Stage::set_for(own, guest::FOOTPRINTS, (), |store| Func::wrap(store, exit_unless_0))?;
    let memory = instance.get_memory(&mut store, "memory").context("no memory")?;
    let table = instance.get_table(&mut store, "table").context("no table")?;
    let read = |store: &Store<()>, at: usize| memory.data(store).get(at).copied().context("beyond the memory");

    say!(out, "{}", ended(&run.call(&mut store, (5, 7))));
    let (start, grown, behind) = (read(&store, 0)?, read(&store, 65536)?, read(&store, 4)?);
    say!(out, "memory at 0: {start}, in the page it grew: {grown}, after the call: {behind}");
    let counts = (global(&mut store, &instance, "before")?, global(&mut store, &instance, "after")?);
    say!(out, "globals: {} before the call, {} after it", counts.0, counts.1);
    // It is the guest's own if it can be called as that.
    let held = match function_at(&mut store, &table, 0) {
        Some(function) if function.typed::<(i32, i32), i32>(&store).is_ok() => "the guest's own function",
        Some(_) => "a function of another type",
        None => "nothing",
    };
    say!(out, "memory: {} pages, in the table: {held}", memory.size(&store));

    say!(out, "not asked to exit, it {}", ended(&run.call(&mut store, (0, 7))));
    let counts = (global(&mut store, &instance, "before")?, global(&mut store, &instance, "after")?);
    let behind = read(&store, 4)?;
    say!(out, "memory after the call: {behind}, globals: {} before the call, {} after it", counts.0, counts.1);
    Ok(())
}

fn call_again(own: &Own, out: &Transcript) -> Result<()> {
    const CALLS: i32 = 10_000;
    let Stage { mut store, run, .. } = Stage::set(own, (), |store| Func::wrap(store, exit_unless_0))?;
    let (mut exited, mut returned) = (0, 0);
    for n in 0..CALLS {
        let code = if n % 2 == 0 { n + 1 } else { 0 };
        match run.call(&mut store, (code, n)) {
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

fn destructors(own: &Own, out: &Transcript) -> Result<()> {
    let dropped = Arc::default();
    let held = |what| Held(what, Arc::clone(&dropped));

    say!(out, "typed function");
    let said = out.clone();
    let (captured, data) = (held("what the host function captured"), held("the data of the environment"));
    let stage = Stage::set(own, data, |store| {
        Func::wrap(store, move |_: Caller<'_, Held>, code: u32| -> Result<(), Error> {
            let (_local, _) = (Told("a local of the host function", said.clone()), &captured);
            Err(host(ExitCode(code)))
        })
    })?;
    exit_with_a_local(stage, &dropped, out)?;

    say!(out, "dynamic function");
    let said = out.clone();
    let (captured, data) = (held("what the host function captured"), held("the data of the environment"));
    let stage = Stage::set(own, data, |store| {
        let signature = func_type(store.engine(), [ValType::I32], []);
        Func::new(store, signature, move |_: Caller<'_, Held>, values: &[Val], _: &mut [Val]| {
            let (_local, _) = (Told("a local of the host function", said.clone()), &captured);
            Err(host(ExitCode(values[0].i32().unwrap_or_default() as u32)))
        })
    })?;
    exit_with_a_local(stage, &dropped, out)
}

/// Exits below a frame that holds something, and drops the store.
fn exit_with_a_local(mut stage: Stage<Held>, dropped: &Mutex<Vec<&'static str>>, out: &Transcript) -> Result<()> {
    let call = |stage: &mut Stage<Held>| {
        let _local = Told("a local of the caller", out.clone());
        stage.run.call(&mut stage.store, (5, 7))
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
impl HostError for Counted {}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Relaxed);
    }
}

fn payload(own: &Own, out: &Transcript) -> Result<()> {
    let counter = Arc::new(AtomicU32::new(0));
    let dropped = || counter.load(Relaxed);

    let raised = counter.clone();
    let typed = Stage::set(own, (), |store| {
        Func::wrap(store, move |_: u32| -> Result<(), Error> { Err(host(Counted(raised.clone()))) })
    })?;
    let raised = counter.clone();
    let dynamic = Stage::set(own, (), |store| {
        let signature = func_type(store.engine(), [ValType::I32], []);
        Func::new(store, signature, move |_: Caller<'_, ()>, _: &[Val], _: &mut [Val]| {
            Err(host(Counted(raised.clone())))
        })
    })?;

    let mut stages = [("typed", typed), ("dynamic", dynamic)];
    for (kind, stage) in &mut stages {
        counter.store(0, Relaxed);
        let error = stage.exit(5)?;
        let in_the_error = dropped();
        let ours: Counted = downcast(error)?;
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
        if let Ok(code) = downcast::<ExitCode>(stage.exit(5)?) {
            bail!("an error of another type became exit code {code}");
        }
    }
    say!(out, "1000 failed downcasts to another type: {} dropped", dropped());
    Ok(())
}

fn function_env(own: &Own, out: &Transcript) -> Result<()> {
    let Stage { mut store, run, .. } = Stage::set(own, Vec::new(), |store| {
        Func::wrap(store, |mut caller: Caller<'_, Vec<u32>>, code: u32| {
            caller.data_mut().push(code);
            exit_unless_0(code)
        })
    })?;
    for code in [5, 6] {
        say!(out, "{}", ended(&run.call(&mut store, (code, 7))));
        say!(out, "it noted: {:?}", store.data());
    }
    store.data_mut().clear();
    say!(out, "{}", ended(&run.call(&mut store, (0, 7))));
    say!(out, "it noted: {:?}", store.data());
    Ok(())
}
