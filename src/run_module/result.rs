//! The result of running a module on each backend.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::engine::embedding::{Invocation, Outcome, Trap};
use crate::results::{AbsentBackend, Variant, Verdict};
use crate::run_module::disagreement::Disagreement;
use crate::run_module::{ImportCalls, Step};

/// The result of `run FILE`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModuleRun {
    /// The [`VERSION`](crate::results::VERSION) of the document.
    pub version: u32,
    /// The module.
    pub module: ModuleMetrics,
    /// The call, if any.
    pub invocation: Option<Invocation>,
    /// The import call that ends the guest.
    pub exit_at: Option<String>,
    /// The backends.
    pub variants: Vec<Variant>,
    /// Requested backends that are missing, with the reason.
    pub absent: Vec<AbsentBackend>,
    /// The result per backend.
    pub rows: Vec<BackendRun>,
    /// Whether the module uses relaxed SIMD, whose results differ between backends.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub relaxed_simd: bool,
    /// The disagreements.
    pub disagreements: Vec<Disagreement>,
    /// Whether the program was interrupted, so that backends are missing.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub interrupted: bool,
}

/// Properties of a module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleMetrics {
    /// The file, as given.
    pub name: String,
    /// The size as WebAssembly, in bytes.
    pub bytes: u64,
    /// The number of defined functions.
    pub functions: u32,
    /// The number of imports.
    pub imports: usize,
    /// The number of exports.
    pub exports: usize,
}

/// The result of a module on one variant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BackendRun {
    /// The steps in order.
    pub steps: Vec<StepTaken>,
    /// The size of the artifact in bytes.
    pub artifact_bytes: Option<u64>,
    /// The peak memory of the worker in bytes, if known.
    pub peak_bytes: Option<u64>,
    /// The outcome of the call or of the start function.
    pub outcome: Option<Outcome>,
    /// The import calls; for a lost worker, those it logged.
    pub calls: Option<ImportCalls>,
    /// Nanoseconds from the stub's error to the caller, for the first exit of the process.
    pub exit_nanoseconds: Option<u64>,
    /// The remaining fuel.
    pub fuel: Option<u64>,
    /// The values of exported globals, and a digest of each exported memory.
    pub state: BTreeMap<String, String>,
}

/// A step with its verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepTaken {
    /// The step.
    pub step: Step,
    /// The verdict.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// The duration in nanoseconds, if the step completed.
    pub nanoseconds: Option<u64>,
}

impl BackendRun {
    /// Whether any step failed.
    pub fn is_bad(&self) -> bool {
        self.steps.iter().any(|step| step.verdict.is_bad())
    }

    /// The exhausted resource: stack or fuel. The size of the stack and the cost in fuel are specific to each engine, so later
    /// state is not compared.
    pub fn ran_out_of(&self) -> Option<Trap> {
        match self.outcome {
            Some(Outcome::Trapped(trap @ (Trap::CallStackExhausted | Trap::OutOfFuel))) => Some(trap),
            _ => None,
        }
    }

    /// The outcome, if it can be compared.
    pub(super) fn ended(&self) -> Option<&Outcome> {
        self.outcome.as_ref().filter(|_| self.ran_out_of().is_none())
    }

    /// Whether the run completed: no limit or crash ended it, and no resource was exhausted.
    pub fn is_finished(&self) -> bool {
        let over = |taken: &StepTaken| !matches!(taken.verdict, Verdict::Passed | Verdict::Failed { .. });
        let cut_short = || self.steps.iter().any(|taken| taken.step != Step::Serialize && over(taken));
        self.ran_out_of().is_none() && (self.outcome.is_some() || !cut_short())
    }
}
