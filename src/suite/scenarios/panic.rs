//! Panics in host functions, which reach the caller as panics and not as exits.
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

use anyhow::Result;

use super::api::{Error, Raised, Val, ValType, dynamic, raise, to_error, wrap};
use super::fixture::{Fixture, ended};
use super::reentrant_host::ReentrantHost;
use super::{Do, Engine, ExitCode, Outcome, ScenarioTable, Transcript, say};
use crate::catalog::scenario::{fault, panic};

pub(crate) const SCENARIOS: ScenarioTable<Engine> = &[
    (&panic::PAYLOAD, Do(payload)),
    (&panic::AFTERWARDS, Do(afterwards)),
    (&panic::THROUGH_EVERY_LEVEL, Do(through_every_level)),
    (&fault::PANIC, Do(uncaught)),
];

/// The outcome of a call that may panic.
fn ended_or_panicked<T: Display>(call: impl FnOnce() -> Result<T, Error>) -> String {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(result) => ended(&result),
        Err(panic) => match panic.downcast_ref::<ExitCode>() {
            Some(code) => format!("a panic with exit code {code}"),
            None => Outcome::panicked(&*panic).to_string(),
        },
    }
}

fn payload(engine: &Engine, out: &Transcript) -> Result<()> {
    let typed = Fixture::new(engine, (), |store| wrap(store, |code: u32| -> () { panic_for(code) }))?;
    let dynamic = Fixture::new(engine, (), |store| {
        dynamic(store, [ValType::I32], [], |values: &[Val]| panic_for(values[0].i32().unwrap_or_default() as u32))
    })?;
    for (kind, mut fixture) in [("typed", typed), ("dynamic", dynamic)] {
        for (what, code) in [("a message", 5), ("a value", 6)] {
            let ended = ended_or_panicked(|| fixture.run.call(&mut fixture.store, (code, 7)));
            say!(out, "{kind}, {what}: {ended}");
        }
    }
    Ok(())
}

fn panic_for(code: u32) -> ! {
    if code == 5 { panic!("no code but {code}") } else { panic_any(ExitCode(code)) }
}

/// Increments a counter when dropped.
struct DropCounter(Arc<AtomicU32>);

impl Drop for DropCounter {
    fn drop(&mut self) {
        self.0.fetch_add(1, Relaxed);
    }
}

fn afterwards(engine: &Engine, out: &Transcript) -> Result<()> {
    const PANIC: i32 = -1;
    let counter = Arc::new(AtomicU32::new(0));
    let local = counter.clone();
    let Fixture { mut store, run, .. } = Fixture::new(engine, (), |store| {
        wrap(store, move |code: i32| -> Result<(), Raised<ExitCode>> {
            match code {
                PANIC => {
                    let _local = DropCounter(local.clone());
                    // `resume_unwind` does not call the panic hook, so that nothing is printed.
                    resume_unwind(Box::new("asked to"))
                }
                0 => Ok(()),
                code => Err(raise(ExitCode(code as u32))),
            }
        })
    })?;
    let ended = ended_or_panicked(|| run.call(&mut store, (PANIC, 7)));
    say!(out, "{ended}, {} dropped in the host function", counter.load(Relaxed));
    say!(out, "{}", ended_or_panicked(|| run.call(&mut store, (5, 7))));
    say!(out, "{}", ended_or_panicked(|| run.call(&mut store, (0, 7))));

    let (mut panicked, mut exited, mut returned) = (0, 0, 0);
    for n in 1..=1000 {
        let panic = catch_unwind(AssertUnwindSafe(|| run.call(&mut store, (PANIC, n))));
        panicked += u32::from(panic.is_err());
        let exit = run.call(&mut store, (n, n));
        exited += u32::from(exit.is_err_and(|error| error.downcast_ref() == Some(&ExitCode(n as u32))));
        returned += u32::from(run.call(&mut store, (0, n)).is_ok_and(|sum| sum == n));
    }
    let dropped = counter.load(Relaxed);
    say!(
        out,
        "1000 times by turns: {panicked} panicked, {exited} exited, {returned} returned, \
         {dropped} dropped in the host function"
    );
    Ok(())
}

fn through_every_level(engine: &Engine, out: &Transcript) -> Result<()> {
    let catches = Arc::new(AtomicBool::new(false));
    let asked_to_catch = catches.clone();
    let mut host = ReentrantHost::new(engine, move |level, enter_guest| match level {
        0 => resume_unwind(Box::new("at the bottom")),
        2 if asked_to_catch.load(Relaxed) => {
            catch_unwind(AssertUnwindSafe(enter_guest)).unwrap_or_else(|_| Err(to_error(ExitCode(10 + level))))
        }
        _ => enter_guest(),
    })?;
    for (how, catch) in [("not caught", false), ("caught at level 2", true)] {
        catches.store(catch, Relaxed);
        say!(out, "{how}: {}", ended_or_panicked(|| host.enter(3)));
        say!(out, "{}", host.calls()?);
    }
    Ok(())
}

fn uncaught(engine: &Engine, out: &Transcript) -> Result<()> {
    let panics = |code: u32| -> () { panic!("the host function panicked with {code}") };
    let mut fixture = Fixture::new(engine, (), |store| wrap(store, panics))?;
    let ended = fixture.run.call(&mut fixture.store, (1, 7));
    say!(out, "it came back: {ended:?}");
    Ok(())
}
