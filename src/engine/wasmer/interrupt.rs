//! Scenarios of interrupts: another thread requests that a guest stops. Wasmer's interrupts are experimental, and need a
//! feature that makes every call slower.
use crate::catalog::scenario::interrupt;
use crate::engine::ScenarioTable;
use crate::engine::wasmer::Wasmer;

/// Supports a scenario if the feature `host-interrupt` is enabled.
macro_rules! by_request {
    ($play:ident) => {{
        #[cfg(feature = "host-interrupt")]
        {
            use crate::engine::wasmer::suite::scenarios::interrupt::$play;
            crate::engine::Support::Do(|wasmer, out| $play(support(wasmer), out))
        }
        #[cfg(not(feature = "host-interrupt"))]
        {
            crate::engine::Support::Not("needs the feature `host-interrupt`")
        }
    }};
}

pub(super) const SCENARIOS: ScenarioTable<Wasmer> = &[
    (&interrupt::LOOP_OF_ARITHMETIC, by_request!(loop_of_arithmetic)),
    (&interrupt::LOOP_WITH_MEMORY, by_request!(loop_with_memory)),
    (&interrupt::FLAG_OF_ONES_OWN, by_request!(flag_of_ones_own)),
    (&interrupt::BEFORE_THE_CALL, by_request!(before_the_call)),
    (&interrupt::WHILE_THE_HOST_EXITS, by_request!(while_the_host_exits)),
    (&interrupt::WHILE_THE_HOST_WORKS, by_request!(while_the_host_works)),
    (&interrupt::AFTER_THE_CALL, by_request!(after_the_call)),
];

/// Interrupts by Wasmer. A request is a signal, and is lost if no guest runs.
#[cfg(feature = "host-interrupt")]
fn support(wasmer: &Wasmer) -> crate::engine::wasmer::suite::scenarios::interrupt::InterruptSupport {
    crate::engine::wasmer::suite::scenarios::interrupt::InterruptSupport {
        runtime: wasmer.runtime(),
        requester: |_, store| {
            let interrupter = store.interrupter();
            std::sync::Arc::new(move || interrupter.interrupt())
        },
        ready: |_| (),
    }
}
