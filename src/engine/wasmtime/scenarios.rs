//! Scenarios that only wasmtime supports: contexts of errors, and exits that no host function raises: by the callback at the
//! end of an epoch, and by a limiter.
use std::panic::{AssertUnwindSafe, catch_unwind};

use ::wasmtime::{Error, Func, Instance, Memory, MemoryType, Module, ResourceLimiter, UpdateDeadline};
use anyhow::{Context, Result, anyhow};

use super::api::{new_store, outcome};
use super::suite::scenarios::fixture::{Fixture, call_and_describe, ended, exit, first_line};
use super::suite::scenarios::nesting::failed;
use super::suite::scenarios::reentrant_host::{DIVIDE_BY_ZERO, ReentrantHost};
use super::{Wasmtime, epoch};
use crate::catalog::scenario::{catch, interrupt, limit};
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(super) const SCENARIOS: ScenarioTable<Wasmtime> =
    &[(&catch::CONTEXT, Do(context)), (&interrupt::EPOCH_CALLBACK, Do(epoch_callback)), (&limit::LIMITER, Do(limiter))];

/// Finds the exit by each method. The text excludes the guest's backtrace, which is also a context.
fn found(error: Error) -> Result<String> {
    let is = error.is::<ExitCode>();
    let displays: Vec<_> = error.chain().map(ToString::to_string).collect();
    let displays: Vec<_> = displays.into_iter().filter(|text| !text.starts_with("error while executing")).collect();
    let by_reference = *error.downcast_ref::<ExitCode>().context("no exit code")?;
    let by_value = error.downcast::<ExitCode>()?;
    Ok(format!("is {is}, downcast_ref {by_reference}, downcast {by_value}; displays `{}`", displays.join(": ")))
}

/// Wasmtime's error can be made from an `anyhow::Error`, and accepts contexts like it.
fn context(wasmtime: &Wasmtime, out: &Transcript) -> Result<()> {
    let early_exit =
        |code: u32| -> Result<(), Error> { Err(Error::from_anyhow(anyhow!(ExitCode(code)).context("in the host"))) };
    let mut fixture = Fixture::new(wasmtime, (), |store| Func::wrap(store, early_exit))?;
    say!(out, "an anyhow::Error with a context: {}", found(fixture.exit(7)?)?);

    let mut host = ReentrantHost::new(wasmtime, |level, enter_guest| match level {
        0 => Err(ExitCode(7).into()),
        level => enter_guest().map_err(|error| error.context(format!("at level {level}"))),
    })?;
    say!(out, "through 3 levels: {}", found(failed(host.enter(3))?)?);

    let mut host = ReentrantHost::new(wasmtime, |level, enter_guest| match level {
        0 => Ok(DIVIDE_BY_ZERO),
        level => enter_guest().map_err(|error| error.context(format!("at level {level}"))),
    })?;
    let error = failed(host.enter(3))?;
    say!(out, "a trap through 3 levels: is an exit {}, {}", error.is::<ExitCode>(), outcome(&error));
    Ok(())
}

fn epoch_callback(wasmtime: &Wasmtime, out: &Transcript) -> Result<()> {
    const PANICS: u32 = 7;
    let engine = epoch::engine(wasmtime)?;
    let module = Module::new(&engine, guest::wasm(guest::ENDLESS))?;
    // The data counts the epochs that ended while a guest ran. Every third epoch ends the guest.
    let mut store = new_store(&engine, 0);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |mut store| {
        *store.data_mut() += 1;
        match *store.data() {
            PANICS => panic!("asked to"),
            ended if ended % 3 == 0 => Err(ExitCode(ended).into()),
            // Until the guest checks the epoch again.
            _ => Ok(UpdateDeadline::Continue(0)),
        }
    });
    let clock = engine.clone();
    // The guest calls this host function once, before its loop. The call ends an epoch.
    let running = Func::wrap(&mut store, move || clock.increment_epoch());
    let instance = Instance::new(&mut store, &module, &[running.into()])?;
    say!(out, "{}", call_and_describe(&mut store, &instance, "count", &[0])?);
    store.set_epoch_deadline(1);
    say!(out, "{}", call_and_describe(&mut store, &instance, "once", &[])?);
    say!(out, "{}", call_and_describe(&mut store, &instance, "count", &[0])?);
    store.set_epoch_deadline(1);
    let panicked = catch_unwind(AssertUnwindSafe(|| match call_and_describe(&mut store, &instance, "count", &[0]) {
        Ok(line) => line,
        Err(error) => error.to_string(),
    }));
    say!(out, "an epoch that the callback panics at: {}", first_line(panicked));
    store.set_epoch_deadline(1);
    say!(out, "{}", call_and_describe(&mut store, &instance, "once", &[])?);
    Ok(())
}

/// A limiter that exits if a memory would have more than 3 pages of 64 KiB. The code is the requested number of pages.
struct ExitingLimiter;

impl ResourceLimiter for ExitingLimiter {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> Result<bool, Error> {
        match desired >> 16 {
            0..=3 => Ok(true),
            pages => Err(ExitCode(pages as u32).into()),
        }
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> Result<bool, Error> {
        Ok(true)
    }
}

fn limiter(wasmtime: &Wasmtime, out: &Transcript) -> Result<()> {
    let engine = wasmtime.runtime();
    let module = Module::new(&engine, guest::wasm(guest::GROWING))?;
    let mut store = new_store(&engine, ExitingLimiter);
    store.limiter(|limiter| limiter);
    let early_exit = Func::wrap(&mut store, exit);
    let instance = Instance::new(&mut store, &module, &[early_exit.into()])?;
    for (export, arguments) in [("grow", &[1][..]), ("grow", &[2]), ("size", &[]), ("grow", &[1])] {
        say!(out, "{}", call_and_describe(&mut store, &instance, export, arguments)?);
    }
    let memory = Memory::new(&mut store, MemoryType::new(4, None)).map(|_| "made");
    say!(out, "a memory of 4 pages: {}", ended(&memory));
    Ok(())
}
