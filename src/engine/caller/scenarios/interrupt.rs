//! Stopping a guest that calls the host: a deadline in an import, which needs nothing of the engine.
use std::time::{Duration, Instant};

use anyhow::Result;

use super::api::{Caller, Engine, Error, Func, Instance, Module, Store, host};
use super::stage::told;
use super::{Own, Theme};
use crate::catalog::scenario::interrupt;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(in super::super::super) const CAN: Theme = &[(&interrupt::DEADLINE_IN_IMPORT, Do(deadline_in_import))];

/// What `timeout(1)` exits with.
const TOO_LATE: ExitCode = ExitCode(124);

fn deadline_in_import(own: &Own, out: &Transcript) -> Result<()> {
    let engine = own.engine();
    let module = Module::new(&engine, guest::wasm(guest::ENDLESS))?;
    for (export, milliseconds) in [("poll", 30), ("poll", 10), ("once", 10_000)] {
        let within = Duration::from_millis(milliseconds);
        let started = Instant::now();
        let told = call_within(within, &engine, &module, export)?;
        let (call, ended) = told.split_once(": ").unwrap_or((&told, ""));
        let in_time = match ended {
            "returned" => "",
            _ if started.elapsed() < within => "; before its time",
            _ => "; not before its time",
        };
        say!(out, "{call} within {milliseconds} ms: {ended}{in_time}");
    }
    Ok(())
}

fn call_within(within: Duration, engine: &Engine, module: &Module, export: &str) -> Result<String> {
    let mut store = Store::new(engine, Instant::now() + within);
    let running = |caller: Caller<'_, Instant>| -> Result<(), Error> {
        if Instant::now() < *caller.data() { Ok(()) } else { Err(host(TOO_LATE)) }
    };
    let running = Func::wrap(&mut store, running);
    let instance = Instance::new(&mut store, module, &[running.into()])?;
    told(&mut store, &instance, export, &[])
}
