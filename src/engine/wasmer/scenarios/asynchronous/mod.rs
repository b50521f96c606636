//! Scenarios of exits from async host functions, with Wasmer's experimental async calls.
#[cfg(feature = "async")]
mod executor;
#[cfg(feature = "async")]
mod exit;
#[cfg(feature = "async")]
mod suspended;

use crate::catalog::scenario::asynchronous;
use crate::engine::ScenarioTable;
#[cfg(feature = "async")]
use crate::engine::Support::Do;
#[cfg(not(feature = "async"))]
use crate::engine::Support::Not;
use crate::engine::wasmer::Wasmer;

/// Supports a scenario if the feature `async` is enabled.
macro_rules! with_async {
    ($play:expr) => {{
        #[cfg(feature = "async")]
        {
            Do($play)
        }
        #[cfg(not(feature = "async"))]
        {
            Not("built without the feature `async`")
        }
    }};
}

pub(super) const SCENARIOS: ScenarioTable<Wasmer> = &[
    (&asynchronous::TYPED, with_async!(|wasmer, out| exit::play(wasmer, out, exit::typed))),
    (&asynchronous::TYPED_ENV, with_async!(|wasmer, out| exit::play(wasmer, out, exit::typed_env))),
    (&asynchronous::DYNAMIC, with_async!(|wasmer, out| exit::play(wasmer, out, exit::dynamic))),
    (&asynchronous::DYNAMIC_ENV, with_async!(|wasmer, out| exit::play(wasmer, out, exit::dynamic_env))),
    (&asynchronous::PLAIN, with_async!(|wasmer, out| exit::play(wasmer, out, exit::plain))),
    (&asynchronous::CALLED_PLAINLY, with_async!(suspended::called_plainly)),
    (&asynchronous::IN_TURN, with_async!(suspended::in_turn)),
    (&asynchronous::DROPPED, with_async!(suspended::dropped)),
];
