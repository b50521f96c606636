//! State after an exit: side effects, further calls, destructors, and the lifetime of the error.
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};

use super::api::{
    Caller, Func, HostError, Raised, Store, Val, ValType, downcast, dynamic, dynamic_env, function_at, memory_size,
    raise, to_error, wrap, wrap_env,
};
use super::fixture::{Fixture, bytes_at, ended, exit_unless_0, global};
use super::{Do, Engine, ExitCode, ScenarioTable, Transcript, guest, say};
use crate::catalog::scenario::after;

pub(crate) const SCENARIOS: ScenarioTable<Engine> = &[
    (&after::FOOTPRINTS, Do(footprints)),
    (&after::CALL_AGAIN, Do(call_again)),
    (&after::DESTRUCTORS, Do(destructors)),
    (&after::PAYLOAD, Do(payload)),
    (&after::FUNCTION_ENV, Do(function_env)),
];

fn footprints(engine: &Engine, out: &Transcript) -> Result<()> {
    let Fixture { mut store, instance, run }: Fixture =
        Fixture::with_guest(engine, guest::FOOTPRINTS, "run", (), |store| wrap(store, exit_unless_0))?;
    let memory = instance.get_memory(&mut store, "memory").context("no memory")?;
    let table = instance.get_table(&mut store, "table").context("no table")?;
    let read = |store: &_, at| -> Result<u8> { Ok(bytes_at::<_, 1>(store, &memory, at)?[0]) };

    say!(out, "{}", ended(&run.call(&mut store, (5, 7))));
    let (start, grown, behind) = (read(&store, 0)?, read(&store, 65536)?, read(&store, 4)?);
    say!(out, "memory at 0: {start}, in the page it grew: {grown}, after the call: {behind}");
    let counts = (global(&mut store, &instance, "before")?, global(&mut store, &instance, "after")?);
    say!(out, "globals: {} before the call, {} after it", counts.0, counts.1);
    // Only the guest's own function has the type of `run`.
    let held = match function_at(&mut store, &table, 0) {
        Some(function) if function.typed::<(i32, i32), i32>(&store).is_ok() => "the guest's own function",
        Some(_) => "a function of another type",
        None => "nothing",
    };
    say!(out, "memory: {} pages, in the table: {held}", memory_size(&store, &memory) >> 16);

    say!(out, "not asked to exit, it {}", ended(&run.call(&mut store, (0, 7))));
    let counts = (global(&mut store, &instance, "before")?, global(&mut store, &instance, "after")?);
    let behind = read(&store, 4)?;
    say!(out, "memory after the call: {behind}, globals: {} before the call, {} after it", counts.0, counts.1);
    Ok(())
}

fn call_again(engine: &Engine, out: &Transcript) -> Result<()> {
    const CALLS: i32 = 10_000;
    let Fixture { mut store, run, .. } = Fixture::new(engine, (), |store| wrap(store, exit_unless_0))?;
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

/// Adds a line to the transcript when dropped.
struct SaysDropped(&'static str, Transcript);

impl Drop for SaysDropped {
    fn drop(&mut self) {
        say!(self.1, "dropped: {}", self.0);
    }
}

/// Records that it is dropped. One line reports all values of a store, sorted, because the order depends on the engine.
struct NotesDropped(&'static str, Arc<Mutex<Vec<&'static str>>>);

impl Drop for NotesDropped {
    fn drop(&mut self) {
        self.1.lock().unwrap_or_else(PoisonError::into_inner).push(self.0);
    }
}

/// Creates a host function that holds a value, has a local variable and exits.
type HoldingFunction = fn(&mut Store<NotesDropped>, NotesDropped, Transcript) -> Func;

fn typed_holding(store: &mut Store<NotesDropped>, captured: NotesDropped, out: Transcript) -> Func {
    wrap_env(store, move |_: Caller<'_, NotesDropped>, code: u32| -> Result<(), Raised<ExitCode>> {
        let (_local, _) = (SaysDropped("a local of the host function", out.clone()), &captured);
        Err(raise(ExitCode(code)))
    })
}

fn dynamic_holding(store: &mut Store<NotesDropped>, captured: NotesDropped, out: Transcript) -> Func {
    dynamic_env(store, [ValType::I32], [], move |_: Caller<'_, NotesDropped>, values: &[Val]| {
        let (_local, _) = (SaysDropped("a local of the host function", out.clone()), &captured);
        Err(to_error(ExitCode(values[0].i32().unwrap_or_default() as u32)))
    })
}

