//! Epochs: a number that the engine shares with any thread, and that a guest looks at as it goes. A store says how many
//! it may live to see.
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use ::wasmtime::{Caller, Engine, Error, Func, Instance, Module, Store};
use anyhow::{Context, Result};

use super::Wasmtime;
use super::api::{Mechanisms, Runtime, new_store};
use super::suite::benchmarks::interrupted::{Interrupts, Whereabouts, interrupted};
use super::suite::scenarios::fixture::told;
use crate::catalog::benchmark::{stop, unwind};
use crate::catalog::scenario::interrupt;
use crate::engine::Support::{Do, Not};
use crate::engine::embedding::{Prepared, Transcript};
use crate::engine::{BenchmarkTable, ScenarioTable};
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(super) const SCENARIOS: ScenarioTable<Wasmtime> = &[
    (&interrupt::LOOP_OF_ARITHMETIC, Do(loop_of_arithmetic)),
    (&interrupt::LOOP_WITH_MEMORY, Do(loop_with_memory)),
    (&interrupt::FLAG_OF_ONES_OWN, Do(flag_of_ones_own)),
    (&interrupt::BEFORE_THE_CALL, Do(before_the_call)),
    (&interrupt::WHILE_THE_HOST_EXITS, Do(while_the_host_exits)),
    (
        &interrupt::WHILE_THE_HOST_WORKS,
        Not("a guest looks at the epoch where it loops and where it is called: this one returns before"),
    ),
    (&interrupt::AFTER_THE_CALL, Do(after_the_call)),
];

pub(super) const BENCHMARKS: BenchmarkTable<Wasmtime> = &[
    (&unwind::INTERRUPT, Do(|wasmtime, _| interrupt(wasmtime, Whereabouts::Guest("loop")))),
    (&stop::INTERRUPT_LOOP, Do(|wasmtime, _| interrupt(wasmtime, Whereabouts::Guest("loop")))),
    (&stop::INTERRUPT_RECURSION, Do(|wasmtime, _| interrupt(wasmtime, Whereabouts::Guest("recursion")))),
    (&stop::INTERRUPT_HOST, Do(|wasmtime, _| interrupt(wasmtime, Whereabouts::Host))),
];

fn loop_of_arithmetic(wasmtime: &Wasmtime, out: &Transcript) -> Result<()> {
    let mut guest = EpochGuest::new(wasmtime)?;
    for _ in 0..2 {
        let told = guest.stop("count")?;
        guest.say(out, &told);
    }
    guest.host_does(|| Err(ExitCode(1)));
    guest.call("once", &[], out)
}

fn loop_with_memory(wasmtime: &Wasmtime, out: &Transcript) -> Result<()> {
    let mut guest = EpochGuest::new(wasmtime)?;
    let (mut reports, mut stopped) = (std::collections::BTreeMap::new(), 0);
    while stopped < 20 {
        let before = guest.turns()?;
        let told = guest.stop("churn")?;
        // One that was stopped in the import, before its first turn, shows nothing.
        if guest.turns()? != before {
            *reports.entry(told.replace("churn(0): ", "")).or_insert(0) += 1;
            stopped += 1;
        }
    }
    guest.say(out, &format!("churn(0): stopped {stopped} times"));
    guest.host_does(|| Err(ExitCode(1)));
    guest.call("once", &[], out)?;
    let reports: Vec<_> = reports.into_iter().map(|(told, times)| format!("{told}, {times} times")).collect();
    say!(out, "reported as {}", reports.join("; "));
    Ok(())
}

fn flag_of_ones_own(wasmtime: &Wasmtime, out: &Transcript) -> Result<()> {
    let mut guest = EpochGuest::new(wasmtime)?;
    guest.call("load", &[65536], out)?;
    let told = guest.stop("churn")?;
    guest.say(out, &told);
    guest.call("load", &[65536], out)
}

fn before_the_call(wasmtime: &Wasmtime, out: &Transcript) -> Result<()> {
    let mut guest = EpochGuest::new(wasmtime)?;
    guest.asker().ask_from_elsewhere();
    guest.call("once", &[], out)?;
    guest.host_does(|| Err(ExitCode(1)));
    guest.asker().ask_from_elsewhere();
    guest.call("once", &[], out)
}

fn while_the_host_exits(wasmtime: &Wasmtime, out: &Transcript) -> Result<()> {
    let mut guest = EpochGuest::new(wasmtime)?;
    let asker = guest.asker();
    guest.host_does(move || {
        asker.ask_from_elsewhere();
        Err(ExitCode(1))
    });
    guest.call("once", &[], out)?;
    guest.host_does(|| Err(ExitCode(2)));
    guest.call("once", &[], out)
}

fn after_the_call(wasmtime: &Wasmtime, out: &Transcript) -> Result<()> {
    let mut guest = EpochGuest::new(wasmtime)?;
    guest.host_does(|| Err(ExitCode(1)));
    guest.call("once", &[], out)?;
    guest.asker().ask_from_elsewhere();
    guest.host_does(|| Err(ExitCode(2)));
    guest.call("once", &[], out)?;
    guest.call("once", &[], out)
}

