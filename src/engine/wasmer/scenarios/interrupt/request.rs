//! Requests from another thread. They are signals: one that finds no guest running is lost, and whoever asks must ask
//! again until the call is over.
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use wasmer::{FunctionEnvMut, Interrupter};

use crate::engine::embedding::Transcript;
use crate::engine::wasmer::Wasmer;
use crate::engine::wasmer::api::{Instance, Module, Store, imports, wrap_env};
use crate::engine::wasmer::suite::scenarios::fixture::{bytes_at, told};
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(super) fn loop_of_arithmetic(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut guest = InterruptedGuest::new(wasmer)?;
    for _ in 0..2 {
        let told = guest.stop("count")?;
        guest.say(out, &told);
    }
    guest.host_does(|| Err(ExitCode(1)));
    guest.call("once", &[], out)
}

pub(super) fn loop_with_memory(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut guest = InterruptedGuest::new(wasmer)?;
    let mut reports = BTreeMap::new();
    let mut stopped = 0;
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

pub(super) fn flag_of_ones_own(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut guest = InterruptedGuest::new(wasmer)?;
    guest.call("load", &[65536], out)?;
    let told = guest.stop("churn")?;
    guest.say(out, &told);
    guest.call("load", &[65536], out)
}

pub(super) fn before_the_call(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut guest = InterruptedGuest::new(wasmer)?;
    guest.asker().ask_from_elsewhere();
    guest.call("once", &[], out)?;
    guest.host_does(|| Err(ExitCode(1)));
    guest.asker().ask_from_elsewhere();
    guest.call("once", &[], out)
}

pub(super) fn while_the_host_exits(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut guest = InterruptedGuest::new(wasmer)?;
    let asker = guest.asker();
    guest.host_does(move || {
        asker.ask_from_elsewhere();
        Err(ExitCode(1))
    });
    guest.call("once", &[], out)?;
    guest.host_does(|| Err(ExitCode(2)));
    guest.call("once", &[], out)
}

pub(super) fn while_the_host_works(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut guest = InterruptedGuest::new(wasmer)?;
    let (asker, said) = (guest.asker(), out.clone());
    guest.host_does(move || {
        asker.ask_from_elsewhere();
        say!(said, "asked, and still at work");
        Ok(())
    });
    guest.call("once", &[], out)?;
    guest.host_does(|| Ok(()));
    guest.call("once", &[], out)
}

pub(super) fn after_the_call(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut guest = InterruptedGuest::new(wasmer)?;
    guest.host_does(|| Err(ExitCode(1)));
    guest.call("once", &[], out)?;
    guest.asker().ask_from_elsewhere();
    guest.host_does(|| Err(ExitCode(2)));
    guest.call("once", &[], out)?;
    guest.call("once", &[], out)
}

/// Who asks the guest of a store to stop. From any thread; the store itself stays on its own.
#[derive(Clone)]
struct InterruptAsker {
    interrupter: Interrupter,
    /// The host's own note of it: what the engine reports may be another trap.
    asked: Arc<AtomicBool>,
}

impl InterruptAsker {
    fn ask(&self) {
        self.asked.store(true, SeqCst);
        self.interrupter.interrupt();
    }

    /// Asks on another thread, and waits until that is done.
    fn ask_from_elsewhere(&self) {
        thread::scope(|scope| {
            scope.spawn(|| self.ask());
        });
    }
}

/// What the imported function knows.
struct InterruptHost {
    running: Arc<AtomicBool>,
    does: Box<dyn Fn() -> Result<(), ExitCode> + Send>,
}

fn running(env: FunctionEnvMut<InterruptHost>) -> Result<(), ExitCode> {
    let host = env.data();
    host.running.store(true, SeqCst);
    (host.does)()
}

/// The endless guest.
struct InterruptedGuest {
    store: Store<InterruptHost>,
    instance: Instance,
    asked: Arc<AtomicBool>,
}

impl InterruptedGuest {
    fn new(wasmer: &Wasmer) -> Result<Self> {
        let runtime = wasmer.runtime();
        let module = Module::new(&runtime, guest::wasm(guest::ENDLESS))?;
        let mut store = Store::new(&runtime, InterruptHost { running: Arc::default(), does: Box::new(|| Ok(())) });
        let imports = imports! { "env" => { "running" => wrap_env(&mut store, running) } };
        let instance = Instance::new(&mut store, &module, &imports)?;
        Ok(Self { store, instance, asked: Arc::default() })
    }

    fn asker(&self) -> InterruptAsker {
        InterruptAsker { interrupter: self.store.interrupter(), asked: self.asked.clone() }
    }

    /// From now on, when the guest calls.
    fn host_does(&mut self, does: impl Fn() -> Result<(), ExitCode> + Send + 'static) {
        self.store.data_mut().does = Box::new(does);
    }

    /// Calls an endless loop, and stops it from another thread once it runs.
    fn stop(&mut self, export: &str) -> Result<String> {
        self.store.data().running.store(false, SeqCst);
        let (asker, running) = (self.asker(), self.store.data().running.clone());
        thread::scope(|scope| {
            let (over, until_over) = mpsc::channel::<()>();
            scope.spawn(move || {
                // A pause before each request, not for order's sake: it gives the guest time to be in its loop, and the
                // last request time to arrive.
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
    fn turns(&self) -> Result<u32> {
        Ok(u32::from_le_bytes(bytes_at(&self.store, self.instance.exports.get_memory("memory")?, 0)?))
    }

    fn call(&mut self, export: &str, arguments: &[i32], out: &Transcript) -> Result<()> {
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
