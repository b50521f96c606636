//! Stopping a guest by a deadline that a host function checks, which needs no support by the engine.
use std::time::{Duration, Instant};

use anyhow::Result;

use super::Engine;
use super::api::{Caller, Instance, Module, Raised, Runtime, imports, new_store, raise, wrap_env};
use super::fixture::call_and_describe;
use crate::catalog::scenario::interrupt;
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(crate) const SCENARIOS: ScenarioTable<Engine> = &[(&interrupt::DEADLINE_IN_IMPORT, Do(deadline_in_import))];

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
