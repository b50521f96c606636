//! The protocol between supervisor and worker: one JSON document per line, on the worker's stdin and stdout.
//!
//! The worker sends [`Hello`]. It answers each [`Request`] with any number of [`Response::Log`] and one other response. It
//! exits when stdin is closed.
use std::ops::Range;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::catalog::benchmark::CellId;
use crate::engine::embedding::Unsupported;
use crate::engine::{BackendInfo, BackendSpec};
use crate::fuzz::feature_set::FeatureSet;
use crate::fuzz::observation::Observation;
use crate::fuzz::seed::ModuleSeed;
use crate::results::{Build, Variant, Verdict};
use crate::run_module::{ModuleJob, Step, StepOutput};
use crate::sampling::batch::{Batch, BatchSpec};
use crate::sampling::bench_thread::Metrics;
use crate::sampling::cell::Counting;
use crate::soak::workload::{ExitCounts, Mixture};
use crate::spec::player;

/// The version of the protocol. Other versions are rejected.
pub const PROTOCOL: u32 = 10;

/// The first line of a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The worker's [`PROTOCOL`].
    pub protocol: u32,
    /// The worker's build.
    pub build: Build,
    /// The worker's backend.
    pub backend_info: BackendInfo,
}

impl Hello {
    /// The variant that this worker serves, as reports describe it.
    ///
    /// # Errors
    /// If this build knows no such backend.
    pub fn variant(self, spec: &BackendSpec) -> Result<Variant> {
        Ok(Variant {
            label: spec.label(),
            licence: spec.backend()?.licence.into(),
            backend_info: self.backend_info,
            build: self.build,
            control_of: None,
            baseline: None,
        })
    }
}

/// A request to a worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "kebab-case")]
pub enum Request {
    /// Run a scenario, and log its transcript. Response: [`Response::ScenarioDone`].
    RunScenario {
        /// The scenario's id.
        scenario: String,
    },
    /// Read a module. Response: [`Response::Loaded`].
    LoadModule {
        /// The module and its invocation.
        job: ModuleJob,
    },
    /// Take the next step with the loaded module, and log the imports called so far while the guest runs. Response:
    /// [`Response::Stepped`].
    Step {
        /// The step.
        step: Step,
    },
    /// Generate and run random modules, and log a [`ModuleTrial`] for each. Response: [`Response::ModulesDone`].
    RunModules {
        /// The seed of the run.
        seed: u64,
        /// The numbers of the modules.
        numbers: Range<u64>,
        /// The features that the modules may use.
        features: FeatureSet,
    },
    /// Run one random module, and log each [`Action`](crate::fuzz::observation::Action) before it starts. Response:
    /// [`Response::Examined`].
    ExamineModule {
        /// The module.
        seed: ModuleSeed,
        /// The features that the module may use.
        features: FeatureSet,
    },
    /// Continue the soak, or start it. Response: [`Response::Soaked`].
    Soak {
        /// The seed of the workload; used by the first request only.
        seed: u64,
        /// The duration.
        milliseconds: u64,
        /// The workload; used by the first request only.
        #[serde(default)]
        mixture: Mixture,
    },
    /// Run a script of the specification, and log the line of each directive before it starts. Response:
    /// [`Response::ScriptDone`].
    RunScript {
        /// The script's name.
        name: String,
        /// The proposals that the backend supports.
        features: Vec<String>,
        /// The lines of the directives to skip.
        skip: Vec<usize>,
    },
    /// Prepare a cell. Response: [`Response::Prepared`].
    Prepare {
        /// The cell.
        cell_id: CellId,
        /// The processor to pin the cell to; by default the last.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        processor: Option<usize>,
    },
    /// Run a batch of a prepared cell. Response: [`Response::Sampled`].
    Sample {
        /// The cell's number.
        cell: usize,
        /// The size of the batch.
        spec: BatchSpec,
    },
    /// Compile and run small guests, so that valgrind has translated the engine's code before this process forks. Response:
    /// [`Response::WarmedUp`].
    WarmUp,
    /// Continue in a child process until [`Request::Join`]: it prepares one cell and counts its batches. Response:
    /// [`Response::Forked`].
    Fork,
    /// End the child process and continue in its parent. Response: [`Response::Joined`].
    Join,
    /// Count the instructions of batches of the child's cell under valgrind. Response: [`Response::Counted`].
    Count {
        /// The batches.
        counting: Counting,
    },
    /// Drop a cell. Response: [`Response::Released`].
    Release {
        /// The cell's number.
        cell: usize,
    },
}

