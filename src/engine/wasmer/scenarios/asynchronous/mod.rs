//! Scenarios of exits from async host functions, with Wasmer's experimental async calls.
mod executor;
mod exit;
mod suspended;

use crate::catalog::scenario::asynchronous;
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::wasmer::Wasmer;

pub(super) const SCENARIOS: ScenarioTable<Wasmer> = &[
    (&asynchronous::TYPED, Do(|wasmer, out| exit::play(wasmer, out, exit::typed))),
    (&asynchronous::TYPED_ENV, Do(|wasmer, out| exit::play(wasmer, out, exit::typed_env))),
    (&asynchronous::DYNAMIC, Do(|wasmer, out| exit::play(wasmer, out, exit::dynamic))),
    (&asynchronous::DYNAMIC_ENV, Do(|wasmer, out| exit::play(wasmer, out, exit::dynamic_env))),
    (&asynchronous::PLAIN, Do(|wasmer, out| exit::play(wasmer, out, exit::plain))),
    (&asynchronous::CALLED_PLAINLY, Do(suspended::called_plainly)),
    (&asynchronous::IN_TURN, Do(suspended::in_turn)),
    (&asynchronous::DROPPED, Do(suspended::dropped)),
];
