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
            use crate::engine::embedding::Unsupported;
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
            let whereabouts: fn() -> Whereabouts = $whereabouts;
            let whereabouts = whereabouts();
            if wasmer.compiler.to_lowercase().starts_with("singlepass")
                && whereabouts == Whereabouts::Guest("recursion")
            {
                // docs/findings.md, an interrupt in a recursion.
                anyhow::bail!(Unsupported("an interrupt that meets a recursion can end or hang the process".into()));
            }
            interrupted(&interrupts, whereabouts)
        })
    };
}

#[cfg(not(feature = "host-interrupt"))]
macro_rules! interrupted {
    ($whereabouts:expr) => {
        Support::Not("built without interrupts; build with `--features host-interrupt`")
    };
}

pub(super) const BENCHMARKS: BenchmarkTable<Wasmer> = &[
    (&unwind::INTERRUPT, interrupted!(|| Whereabouts::Guest("loop"))),
    (&stop::INTERRUPT_LOOP, interrupted!(|| Whereabouts::Guest("loop"))),
    (&stop::INTERRUPT_RECURSION, interrupted!(|| Whereabouts::Guest("recursion"))),
    (&stop::INTERRUPT_HOST, interrupted!(|| Whereabouts::Host)),
];
