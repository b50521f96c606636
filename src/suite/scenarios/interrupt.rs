//! Scenarios of interrupts: what a guest does when another thread requests that it stops. Engines differ in how to request it.
//! And a deadline that a host function checks, which needs no support by the engine.
#![allow(dead_code, reason = "not every engine can be asked from another thread")]
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::api::{Caller, Instance, Module, Raised, Runtime, Store, imports, new_store, raise, wrap_env};
use super::fixture::{bytes_at, call_and_describe};
use super::{Do, Engine, ExitCode, ScenarioTable, Transcript, guest, say};
use crate::catalog::scenario::interrupt;

pub(crate) const SCENARIOS: ScenarioTable<Engine> = &[(&interrupt::DEADLINE_IN_IMPORT, Do(deadline_in_import))];

/// An engine's support for interrupts from another thread.
pub(crate) struct InterruptSupport {
    /// A runtime whose guests can be interrupted.
    pub(crate) runtime: Runtime,
    /// Creates the function that requests an interrupt of a store's guest. A request may be lost while no guest runs.
    pub(crate) requester: fn(&Runtime, &Store<InterruptHost>) -> Requester,
    /// Prepares a store for a call that can be interrupted.
    pub(crate) ready: fn(&mut Store<InterruptHost>),
}

/// Requests an interrupt of a guest, from any thread.
pub(crate) type Requester = Arc<dyn Fn() + Send + Sync>;

pub(crate) fn loop_of_arithmetic(support: InterruptSupport, out: &Transcript) -> Result<()> {
    let mut guest = InterruptedGuest::new(support)?;
    // The second time shows that the instance is still usable.
    for _ in 0..2 {
        let end = guest.stop("count")?;
        guest.report(out, &end);
    }
    guest.once(out, || Err(ExitCode(1)))
}

pub(crate) fn loop_with_memory(support: InterruptSupport, out: &Transcript) -> Result<()> {
    let mut guest = InterruptedGuest::new(support)?;
    let mut reports = BTreeMap::new();
    let mut stopped = 0;
    while stopped < 20 {
        let before = guest.turns()?;
        let end = guest.stop("churn")?;
        // A guest that was stopped before its first turn does not count.
        if guest.turns()? != before {
            *reports.entry(end.replace("churn(0): ", "")).or_insert(0) += 1;
            stopped += 1;
        }
    }
    guest.report(out, &format!("churn(0): stopped {stopped} times"));
    guest.once(out, || Err(ExitCode(1)))?;
    let reports: Vec<_> = reports.into_iter().map(|(end, times)| format!("{end}, {times} times")).collect();
    say!(out, "reported as {}", reports.join("; "));
    Ok(())
}

pub(crate) fn flag_of_ones_own(support: InterruptSupport, out: &Transcript) -> Result<()> {
    let mut guest = InterruptedGuest::new(support)?;
    guest.call("load", &[65536], out)?;
    let end = guest.stop("churn")?;
    guest.report(out, &end);
    guest.call("load", &[65536], out)
}

pub(crate) fn before_the_call(support: InterruptSupport, out: &Transcript) -> Result<()> {
    let mut guest = InterruptedGuest::new(support)?;
    on_another_thread(&guest.requester());
    guest.once(out, || Ok(()))?;
    on_another_thread(&guest.requester());
    guest.once(out, || Err(ExitCode(1)))
}

pub(crate) fn while_the_host_exits(support: InterruptSupport, out: &Transcript) -> Result<()> {
    let mut guest = InterruptedGuest::new(support)?;
    let request = guest.requester();
    guest.once(out, move || {
        on_another_thread(&request);
        Err(ExitCode(1))
    })?;
    guest.once(out, || Err(ExitCode(2)))
}

pub(crate) fn while_the_host_works(support: InterruptSupport, out: &Transcript) -> Result<()> {
    let mut guest = InterruptedGuest::new(support)?;
    let (request, said) = (guest.requester(), out.clone());
    guest.once(out, move || {
        on_another_thread(&request);
        say!(said, "asked, and still at work");
        Ok(())
    })?;
    guest.once(out, || Ok(()))
}

pub(crate) fn after_the_call(support: InterruptSupport, out: &Transcript) -> Result<()> {
    let mut guest = InterruptedGuest::new(support)?;
    guest.once(out, || Err(ExitCode(1)))?;
    on_another_thread(&guest.requester());
    guest.once(out, || Err(ExitCode(2)))?;
    guest.call("once", &[], out)
}

/// Requests an interrupt on another thread, and waits for that thread.
fn on_another_thread(request: &Requester) {
    thread::scope(|scope| {
        scope.spawn(|| request());
    });
}

/// The store's data, for the imported function.
pub(crate) struct InterruptHost {
    running: Arc<AtomicBool>,
    does: Box<dyn Fn() -> Result<(), ExitCode> + Send>,
}

