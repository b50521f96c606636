//! Benchmarks of interrupts. Wasmer's interrupts are experimental, and need a feature that makes every call slower.
use crate::catalog::benchmark::{stop, unwind};
use crate::engine::BenchmarkTable;
use crate::engine::Support;
use crate::engine::wasmer::Wasmer;

/// Prepares a cell if the feature `host-interrupt` is enabled.
#[cfg(feature = "host-interrupt")]
macro_rules! interrupted {
    ($whereabouts:expr) => {
        Support::Do(|wasmer, _| {
            use crate::engine::wasmer::suite::benchmarks::interrupted::{Interrupts, Whereabouts, interrupted};
            let interrupts = Interrupts {
                module: wasmer.cached_module(crate::guest::STOPPABLE)?,
                request: |_, store| {
                    let interrupter = store.interrupter();
                    Box::new(move || interrupter.interrupt())
                },
                misreported: true,
                ready: |_| (),
            };
            interrupted(&interrupts, $whereabouts)
        })
    };
}

#[cfg(not(feature = "host-interrupt"))]
macro_rules! interrupted {
    ($whereabouts:expr) => {
        Support::Not("built without interrupts; build with `--features host-interrupt`")
    };
}

const NOT_SAFE: &str = match cfg!(feature = "host-interrupt") {
    true => "an interrupt that meets host code on the guest's stack can crash or hang the process",
    false => "built without interrupts",
};

pub(super) const BENCHMARKS: BenchmarkTable<Wasmer> = &[
    (&unwind::INTERRUPT, interrupted!(Whereabouts::Guest("loop"))),
    (&stop::INTERRUPT_LOOP, interrupted!(Whereabouts::Guest("loop"))),
    // See "An interrupt in host code" in `docs/findings.md`.
    (&stop::INTERRUPT_RECURSION, Support::Not(NOT_SAFE)),
    (&stop::INTERRUPT_HOST, Support::Not(NOT_SAFE)),
];
