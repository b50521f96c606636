//! Scenarios and benchmarks of epochs. An epoch is a number of the engine that any thread can increment. Guests check it in
//! loops and at calls, and stop when it reaches the deadline of the store.
use std::sync::Arc;

use ::wasmtime::{Engine, Module};
use anyhow::Result;

use super::Wasmtime;
use super::api::{Mechanisms, Runtime};
use super::suite::benchmarks::interrupted::{Interrupts, Whereabouts, interrupted};
use super::suite::scenarios::interrupt as scenario;
use super::suite::scenarios::interrupt::InterruptSupport;
use crate::catalog::benchmark::{stop, unwind};
use crate::catalog::scenario::interrupt;
use crate::engine::Support::{Do, Not};
use crate::engine::embedding::Prepared;
use crate::engine::{BenchmarkTable, ScenarioTable};
use crate::guest;

pub(super) const SCENARIOS: ScenarioTable<Wasmtime> = &[
    (&interrupt::LOOP_OF_ARITHMETIC, Do(|wasmtime, out| scenario::loop_of_arithmetic(support(wasmtime)?, out))),
    (&interrupt::LOOP_WITH_MEMORY, Do(|wasmtime, out| scenario::loop_with_memory(support(wasmtime)?, out))),
    (&interrupt::FLAG_OF_ONES_OWN, Do(|wasmtime, out| scenario::flag_of_ones_own(support(wasmtime)?, out))),
    (&interrupt::BEFORE_THE_CALL, Do(|wasmtime, out| scenario::before_the_call(support(wasmtime)?, out))),
    (&interrupt::WHILE_THE_HOST_EXITS, Do(|wasmtime, out| scenario::while_the_host_exits(support(wasmtime)?, out))),
    (
        &interrupt::WHILE_THE_HOST_WORKS,
        Not("a guest looks at the epoch where it loops and where it is called: this one returns before"),
    ),
    (&interrupt::AFTER_THE_CALL, Do(|wasmtime, out| scenario::after_the_call(support(wasmtime)?, out))),
];

pub(super) const BENCHMARKS: BenchmarkTable<Wasmtime> = &[
    (&unwind::INTERRUPT, Do(|wasmtime, _| interrupt(wasmtime, Whereabouts::Guest("loop")))),
    (&stop::INTERRUPT_LOOP, Do(|wasmtime, _| interrupt(wasmtime, Whereabouts::Guest("loop")))),
    (&stop::INTERRUPT_RECURSION, Do(|wasmtime, _| interrupt(wasmtime, Whereabouts::Guest("recursion")))),
    (&stop::INTERRUPT_HOST, Do(|wasmtime, _| interrupt(wasmtime, Whereabouts::Host))),
];

/// A runtime whose guests check the epoch.
pub(super) fn engine(wasmtime: &Wasmtime) -> Result<Runtime> {
    let engine = Engine::new(wasmtime.config.clone().epoch_interruption(true))?;
    Ok(Runtime::new(engine, Mechanisms { epoch: true, ..wasmtime.mechanisms }))
}

fn support(wasmtime: &Wasmtime) -> Result<InterruptSupport> {
    Ok(InterruptSupport {
        runtime: engine(wasmtime)?,
        requester: |runtime, _| {
            let runtime = runtime.clone();
            Arc::new(move || runtime.increment_epoch())
        },
        // Each call may run until the current epoch ends. Earlier requests have no effect.
        ready: |store| store.set_epoch_deadline(1),
    })
}

/// Interrupts by epochs. The cell has a separate engine, so only its own requests end an epoch.
fn interrupt(wasmtime: &Wasmtime, whereabouts: Whereabouts) -> Result<Prepared> {
    let runtime = engine(wasmtime)?;
    let module = Module::new(&runtime, guest::wasm(guest::STOPPABLE))?;
    let interrupts = Interrupts {
        module: Arc::new((runtime, module)),
        request: |module, _| {
            let runtime = module.0.clone();
            Box::new(move || runtime.increment_epoch())
        },
        misreported: false,
        ready: |store| store.set_epoch_deadline(1),
    };
    interrupted(&interrupts, whereabouts)
}