fn import_running(caller: Caller<'_, InterruptHost>) -> Result<(), Raised<ExitCode>> {
    let host = caller.data();
    host.running.store(true, SeqCst);
    (host.does)().map_err(raise)
}

/// An instance of the endless guest.
struct InterruptedGuest {
    support: InterruptSupport,
    store: Store<InterruptHost>,
    instance: Instance,
    requested: Arc<AtomicBool>,
}

impl InterruptedGuest {
    fn new(support: InterruptSupport) -> Result<Self> {
        let module = Module::new(&support.runtime, guest::wasm(guest::ENDLESS))?;
        let host = InterruptHost { running: Arc::default(), does: Box::new(|| Ok(())) };
        let mut store = new_store(&support.runtime, host);
        let imports = imports! { "env" => { "running" => wrap_env(&mut store, import_running) } };
        let instance = Instance::new(&mut store, &module, &imports)?;
        Ok(Self { support, store, instance, requested: Arc::default() })
    }

    /// A function that requests an interrupt of this guest. It records the request, because the engine may report another trap.
    fn requester(&self) -> Requester {
        let request = (self.support.requester)(&self.support.runtime, &self.store);
        let requested = self.requested.clone();
        Arc::new(move || {
            requested.store(true, SeqCst);
            request();
        })
    }

    /// Calls `once` with this behaviour of the imported function.
    fn once(&mut self, out: &Transcript, does: impl Fn() -> Result<(), ExitCode> + Send + 'static) -> Result<()> {
        self.store.data_mut().does = Box::new(does);
        self.call("once", &[], out)
    }

    /// Calls an endless loop, and interrupts it from another thread once it runs.
    fn stop(&mut self, export: &str) -> Result<String> {
        self.store.data().running.store(false, SeqCst);
        (self.support.ready)(&mut self.store);
        let (request, running) = (self.requester(), self.store.data().running.clone());
        thread::scope(|scope| {
            let (over, until_over) = mpsc::channel::<()>();
            scope.spawn(move || {
                // The pause gives the guest time to enter its loop.
                while let Err(RecvTimeoutError::Timeout) = until_over.recv_timeout(Duration::from_millis(1)) {
                    if running.load(SeqCst) {
                        request();
                    }
                }
            });
            let end = call_and_describe(&mut self.store, &self.instance, export, &[0]);
            drop(over);
            end
        })
    }

    /// The counter of the loop with memory.
    fn turns(&mut self) -> Result<u32> {
        let memory = self.instance.get_memory(&mut self.store, "memory").context("no memory")?;
        Ok(u32::from_le_bytes(bytes_at(&self.store, &memory, 0)?))
    }

    fn call(&mut self, export: &str, arguments: &[i32], out: &Transcript) -> Result<()> {
        (self.support.ready)(&mut self.store);
        let end = call_and_describe(&mut self.store, &self.instance, export, arguments)?;
        self.report(out, &end);
        Ok(())
    }

    /// Reports the outcome of a call, and whether an interrupt was requested since the last report.
    fn report(&self, out: &Transcript, end: &str) {
        let requested = if self.requested.swap(false, SeqCst) { "yes" } else { "no" };
        say!(out, "{end}; asked to: {requested}");
    }
}

/// The exit code of `timeout(1)`.
const TOO_LATE: ExitCode = ExitCode(124);

fn deadline_in_import(engine: &Engine, out: &Transcript) -> Result<()> {
    let runtime = engine.runtime();
    let module = Module::new(&runtime, guest::wasm(guest::ENDLESS))?;
    for (export, milliseconds) in [("poll", 30), ("poll", 10), ("once", 10_000)] {
        let within = Duration::from_millis(milliseconds);
        let started = Instant::now();
        let line = call_within(within, &runtime, &module, export)?;
        let (call, ended) = line.split_once(": ").unwrap_or((&line, ""));
        let in_time = match ended {
            "returned" => "",
            _ if started.elapsed() < within => "; before its time",
            _ => "; not before its time",
        };
        say!(out, "{call} within {milliseconds} ms: {ended}{in_time}");
    }
    Ok(())
}

fn call_within(within: Duration, runtime: &Runtime, module: &Module, export: &str) -> Result<String> {
    let mut store = new_store(runtime, Instant::now() + within);
    let running = |caller: Caller<'_, Instant>| -> Result<(), Raised<ExitCode>> {
        if Instant::now() < *caller.data() { Ok(()) } else { Err(raise(TOO_LATE)) }
    };
    let imports = imports! { "env" => { "running" => wrap_env(&mut store, running) } };
    let instance = Instance::new(&mut store, module, &imports)?;
    call_and_describe(&mut store, &instance, export, &[])
}
