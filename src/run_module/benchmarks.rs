//! The benchmarks of the user's module, on any engine.
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};

use super::ModuleJob;
use super::runner::lack;
use super::stubs::Stubs;
use crate::catalog::benchmark::module::ModuleBenchmark;
use crate::engine::embedding::{
    Artifact, Compiled, Embedding, Instant, NotInstantiated, Outcome, Prepared, Unsupported, timed,
};

/// A user's module, with its artifact after the first compilation, because a compilation may take a minute.
pub struct MeasuredModule {
    job: ModuleJob,
    wasm: Vec<u8>,
    /// The backend, and the features that it claims.
    backend: (String, Vec<String>),
    artifact: Mutex<Option<Arc<dyn Artifact>>>,
}

impl MeasuredModule {
    /// Reads the module, for a backend that claims these features.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn new(job: ModuleJob, backend: &str, claimed: Vec<String>) -> Result<Self> {
        let wasm = std::fs::read(&job.path).with_context(|| job.path.display().to_string())?;
        Ok(Self { job, wasm, backend: (backend.to_owned(), claimed), artifact: Mutex::default() })
    }

    /// Prepares a cell of the module. The cell may keep `engine`. As in `run`, the rejection of a feature that the backend does not
    /// claim is no failure.
    ///
    /// # Errors
    /// When the engine does not support the benchmark or the module, or the preparation fails.
    pub fn prepare(self: &Arc<Self>, engine: &Arc<dyn Embedding>, cell: ModuleBenchmark) -> Result<Prepared> {
        let prepared = catch_unwind(AssertUnwindSafe(|| self.prepare_claimed(engine, cell)));
        let failed = match &prepared {
            Ok(Ok(_)) => false,
            Ok(Err(error)) => !error.is::<Unsupported>(),
            Err(_) => true,
        };
        let (backend, claimed) = &self.backend;
        match failed.then(|| lack(backend, claimed, &self.wasm)).flatten() {
            Some(lack) => Err(Unsupported(lack.into()).into()),
            None => prepared.unwrap_or_else(|panic| resume_unwind(panic)),
        }
    }

    fn prepare_claimed(self: &Arc<Self>, engine: &Arc<dyn Embedding>, cell: ModuleBenchmark) -> Result<Prepared> {
        let (this, engine) = (self.clone(), engine.clone());
        Ok(match cell {
            ModuleBenchmark::Compile => {
                let metrics = this.metrics(&*engine)?;
                Prepared::timing(move || engine.compile(&this.wasm)).with_metrics(metrics)
            }
            ModuleBenchmark::Serialize => {
                // An engine without artifacts returns `Unsupported` here.
                this.artifact(&*engine)?;
                let compiled = this.compiled(&*engine)?;
                let metrics = this.metrics(&*engine)?;
                Prepared::timing(move || compiled.serialize()).with_metrics(metrics)
            }
            ModuleBenchmark::Deserialize => {
                let artifact = this.artifact(&*engine)?;
                let metrics = this.metrics(&*engine)?;
                Prepared::laps(move || match artifact.load() {
                    Ok((_, took)) => (took, Ok(())),
                    Err(error) => (Duration::ZERO, Err(format!("{error:#}"))),
                })
                .with_metrics(metrics)
            }
            ModuleBenchmark::Instantiate => {
                let compiled = this.compiled(&*engine)?;
                drop(compiled.instantiate(Stubs::new(this.job.exit_at.clone()).host()).map_err(unable)?);
                Prepared::laps(move || {
                    let host = Stubs::new(this.job.exit_at.clone()).host();
                    let (took, instance) = timed(|| compiled.instantiate(host));
                    (took, instance.map(drop).map_err(|error| error.to_string()))
                })
            }
            ModuleBenchmark::Call => this.calling(&*engine, Instant::now, |call| match &call.outcome {
                Outcome::Returned(_) => Ok(call.took),
                other => Err(format!("the call does not return: {other}")),
            })?,
            ModuleBenchmark::Exit => {
                this.calling(&*engine, Instant::beside, |call| match (&call.outcome, call.exit) {
                    (Outcome::Exited(_), Some(exit)) => Ok(exit),
                    (other, _) => Err(format!("the call does not exit: {other}; --exit-at IMPORT lets it")),
                })?
            }
        })
    }

    /// A cell that makes the requested call on a fresh instance each time, because a call can change the instance.
    fn calling(
        self: &Arc<Self>,
        engine: &dyn Embedding,
        begin: fn() -> Instant,
        judge: fn(&CompletedCall) -> Result<Duration, String>,
    ) -> Result<Prepared> {
        let compiled = self.compiled(engine)?;
        let first = self.call(&*compiled, begin)?;
        // A call that returns has no exit to time, and vice versa.
        judge(&first).map_err(|reason| Unsupported(reason.into()))?;
        let (this, must) = (self.clone(), first.outcome);
        Ok(Prepared::laps(move || match this.call(&*compiled, begin) {
            Ok(call) if call.outcome != must => {
                (Duration::ZERO, Err(format!("{}, where the first call {must}", call.outcome)))
            }
            Ok(call) => judge(&call).map_or_else(|reason| (Duration::ZERO, Err(reason)), |took| (took, Ok(()))),
            Err(error) => (Duration::ZERO, Err(format!("{error:#}"))),
        }))
    }

    /// Makes the call; `begin` reads the clock immediately before.
    fn call(&self, compiled: &dyn Compiled, begin: fn() -> Instant) -> Result<CompletedCall> {
        let nothing = Unsupported("nothing is called: there is no `_start`, and --invoke names none".into());
        let invocation = self.job.invocation.as_ref().ok_or(nothing)?;
        let stubs = Stubs::new(self.job.exit_at.clone());
        let mut instance = compiled.instantiate(stubs.host()).map_err(unable)?;
        let started = begin();
        let outcome = instance.call(&invocation.export, &invocation.arguments);
        let took = started.elapsed();
        let exit = stubs.raised().map(|raised| raised.elapsed());
        Ok(CompletedCall { outcome, took, exit })
    }

    /// The compiled module, from its artifact if there is one.
    fn compiled(&self, engine: &dyn Embedding) -> Result<Box<dyn Compiled>> {
        match self.artifact(engine) {
            Ok(artifact) => Ok(artifact.load()?.0),
            // Engines without artifacts compile quickly.
            Err(error) if error.is::<Unsupported>() => engine.compile(&self.wasm),
            Err(error) => Err(error),
        }
    }

    fn artifact(&self, engine: &dyn Embedding) -> Result<Arc<dyn Artifact>> {
        let mut kept = self.artifact.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(artifact) = &*kept {
            return Ok(artifact.clone());
        }
        let artifact: Arc<dyn Artifact> = engine.compile(&self.wasm)?.serialize()?.into();
        Ok(kept.insert(artifact).clone())
    }

    fn metrics(&self, engine: &dyn Embedding) -> Result<Vec<(&'static str, f64)>> {
        let mut metrics = vec![("wasm bytes", self.wasm.len() as f64)];
        match self.artifact(engine) {
            Ok(artifact) => metrics.push(("artifact bytes", artifact.size() as f64)),
            Err(error) if error.is::<Unsupported>() => {}
            Err(error) => return Err(error),
        }
        Ok(metrics)
    }
}

/// The error of an instantiation. A start function that does not return is no failure, as in `run`: there is no instance to time.
fn unable(error: NotInstantiated) -> anyhow::Error {
    match error {
        NotInstantiated::Start(outcome) => Unsupported(format!("instantiation {outcome}").into()).into(),
        NotInstantiated::Unlinked(error) => error,
    }
}

/// A completed call.
struct CompletedCall {
    outcome: Outcome,
    took: Duration,
    exit: Option<Duration>,
}
