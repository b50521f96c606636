//! Scenarios and benchmarks of interrupts. Wasmer's interrupts are experimental, and need a feature that makes every call slower.
use std::sync::Arc;

use anyhow::Result;

use super::Wasmer;
use super::suite::benchmarks::interrupted::{Interrupts, Whereabouts, interrupted};
use super::suite::scenarios::interrupt as scenario;
use super::suite::scenarios::interrupt::InterruptSupport;
use crate::catalog::benchmark::{stop, unwind};
use crate::catalog::scenario::interrupt;
use crate::engine::Support::{Do, Not};
use crate::engine::embedding::Prepared;
use crate::engine::{BenchmarkTable, ScenarioTable};
use crate::guest;

pub(super) const SCENARIOS: ScenarioTable<Wasmer> = &[
    (&interrupt::LOOP_OF_ARITHMETIC, Do(|wasmer, out| scenario::loop_of_arithmetic(support(wasmer), out))),
    (&interrupt::LOOP_WITH_MEMORY, Do(|wasmer, out| scenario::loop_with_memory(support(wasmer), out))),
    (&interrupt::FLAG_OF_ONES_OWN, Do(|wasmer, out| scenario::flag_of_ones_own(support(wasmer), out))),
    (&interrupt::BEFORE_THE_CALL, Do(|wasmer, out| scenario::before_the_call(support(wasmer), out))),
    (&interrupt::WHILE_THE_HOST_EXITS, Do(|wasmer, out| scenario::while_the_host_exits(support(wasmer), out))),
    (&interrupt::WHILE_THE_HOST_WORKS, Do(|wasmer, out| scenario::while_the_host_works(support(wasmer), out))),
    (&interrupt::AFTER_THE_CALL, Do(|wasmer, out| scenario::after_the_call(support(wasmer), out))),
];

/// See "An interrupt in host code" in `docs/findings.md`.
const NOT_SAFE: &str = "an interrupt that meets host code on the guest's stack can crash or hang the process";

pub(super) const BENCHMARKS: BenchmarkTable<Wasmer> = &[
    (&unwind::INTERRUPT, Do(|wasmer, _| interrupt_loop(wasmer))),
    (&stop::INTERRUPT_LOOP, Do(|wasmer, _| interrupt_loop(wasmer))),
    (&stop::INTERRUPT_RECURSION, Not(NOT_SAFE)),
    (&stop::INTERRUPT_HOST, Not(NOT_SAFE)),
];

/// Interrupts by Wasmer. A request is a signal, and is lost if no guest runs.
fn support(wasmer: &Wasmer) -> InterruptSupport {
    InterruptSupport {
        runtime: wasmer.runtime(),
        requester: |_, store| {
            let interrupter = store.interrupter();
            Arc::new(move || interrupter.interrupt())
        },
        ready: |_| (),
    }
}

fn interrupt_loop(wasmer: &Wasmer) -> Result<Prepared> {
    let interrupts = Interrupts {
        module: wasmer.cached_module(guest::STOPPABLE)?,
        request: |_, store| {
            let interrupter = store.interrupter();
            Box::new(move || interrupter.interrupt())
        },
        misreported: true,
        ready: |_| (),
    };
    interrupted(&interrupts, Whereabouts::Guest("loop"))
}