/// A response of a worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "response", rename_all = "kebab-case")]
pub enum Response {
    /// A line of output; the request continues.
    Log {
        /// The line.
        line: String,
    },
    /// The scenario ended.
    ScenarioDone {
        /// How it ended: passed, unsupported, failed or panicked. The transcript is not judged yet. After a panic, the process is
        /// not used again.
        end: Verdict,
    },
    /// The module is loaded.
    Loaded,
    /// The step ended.
    Stepped {
        /// Its output.
        output: StepOutput,
    },
    /// The random modules ran; a panic ends the run early.
    ModulesDone {
        /// The number of the next module.
        next: u64,
    },
    /// The random module ran.
    Examined {
        /// The observations.
        observations: Vec<Observation>,
    },
    /// The soak's duration is over.
    Soaked {
        /// The number of ended guests since the soak started.
        counts: ExitCounts,
    },
    /// The script ended.
    ScriptDone {
        /// Its outcome.
        outcome: player::ScriptOutcome,
    },
    /// The cell is prepared.
    Prepared {
        /// Its number.
        cell: usize,
        /// Its metrics without timing: name and value.
        metrics: Vec<(String, f64)>,
    },
    /// The batch ended, and every iteration gave the expected result.
    Sampled {
        /// The batch.
        batch: Batch,
    },
    /// The engine's code has run.
    WarmedUp,
    /// The child process handles the next requests.
    Forked,
    /// The parent handles the next requests.
    Joined,
    /// The batches ended, every iteration gave the expected result, and valgrind wrote one file per batch.
    Counted,
    /// The cell is dropped.
    Released,
    /// The request failed.
    Error {
        /// Whether the backend does not support it.
        unsupported: bool,
        /// Why.
        reason: String,
    },
}

impl Response {
    /// The response to a request that failed.
    pub(crate) fn failed(error: impl Into<anyhow::Error>) -> Self {
        Self::Error { unsupported: false, reason: format!("{:#}", error.into()) }
    }

    /// The response to a request to prepare the cell with this number.
    pub(crate) fn prepared(cell: usize, prepared: Result<&Metrics, &anyhow::Error>) -> Self {
        match prepared {
            Ok(metrics) => {
                let metrics = metrics.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
                Self::Prepared { cell, metrics }
            }
            Err(error) => match error.downcast_ref::<Unsupported>() {
                Some(why) => Self::Error { unsupported: true, reason: format!("unsupported: {why}") },
                None => Self::Error { unsupported: false, reason: format!("{error:#}") },
            },
        }
    }
}

/// The log line of a random module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleTrial {
    /// The module's number.
    pub number: u64,
    /// A digest of everything that must be equal on all backends; absent if no module could be generated.
    pub digest: Option<u64>,
    /// The number of calls, and the number of those with an early exit.
    pub calls: [u32; 2],
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn missing_support_is_not_a_failure() {
        for (error, unsupported, reason) in [
            (anyhow!(Unsupported("an interpreter".into())), true, "unsupported: an interpreter"),
            (anyhow!(Unsupported("no exceptions".into())).context("while it ran"), true, "unsupported: no exceptions"),
            (anyhow!("no memory").context("it broke"), false, "it broke: no memory"),
        ] {
            let expected = Response::Error { unsupported, reason: reason.into() };
            assert_eq!(Response::prepared(0, Err(&error)), expected);
        }
    }
}
