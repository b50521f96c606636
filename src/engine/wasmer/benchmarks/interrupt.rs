//! Interrupts: an experiment of Wasmer's, which changes what every call costs, so it needs a feature.
use crate::catalog::benchmark::{stop, unwind};
use crate::engine::BenchmarkTable;
use crate::engine::Support;
use crate::engine::wasmer::Wasmer;

/// How a cell is prepared where the feature is there.
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
    // docs/findings.md, an interrupt in host code.
    (&stop::INTERRUPT_RECURSION, Support::Not(NOT_SAFE)),
    (&stop::INTERRUPT_HOST, Support::Not(NOT_SAFE)),
];
