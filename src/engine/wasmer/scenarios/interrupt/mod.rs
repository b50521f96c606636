//! Stopping a guest from outside. The idiom that every build has is a deadline in an import; requests from another
//! thread are an experiment of Wasmer's, behind a feature that makes every call dearer.
#[cfg(feature = "host-interrupt")]
mod request;

use std::time::{Duration, Instant};

use anyhow::Result;
use wasmer::{Engine, Function, Instance, Module, Store, imports};

use super::Theme;
use super::stage::told;
use crate::catalog::scenario::interrupt;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::engine::wasmer::Wasmer;
use crate::exit_code::ExitCode;
use crate::{guest, say};

/// How a scenario is played where the feature is there.
macro_rules! by_request {
    ($play:ident) => {{
        #[cfg(feature = "host-interrupt")]
        {
            Do(request::$play)
        }
        #[cfg(not(feature = "host-interrupt"))]
        {
            crate::engine::Support::Not("needs the feature `host-interrupt`")
        }
    }};
}

pub(super) const CAN: Theme = &[
    (&interrupt::DEADLINE_IN_IMPORT, Do(deadline_in_import)),
    (&interrupt::LOOP_OF_ARITHMETIC, by_request!(loop_of_arithmetic)),
    (&interrupt::LOOP_WITH_MEMORY, by_request!(loop_with_memory)),
    (&interrupt::FLAG_OF_ONES_OWN, by_request!(flag_of_ones_own)),
    (&interrupt::BEFORE_THE_CALL, by_request!(before_the_call)),
    (&interrupt::WHILE_THE_HOST_EXITS, by_request!(while_the_host_exits)),
    (&interrupt::WHILE_THE_HOST_WORKS, by_request!(while_the_host_works)),
    (&interrupt::AFTER_THE_CALL, by_request!(after_the_call)),
];

/// What `timeout(1)` exits with.
const TOO_LATE: ExitCode = ExitCode(124);

fn deadline_in_import(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let engine = wasmer.engine();
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
    let mut store = Store::new(engine.clone());
    let deadline = Instant::now() + within;
    let running = move || -> Result<(), ExitCode> { if Instant::now() < deadline { Ok(()) } else { Err(TOO_LATE) } };
    let imports = imports! { "env" => { "running" => Function::new_typed(&mut store, running) } };
    let instance = Instance::new(&mut store, module, &imports)?;
    told(&mut store, &instance, export, &[])
}
