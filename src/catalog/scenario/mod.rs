//! What must hold: the catalogue. No engine is named here.
//!
//! A scenario is data: what it shows, and the transcript it expects. An engine family plays it in its own idiom
//! and says what happens, line by line; the verdict is where that leaves the script. So the evidence, the narration
//! and the check are one thing.
pub mod after;
pub mod asynchronous;
pub mod c_api;
pub mod catch;
pub mod depth;
pub mod early_exit;
pub mod exit;
pub mod fault;
pub mod fuel;
pub mod guest_view;
pub mod hostile;
pub mod interrupt;
pub mod limit;
pub mod metering;
pub mod module;
pub mod nesting;
pub mod panic;
pub mod resume;
pub mod rust_stack;
mod script;
pub mod soak;
pub mod stop;
pub mod threads;
pub mod trap;
pub mod wasi;

pub use script::{Deviation, matches};

use std::time::Duration;

use anyhow::Result;

use crate::engine::embedding::{Embedding, Transcript};

/// One behaviour that must hold.
pub struct Scenario {
    /// What the command line calls it: `theme/name`, or one word for those with a transcript of their own.
    pub id: &'static str,
    /// What it shows, in a line.
    pub shows: &'static str,
    /// The transcript that must come out; `[..]` stands for anything within a line.
    pub expect: &'static [&'static str],
    /// Who knows how to play it.
    pub played: ScenarioKind,
    /// After how long it counts as hung.
    pub within: Duration,
    /// How much resident memory it may hold, in bytes, where less than usual.
    pub memory: Option<u64>,
    /// Played in a worker that has played nothing else: it looks at what its process holds.
    pub alone: bool,
    /// Played only if a filter names its theme: it fails on purpose, or can take all of its time.
    pub on_request: bool,
}

/// How a scenario is implemented.
pub enum ScenarioKind {
    /// Once per engine family, in its own idiom.
    ByFamily,
    /// One function for all backends, through the any-module interface.
    Anywhere(fn(&dyn Embedding, &Transcript) -> Result<()>),
}

impl Scenario {
    /// A scenario that each engine family plays in its own idiom.
    pub const fn by_family(id: &'static str, shows: &'static str, expect: &'static [&'static str]) -> Self {
        let (played, within) = (ScenarioKind::ByFamily, Duration::from_secs(10));
        Self { id, shows, expect, played, within, memory: None, alone: false, on_request: false }
    }

    /// A scenario that is written once, for any backend.
    pub const fn anywhere(
        id: &'static str,
        shows: &'static str,
        expect: &'static [&'static str],
        play: fn(&dyn Embedding, &Transcript) -> Result<()>,
    ) -> Self {
        Self { played: ScenarioKind::Anywhere(play), ..Self::by_family(id, shows, expect) }
    }

    /// The same, counted as hung after so many seconds.
    pub const fn within_seconds(self, seconds: u64) -> Self {
        Self { within: Duration::from_secs(seconds), ..self }
    }

    /// The same, with no more memory than so many MiB.
    pub const fn within_mebibytes(self, mebibytes: u64) -> Self {
        Self { memory: Some(mebibytes << 20), ..self }
    }

    /// The same, in a worker of its own.
    pub const fn alone(self) -> Self {
        Self { alone: true, ..self }
    }

    /// The same, played only if a filter names its theme.
    pub const fn on_request(self) -> Self {
        Self { on_request: true, ..self }
    }

    /// Where a transcript leaves the script, if it does.
    pub fn deviation(&self, said: &[String]) -> Option<Deviation> {
        script::deviation(self.expect, said)
    }
}

/// The themes, in the order in which a reader meets them.
static THEMES: &[&[&Scenario]] = &[
    early_exit::ALL,
    exit::ALL,
    asynchronous::ALL,
    catch::ALL,
    after::ALL,
    rust_stack::ALL,
    nesting::ALL,
    guest_view::ALL,
    depth::ALL,
    module::ALL,
    panic::ALL,
    trap::ALL,
    metering::ALL,
    fuel::ALL,
    resume::ALL,
    limit::ALL,
    interrupt::ALL,
    stop::ALL,
    hostile::ALL,
    threads::ALL,
    wasi::ALL,
    soak::ALL,
    c_api::ALL,
    fault::ALL,
];

/// Every scenario.
pub fn all() -> impl Iterator<Item = &'static Scenario> {
    THEMES.iter().flat_map(|theme| theme.iter().copied())
}

/// The scenario of that name.
pub fn find(id: &str) -> Option<&'static Scenario> {
    all().find(|scenario| scenario.id == id)
}
