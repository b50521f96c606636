//! The catalogue of scenarios, as data.
//!
//! A scenario has a description and an expected transcript. An engine family runs the scenario and logs each step as a line.
//! The verdict compares these lines with the expected transcript. So the log and the checked output are the same lines.
//!
//! The code of a theme is in the file of the same name in `src/suite/scenarios/`, or in the folder of the engine that alone can
//! run it. The comparison with the expected transcript is in `transcript_match`.

/// Defines the scenarios of a theme, and their list `ALL` in the order of the tables. An entry is
/// `NAME(id, purpose, expected transcript)`, followed by the methods of [`Scenario`] that change a default.
macro_rules! scenarios {
    ($($name:ident($id:expr, $shows:expr, $expect:expr $(,)?) $(.$method:ident($($value:expr),*))*),* $(,)?) => {
        $(
            #[doc = $shows]
            pub static $name: $crate::catalog::scenario::Scenario =
                $crate::catalog::scenario::Scenario::by_family($id, $shows, $expect)$(.$method($($value),*))*;
        )*
        pub(crate) static ALL: &[&$crate::catalog::scenario::Scenario] = &[$(&$name),*];
    };
}

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
pub mod soak;
pub mod stop;
pub mod threads;
mod transcript_match;
pub mod trap;
pub mod wasi;

pub use transcript_match::{Deviation, matches};

use std::time::Duration;

use anyhow::Result;

use crate::engine::embedding::{Embedding, Transcript};

/// One behaviour that must hold.
pub struct Scenario {
    /// The identifier on the command line: `theme/name`, or one word for the scenarios of [`early_exit`].
    pub id: &'static str,
    /// One line on what the scenario shows.
    pub shows: &'static str,
    /// The expected transcript; `[..]` matches any text within a line.
    pub expect: &'static [&'static str],
    /// How the scenario is implemented.
    pub played: ScenarioKind,
    /// The timeout, after which the worker is killed.
    pub within: Duration,
    /// The limit of the worker's resident memory in bytes; `None` for the default limit.
    pub memory: Option<u64>,
    /// Whether the scenario needs a fresh worker, because it measures the memory of its process.
    pub alone: bool,
    /// Whether the scenario runs only if a filter names its theme, because it fails on purpose or may use its whole timeout.
    pub on_request: bool,
}

/// How a scenario is implemented.
pub enum ScenarioKind {
    /// One function per engine family.
    ByFamily,
    /// One function for all backends, through the any-module interface.
    Anywhere(fn(&dyn Embedding, &Transcript) -> Result<()>),
}

impl Scenario {
    /// A scenario that each engine family implements, with a timeout of 10 s.
    pub const fn by_family(id: &'static str, shows: &'static str, expect: &'static [&'static str]) -> Self {
        let (played, within) = (ScenarioKind::ByFamily, Duration::from_secs(10));
        Self { id, shows, expect, played, within, memory: None, alone: false, on_request: false }
    }

    /// Sets one implementation for all backends.
    pub const fn anywhere(self, play: fn(&dyn Embedding, &Transcript) -> Result<()>) -> Self {
        Self { played: ScenarioKind::Anywhere(play), ..self }
    }

    /// Sets the timeout in seconds.
    pub const fn within_seconds(self, seconds: u64) -> Self {
        Self { within: Duration::from_secs(seconds), ..self }
    }

    /// Sets the memory limit in MiB.
    pub const fn within_mebibytes(self, mebibytes: u64) -> Self {
        Self { memory: Some(mebibytes << 20), ..self }
    }

    /// Requires a fresh worker.
    pub const fn alone(self) -> Self {
        Self { alone: true, ..self }
    }

    /// Runs the scenario only if a filter names its theme.
    pub const fn on_request(self) -> Self {
        Self { on_request: true, ..self }
    }
}

/// The themes, in the order of the tables.
static THEMES: &[&[&Scenario]] = &[
    early_exit::ALL,
    exit::WAYS,
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

/// The scenario with this id, if there is one.
pub fn find(id: &str) -> Option<&'static Scenario> {
    all().find(|scenario| scenario.id == id)
}