fn destructors(engine: &Engine, out: &Transcript) -> Result<()> {
    for (kind, holding) in [("typed", typed_holding as HoldingFunction), ("dynamic", dynamic_holding)] {
        say!(out, "{kind} function");
        let dropped = Arc::default();
        let held = |what| NotesDropped(what, Arc::clone(&dropped));
        let (captured, data) = (held("what the host function captured"), held("the data of the environment"));
        let mut fixture = Fixture::new(engine, data, |store| holding(store, captured, out.clone()))?;
        let result = {
            let _local = SaysDropped("a local of the caller", out.clone());
            fixture.run.call(&mut fixture.store, (5, 7))
        };
        say!(out, "{}", ended(&result));
        drop(fixture);
        let mut dropped = std::mem::take(&mut *dropped.lock().unwrap_or_else(PoisonError::into_inner));
        dropped.sort_unstable();
        say!(out, "dropped with the store: {}", dropped.join(", "));
    }
    Ok(())
}

/// An error that increments a shared counter when dropped.
#[derive(Debug, thiserror::Error)]
#[error("{} dropped", .0.load(Relaxed))]
pub(crate) struct CountedError(Arc<AtomicU32>);

impl HostError for CountedError {}

impl Drop for CountedError {
    fn drop(&mut self) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// Fixtures with a typed and a dynamic host function that raise a `CountedError`.
pub(crate) fn counting(engine: &Engine, counter: &Arc<AtomicU32>) -> Result<[(&'static str, Fixture); 2]> {
    let raised = counter.clone();
    let typed = Fixture::new(engine, (), |store| {
        wrap(store, move |_: u32| -> Result<(), Raised<CountedError>> { Err(raise(CountedError(raised.clone()))) })
    })?;
    let raised = counter.clone();
    let dynamic = Fixture::new(engine, (), |store| {
        dynamic(store, [ValType::I32], [], move |_: &[Val]| Err(to_error(CountedError(raised.clone()))))
    })?;
    Ok([("typed", typed), ("dynamic", dynamic)])
}

fn payload(engine: &Engine, out: &Transcript) -> Result<()> {
    let counter = Arc::new(AtomicU32::new(0));
    let dropped = || counter.load(Relaxed);
    let mut fixtures = counting(engine, &counter)?;
    for (kind, fixture) in &mut fixtures {
        counter.store(0, Relaxed);
        let error = fixture.exit(5)?;
        let in_the_error = dropped();
        let ours: CountedError = downcast(error)?;
        let by_value = dropped();
        drop(ours);
        let gone = dropped();
        say!(
            out,
            "{kind}: alive in the error, {in_the_error} dropped; downcast by value, {by_value} dropped; \
             gone, {gone} dropped"
        );
    }

    let [(_, fixture), _] = &mut fixtures;
    counter.store(0, Relaxed);
    for _ in 0..1000 {
        drop(fixture.exit(5)?);
    }
    say!(out, "1000 exits whose error nobody looked at: {} dropped", dropped());
    counter.store(0, Relaxed);
    for _ in 0..1000 {
        if let Ok(code) = downcast::<ExitCode>(fixture.exit(5)?) {
            bail!("an error of another type became exit code {code}");
        }
    }
    say!(out, "1000 failed downcasts to another type: {} dropped", dropped());
    Ok(())
}

fn function_env(engine: &Engine, out: &Transcript) -> Result<()> {
    let Fixture { mut store, run, .. } = Fixture::new(engine, Vec::new(), |store| {
        wrap_env(store, |mut caller: Caller<'_, Vec<u32>>, code: u32| {
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
