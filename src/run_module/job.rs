//! The steps of a module job: validate, compile, serialize, instantiate, call.
use std::fmt;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::exit_at::ExitAt;
use super::exported_state::left_behind;
use super::source::Source;
use super::stubs::{ImportCalls, Stubs};
use crate::engine::embedding::{
    Compiled, Embedding, Interface, Invocation, ModuleInstance, NotInstantiated, Outcome, Unsupported, panic_message,
};

/// A module and its invocation. Workers get the path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleJob {
    /// The path of the WebAssembly file, which is Unicode.
    pub path: PathBuf,
    /// The call; `None` to call nothing.
    pub invocation: Option<Invocation>,
    /// The import call that ends the guest.
    pub exit_at: Option<ExitAt>,
    /// The fuel of an instance; `None` for no limit.
    pub fuel: Option<u64>,
}

impl ModuleJob {
    /// The job for the arguments of the command line, checked against the module's interface.
    ///
    /// # Errors
    /// When an import, an export or an argument is invalid.
    pub fn of(source: &Source, invoke: &[String], exit_at: Option<&ExitAt>) -> Result<Self> {
        if let Some(exit_at) = exit_at {
            exit_at.check(&source.interface)?;
        }
        let invocation = Invocation::read(&source.interface, invoke)?;
        Ok(Self { path: source.path.clone(), invocation, exit_at: exit_at.cloned(), fuel: None })
    }
}

/// The steps from the bytes of a module to the outcome of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Step {
    Validate,
    Compile,
    Serialize,
    Instantiate,
    Call,
}

impl Step {
    /// All steps in order.
    pub const ALL: [Self; 5] = [Self::Validate, Self::Compile, Self::Serialize, Self::Instantiate, Self::Call];
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Validate => "validate",
            Self::Compile => "compile",
            Self::Serialize => "serialize",
            Self::Instantiate => "instantiate",
            Self::Call => "call",
        })
    }
}

/// The output of a step, and its duration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepOutput {
    /// Nanoseconds of one cold execution; not a measurement.
    pub nanoseconds: u64,
    /// The output.
    pub done: Done,
}

/// The output of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "done", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names of the other fields say it")]
pub enum Done {
    /// The step succeeded.
    Done,
    /// The artifact was serialized.
    Serialized {
        /// The size of the artifact in bytes.
        bytes: u64,
    },
    /// A call or a start function ended.
    Ended {
        outcome: Outcome,
        /// The import calls, including those of the start function.
        calls: ImportCalls,
        /// Nanoseconds from the stub's error to the caller, if a stub ended the guest.
        exit_nanoseconds: Option<u64>,
        /// The remaining fuel, if limited.
        fuel: Option<u64>,
        /// The values of exported globals, and a digest of each exported memory.
        state: Vec<(String, String)>,
    },
    /// The backend does not support the step.
    Unsupported { reason: String },
    /// The step failed.
    Failed { reason: String },
    /// The backend panicked. The process is not used again.
    Panicked { message: String },
}

/// The state of a module between its steps, on one backend.
pub struct ModuleSession {
    job: ModuleJob,
    wasm: Vec<u8>,
    interface: Interface,
    /// The module's stubs, which record import calls during a step too.
    pub(crate) stubs: Stubs,
    compiled: Option<Box<dyn Compiled>>,
    instance: Option<Box<dyn ModuleInstance>>,
}

impl ModuleSession {
    /// Reads the module.
    ///
    /// # Errors
    /// When the file is missing or not a module.
    pub fn new(job: ModuleJob) -> Result<Self> {
        let wasm = fs::read(&job.path).with_context(|| job.path.display().to_string())?;
        let interface = Interface::read(&wasm)?;
        let stubs = Stubs::new(job.exit_at.clone());
        Ok(Self { job, wasm, interface, stubs, compiled: None, instance: None })
    }

    /// Takes one step. The previous steps must have succeeded.
    pub fn step(&mut self, engine: &dyn Embedding, step: Step) -> StepOutput {
        let started = Instant::now();
        let stepped = catch_unwind(AssertUnwindSafe(|| self.take(engine, step)));
        let (took, done) = match stepped {
            Ok(Ok(result)) => result,
            Ok(Err(error)) => {
                let reason = format!("{error:#}");
                let unsupported = error.is::<Unsupported>();
                let done = if unsupported { Done::Unsupported { reason } } else { Done::Failed { reason } };
                (started.elapsed(), done)
            }
            Err(panic) => (started.elapsed(), Done::Panicked { message: panic_message(&*panic).to_owned() }),
        };
        StepOutput { nanoseconds: nanoseconds(took), done }
    }

    fn take(&mut self, engine: &dyn Embedding, step: Step) -> Result<(Duration, Done)> {
        let started = Instant::now();
        match step {
            Step::Validate => engine.validate(&self.wasm)?,
            Step::Compile => {
                self.compiled = Some(match self.job.fuel {
                    Some(fuel) => engine.compile_metered(&self.wasm, fuel)?,
                    None => engine.compile(&self.wasm)?,
                });
            }
            Step::Serialize => {
                let artifact = self.compiled()?.serialize()?;
                return Ok((started.elapsed(), Done::Serialized { bytes: artifact.size() }));
            }
            Step::Instantiate => match self.compiled()?.instantiate(self.stubs.host()) {
                Ok(instance) => self.instance = Some(instance),
                Err(NotInstantiated::Start(outcome)) => {
                    let exit = self.stubs.raised().map(|raised| raised.elapsed());
                    return Ok((started.elapsed(), self.ended(outcome, exit)));
                }
                Err(NotInstantiated::Unlinked(error)) => return Err(error),
            },
            Step::Call => {
                let invocation = self.job.invocation.as_ref().context("nothing is to be called")?;
                let instance = self.instance.as_mut().context("there is no instance")?;
                let started = Instant::now();
                let outcome = instance.call(&invocation.export, &invocation.arguments);
                let took = started.elapsed();
                let exit = self.stubs.raised().map(|raised| raised.elapsed());
                return Ok((took, self.ended(outcome, exit)));
            }
        }
        Ok((started.elapsed(), Done::Done))
    }

    fn compiled(&self) -> Result<&dyn Compiled> {
        self.compiled.as_deref().context("nothing is compiled")
    }

    fn ended(&mut self, outcome: Outcome, exit: Option<Duration>) -> Done {
        let exited = matches!(outcome, Outcome::Exited(_));
        let exit_nanoseconds = exit.filter(|_| exited).map(nanoseconds);
        let fuel = self.instance.as_mut().and_then(|instance| instance.fuel());
        let instance = self.instance.as_deref_mut();
        let state = instance.map_or_else(Vec::new, |instance| left_behind(&self.interface, instance));
        Done::Ended { outcome, calls: self.stubs.calls(), exit_nanoseconds, fuel, state }
    }
}

fn nanoseconds(took: Duration) -> u64 {
    u64::try_from(took.as_nanos()).unwrap_or(u64::MAX)
}