/// Who ends the epoch of an engine. From any thread; all guests of the engine see it.
#[derive(Clone)]
struct EpochAsker {
    engine: Engine,
    /// The host's own note of it.
    asked: Arc<AtomicBool>,
}

impl EpochAsker {
    fn ask(&self) {
        self.asked.store(true, SeqCst);
        self.engine.increment_epoch();
    }

    /// Asks on another thread, and waits until that is done.
    fn ask_from_elsewhere(&self) {
        thread::scope(|scope| {
            scope.spawn(|| self.ask());
        });
    }
}

/// What the imported function knows.
struct EpochHost {
    running: Arc<AtomicBool>,
    does: Box<dyn Fn() -> Result<(), ExitCode> + Send>,
}

fn running(caller: Caller<'_, EpochHost>) -> Result<(), Error> {
    let host = caller.data();
    host.running.store(true, SeqCst);
    Ok((host.does)()?)
}

/// An engine whose guests look at its epoch.
pub(super) fn engine(wasmtime: &Wasmtime) -> Result<Runtime> {
    let engine = Engine::new(wasmtime.config.clone().epoch_interruption(true))?;
    Ok(Runtime::new(engine, Mechanisms { epoch: true, ..wasmtime.mechanisms }))
}

/// The endless guest.
struct EpochGuest {
    store: Store<EpochHost>,
    instance: Instance,
    asked: Arc<AtomicBool>,
}

impl EpochGuest {
    fn new(wasmtime: &Wasmtime) -> Result<Self> {
        let engine = engine(wasmtime)?;
        let module = Module::new(&engine, guest::wasm(guest::ENDLESS))?;
        let mut store = new_store(&engine, EpochHost { running: Arc::default(), does: Box::new(|| Ok(())) });
        store.set_epoch_deadline(1);
        let running = Func::wrap(&mut store, running);
        let instance = Instance::new(&mut store, &module, &[running.into()])?;
        Ok(Self { store, instance, asked: Arc::default() })
    }

    fn asker(&self) -> EpochAsker {
        EpochAsker { engine: self.store.engine().clone(), asked: self.asked.clone() }
    }

    /// From now on, when the guest calls.
    fn host_does(&mut self, does: impl Fn() -> Result<(), ExitCode> + Send + 'static) {
        self.store.data_mut().does = Box::new(does);
    }

    /// Calls an endless loop, and stops it from another thread once it runs.
    fn stop(&mut self, export: &str) -> Result<String> {
        self.store.data().running.store(false, SeqCst);
        let (asker, running) = (self.asker(), self.store.data().running.clone());
        self.store.set_epoch_deadline(1);
        thread::scope(|scope| {
            let (over, until_over) = mpsc::channel::<()>();
            scope.spawn(move || {
                // A pause before each request, not for order's sake: it gives the guest time to be in its loop.
                while let Err(RecvTimeoutError::Timeout) = until_over.recv_timeout(Duration::from_millis(1)) {
                    if running.load(SeqCst) {
                        asker.ask();
                    }
                }
            });
            let told = told(&mut self.store, &self.instance, export, &[0]);
            drop(over);
            told
        })
    }

    /// How far the loop in memory has counted.
    fn turns(&mut self) -> Result<u32> {
        let mut word = [0; 4];
        let memory = self.instance.get_memory(&mut self.store, "memory").context("no memory")?;
        memory.read(&self.store, 0, &mut word)?;
        Ok(u32::from_le_bytes(word))
    }

    /// Each call gets the epoch that is under way, however many were before.
    fn call(&mut self, export: &str, arguments: &[i32], out: &Transcript) -> Result<()> {
        self.store.set_epoch_deadline(1);
        let told = told(&mut self.store, &self.instance, export, arguments)?;
        self.say(out, &told);
        Ok(())
    }

    /// Says what came, and whether it was asked for.
    fn say(&self, out: &Transcript, told: &str) {
        let asked = if self.asked.swap(false, SeqCst) { "yes" } else { "no" };
        say!(out, "{told}; asked to: {asked}");
    }
}

/// Guests that look at an epoch which only this cell's requests end.
fn interrupts(wasmtime: &Wasmtime) -> Result<Interrupts> {
    let runtime = engine(wasmtime)?;
    let module = Module::new(&runtime, guest::wasm(guest::STOPPABLE))?;
    Ok(Interrupts {
        module: Arc::new((runtime, module)),
        request: |module, _| {
            let runtime = module.0.clone();
            Box::new(move || runtime.increment_epoch())
        },
        misreported: false,
        ready: |store| store.set_epoch_deadline(1),
    })
}

fn interrupt(wasmtime: &Wasmtime, whereabouts: Whereabouts) -> Result<Prepared> {
    interrupted(&interrupts(wasmtime)?, whereabouts)
}
