//! What a supervisor and its worker say to each other: a JSON document a line, on the worker's stdin and stdout.
//!
//! The worker opens with [`Hello`]; then each [`Request`] is answered by any number of [`Response::Said`] and one other
//! answer. A closed stdin ends the worker, whatever it is doing.
use crate::spec::player;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::catalog::benchmark::CellId;
use crate::engine::BackendInfo;
use crate::fuzz::feature_set::FeatureSet;
use crate::fuzz::observation::Observation;
use crate::fuzz::seed::ModuleSeed;
use crate::results::Build;
use crate::run_module::{ModuleJob, Step, StepOutput};
use crate::soak::workload::{ExitCounts, Mixture};

/// The version of this protocol. Another one is not spoken to.
pub const PROTOCOL: u32 = 7;

/// The first line of a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// [`PROTOCOL`] of the worker's build.
    pub protocol: u32,
    /// How the worker was built.
    pub build: Build,
    /// What its backend says of itself.
    pub about: BackendInfo,
}

/// What a worker is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case")]
pub enum Request {
    /// Play a scenario; answered by [`Response::Played`].
    Play {
        /// Its id.
        scenario: String,
    },
    /// Fetch a module, and take it through its steps when asked to; answered by [`Response::Loaded`] or [`Response::Unable`].
    Load {
        /// Which, and what is to be done with it.
        errand: ModuleJob,
    },
    /// Take the module that was loaded one step on; answered by [`Response::Stepped`]. While a guest runs, the calls that it
    /// made so far are said now and then.
    Step {
        /// Which step.
        step: Step,
    },
    /// Make random modules and try each; a line is said of each as it is over, a [`ModuleTrial`]. Answered by [`Response::Tried`].
    Try {
        /// The seed of the run.
        seed: u64,
        /// Its modules, by number.
        numbers: Range<u64>,
        /// What they may use.
        menu: FeatureSet,
    },
    /// Try one random module, and tell all that is seen of it; each [`Action`](crate::fuzz::observation::Action) is said before
    /// it is done. Answered by [`Response::Examined`] or [`Response::Unable`].
    Examine {
        /// Which.
        dna: ModuleSeed,
        /// What it may use.
        menu: FeatureSet,
    },
    /// Leave guests in all ways for so long, going on from where it was; answered by [`Response::Soaked`] or
    /// [`Response::Unable`].
    Soak {
        /// The seed of the mixture; heard the first time.
        seed: u64,
        /// For how long.
        milliseconds: u64,
        /// By what; heard the first time.
        #[serde(default)]
        mixture: Mixture,
    },
    /// Play a script of the specification's. Says the line of each directive before it, and is answered by
    /// [`Response::Scripted`] or [`Response::Unable`].
    Script {
        /// Its name.
        name: String,
        /// What the backend claims and really has, by the names of the proposals.
        features: Vec<String>,
        /// The lines of the directives that are left out.
        skip: Vec<usize>,
    },
    /// Prepare a cell; answered by [`Response::Prepared`] or [`Response::Unable`].
    Prepare {
        /// Which.
        address: CellId,
        /// The processor that it is held to; the last where none is named.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        processor: Option<usize>,
    },
    /// Run a batch of a prepared cell; answered by [`Response::Sampled`] or [`Response::Unable`].
    Sample {
        /// The cell, as [`Response::Prepared`] numbered it.
        cell: usize,
        /// How many iterations a slice has.
        iterations: u64,
        /// How many slices.
        slices: u32,
        /// Whether it first runs untimed until it has settled.
        settle: bool,
    },
    /// Go on in a child process, up to [`Request::Join`]: what happens there leaves nothing behind. Answered by
    /// [`Response::Forked`] or [`Response::Unable`].
    Fork,
    /// End the child process, and go on in its parent; answered by [`Response::Joined`].
    Join,
    /// Count the instructions of batches of a prepared cell, under valgrind; answered by [`Response::Counted`] or
    /// [`Response::Unable`].
    Count {
        /// The cell, as [`Response::Prepared`] numbered it.
        cell: usize,
        /// How many iterations it first runs uncounted.
        warmup: u64,
        /// How many iterations each batch has.
        batches: Vec<u64>,
        /// How many instructions more the host functions execute that end their guests: fault injection.
        #[serde(default)]
        planted: u64,
    },
    /// Let go of a cell; answered by [`Response::Released`].
    Release {
        /// The cell.
        cell: usize,
    },
}

/// What a worker answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Response {
    /// A scenario said a line.
    Said {
        /// The line.
        line: String,
    },
    /// A scenario is over.
    Played {
        /// How it ended.
        ended: ScenarioEnd,
    },
    /// The module is there.
    Loaded,
    /// A step came back.
    Stepped {
        /// With this.
        stepped: StepOutput,
    },
    /// Random modules were tried, as far as a panic let the worker go.
    Tried {
        /// The first that was not tried.
        next: u64,
    },
    /// A random module was tried.
    Examined {
        /// What was seen.
        seen: Vec<Observation>,
    },
    /// Guests were left in all ways.
    Soaked {
        /// How often since the first question.
        left: ExitCounts,
    },
    /// A script is over.
    Scripted {
        /// With this.
        played: player::ScriptOutcome,
    },
    /// A cell is ready.
    Prepared {
        /// Its number.
        cell: usize,
        /// What is known of it without timing: name and number.
        facts: Vec<(String, f64)>,
    },
    /// A batch is done, and every iteration ended as it must.
    Sampled {
        /// Time inside the timer, in nanoseconds, over all slices.
        nanoseconds: u64,
        /// The same of the middle slice.
        slice: u64,
        /// How long the system ran something else in place of the batch, in nanoseconds, where it tells.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        delayed: Option<u64>,
        /// What single iterations took, in nanoseconds, where every one matters: the first of them.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        each: Vec<u64>,
    },
    /// From now on, the child process answers.
    Forked,
    /// From now on, its parent answers.
    Joined,
    /// The batches were counted, every iteration ended as it must, and valgrind wrote a file for each.
    Counted,
    /// A cell is gone.
    Released,
    /// What was asked cannot be done.
    Unable {
        /// Never, on this backend; otherwise it was tried.
        unsupported: bool,
        /// Why.
        why: String,
    },
}

/// What is said of a random module that was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleTrial {
    /// Which of the run.
    pub number: u64,
    /// One number for all that is to be the same on every backend; nothing where no module came of it.
    pub digest: Option<u64>,
    /// How many calls were made of it, and how many of those were to end in an early exit.
    pub calls: [u32; 2],
}

/// How a scenario ended, but for what it said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum ScenarioEnd {
    /// It came to its end.
    Done,
    /// The backend never does this.
    Unsupported {
        /// Why not.
        why: String,
    },
    /// It could not go on.
    Failed {
        /// Why not.
        why: String,
    },
    /// It panicked. What the process holds is not to be trusted any more.
    Panicked {
        /// What the panic said.
        message: String,
    },
}
